"""Commands under their minder: what befalls the machine is told, and ends neither engine nor command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.errors import Refused
from launchpad.model.command import CommandOperation, CommandSettings
from launchpad.model.definition import Launch
from launchpad.model.plan import Plan
from launchpad.providers import minder
from launchpad.providers.capabilities import Job, Surroundings
from launchpad.providers.command import CommandProvider
from tests.support.war_room import until

LAUNCH = Launch(product="Acme", version="1")


def surroundings(base: Path, work_dir: Path) -> Surroundings:
    return Surroundings(
        base_dir=base,
        work_dir=work_dir,
        place="here/1",
        environ={"PATH": "/usr/bin:/bin"},
        resolve=lambda reference: reference,
    )


def provider(base: Path, work_dir: Path, *argv: str) -> CommandProvider:
    settings = CommandSettings(operations={"deploy": CommandOperation(argv=argv)})
    around = surroundings(base, work_dir)
    return CommandProvider("shop", settings, around)


def job(nonce: str) -> Job:
    return Job(verb="deploy", nonce=nonce, launch=LAUNCH, run="deploy-1")


def test_a_claim_is_made_once_and_whole(tmp_path: Path) -> None:
    assert minder.claim(str(tmp_path), "minder 17 4711")
    assert not minder.claim(str(tmp_path), "abandoned")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("claim", "minder 17 4711")]


async def test_a_step_that_this_machine_can_not_begin_has_not_begun(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file where the folder of the steps belongs")
    with pytest.raises(Refused, match="shop can't be started on this machine"):
        await provider(tmp_path, tmp_path / "work", "true").start(job("here:1"))


async def test_what_can_not_be_looked_up_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file where the folder of the steps belongs")
    found = await provider(tmp_path, tmp_path / "work", "true").find(job("here/1:1"))
    assert found.state == "unknown"
    assert "look" in found.detail


async def test_what_was_started_with_other_files_is_not_said_to_have_never_begun(tmp_path: Path) -> None:
    """Containers and cloned machines may share a name."""
    for place in ("here", "here/2", "there/1"):
        found = await provider(tmp_path, tmp_path / "work", "true").find(job(f"{place}:1"))
        assert found.state == "unknown"
        assert found.detail == f"it was started on {place.partition('/')[0]} by another engine; look there"


def test_a_command_goes_on_when_its_output_has_no_room(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    script = f"head -c 200000 /dev/zero | tr '\\0' x; echo done > {tmp_path}/done; exit 3"
    spec = {"argv": ["/bin/sh", "-c", script], "env": {"PATH": "/usr/bin:/bin"}, "cwd": "/"}
    limited = 'ulimit -f 16; exec "$@"'
    subprocess.run(
        ["sh", "-c", limited, "sh", sys.executable, "-I", "-S", minder.__file__, str(tmp_path)],
        input=json.dumps(spec),
        text=True,
        check=True,
    )
    ending = tmp_path / "exit"

    until(ending.exists, what="the command to end")
    assert json.loads(ending.read_text()) == {"code": 3}
    assert (tmp_path / "done").exists()
    assert 0 < (tmp_path / "output").stat().st_size <= 16 * 1024


def test_a_plan_says_what_the_definition_says_of_people_and_the_vendor(tmp_path: Path) -> None:
    operation = CommandOperation(
        argv=("true",),
        affects="everybody in the shop",
        vendor="kubectl set image shop={{ launch.version }}",
    )
    settings = CommandSettings(operations={"deploy": operation}, console="https://c.example")
    step = CommandProvider("shop", settings, surroundings(tmp_path, tmp_path)).plan("deploy", LAUNCH, {})
    assert (step.affects, step.command) == ("everybody in the shop", "true")
    assert step.console == f"kubectl set image shop={LAUNCH.version}; https://c.example"
    bare = CommandSettings(operations={"deploy": CommandOperation(argv=("true",))})
    silent = CommandProvider("shop", bare, surroundings(tmp_path, tmp_path)).plan("deploy", LAUNCH, {})
    plan = Plan(action="deploy", title="Deploy", version="4.2.0", environment="production", steps=(step,))
    assert plan.unsaid == ""
    assert replace(plan, steps=(silent,)).unsaid == "how many users it affects is not said"
    assert (
        replace(plan, steps=(step, silent)).unsaid == "how many users it affects is not said of deploy shop"
    )
