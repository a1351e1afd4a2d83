"""Commands under their minder: what befalls the machine is told, and ends neither engine nor command."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.config.secrets import MASK, Redactor
from launchpad.errors import Refused
from launchpad.model.command import CommandOperation, CommandSettings
from launchpad.model.definition import Launch
from launchpad.model.plan import Plan
from launchpad.providers import minder
from launchpad.providers.capabilities import Job, Surroundings
from launchpad.providers.command import CommandProvider
from launchpad.providers.minded import _Tail
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


def test_a_claim_is_on_the_disk_with_its_folder_before_anything_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that lost its power after that must not take the step for one that never began."""
    kept: list[int] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        kept.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    directory = tmp_path / "0123"
    directory.mkdir()
    assert minder.claim(str(directory), "minder 17 4711")
    assert kept[1:] == [directory.stat().st_ino, tmp_path.stat().st_ino]


async def test_what_has_ended_is_not_told_to_end_whoever_has_its_number_now(tmp_path: Path) -> None:
    steps = provider(tmp_path, tmp_path, "true")
    directory = tmp_path / "1"
    directory.mkdir()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (directory / "claim").write_text(f"minder {stranger.pid} {minder.start_time(stranger.pid)}")
        minder.write_exit(str(directory), {"code": 0})
        await steps.cancel("here/1:1", job("here/1:1"))
        assert stranger.poll() is None
        (directory / "exit").unlink()
        await steps.cancel("here/1:1", job("here/1:1"))
        assert stranger.wait(60) == -signal.SIGTERM


@pytest.mark.parametrize("pieces", [1, 7])
def test_an_output_has_the_same_lines_however_it_grew(tmp_path: Path, pieces: int) -> None:
    """Who takes a step over counts them."""
    whole = b"first\n" + b"x" * 200_000 + b"\nlast"
    assert [len(line) for line in grown(tmp_path, whole, pieces)] == [5, 65536, 4]


def grown(directory: Path, whole: bytes, pieces: int) -> list[str]:
    """The lines that are read of an output while it grows to `whole`."""
    tail, lines = _Tail(directory), []
    for n in range(pieces):
        with (directory / "output").open("ab") as output:
            output.write(whole[n * len(whole) // pieces : (n + 1) * len(whole) // pieces])
        while more := tail.lines(final=n == pieces - 1):
            lines += more
    return lines


@pytest.mark.parametrize("pieces", [1, 7])
@pytest.mark.parametrize("between", [b"x", b"x" * 99 + b"\r", b"x" * 98 + b"\r\n"])
def test_a_secret_is_torn_by_no_reading(tmp_path: Path, pieces: int, between: bytes) -> None:
    """Half of one is not known for what it is: wherever it stands in a long output, it comes whole or not."""
    secret = "correct-horse-battery-staple"
    redactor, shown = Redactor([secret]), set()
    for before in range(65536 - len(secret) - 3, 65540):
        (tmp_path / "output").unlink(missing_ok=True)
        whole = (between * before)[:before] + secret.encode() + between * 9 + b"\nlast"
        lines = [redactor.line(line) for line in grown(tmp_path, whole, pieces)]
        assert lines[-1] == "last"
        shown |= {line.strip("x…") for line in lines[:-1]}
    assert shown - {"", MASK} == set()


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
