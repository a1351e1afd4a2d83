"""A team's own scripts as a store: what they say is read strictly, and what they can't is said."""

from pathlib import Path

import pytest

from launchpad.errors import Refused, Unreachable
from launchpad.model.command import CommandRollout, CommandSettings, RolloutOperation, RolloutProgram
from launchpad.model.definition import Launch
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.providers.capabilities import Surroundings
from launchpad.providers.command import CommandProvider
from launchpad.providers.command_reading import reading_in

LAUNCH = Launch(product="Acme", version="4.2.0")
SET = RolloutOperation(argv=("store", "{{ rollout.name }}", "{{ param.track }}", "{{ rollout.percent }}"))


def provider(base: Path, *read: str, timeout: float = 10.0, **more: RolloutOperation) -> CommandProvider:
    programs = CommandRollout(read=RolloutProgram(argv=read or ("true",), timeout=timeout), set=SET, **more)
    around = Surroundings(
        base_dir=base,
        work_dir=base,
        place="here",
        environ={"PATH": "/usr/bin:/bin"},
        resolve=lambda reference: reference,
    )
    return CommandProvider("store", CommandSettings(rollout=programs), around)


def said(line: str, code: int = 0) -> RolloutReading:
    return reading_in("./store", code, f"some talk\n{line}\n\n".encode())


def test_the_last_line_counts() -> None:
    whole = '{"state": "rolling", "percent": 12.5, "users": 1000, "version": "4.2", "detail": "\\u001b[1mx"}'
    assert said(whole) == RolloutReading(
        status="rolling", percent=12.5, users=1000, version="4.2", detail="x"
    )
    assert said('{"state": "in review"}') == RolloutReading(status="in review")


@pytest.mark.parametrize(
    ("line", "code", "why"),
    [
        ("the store is down", 3, "exit status 3, the store is down"),
        ("", -9, "died of signal 9"),
        ("rolling", 0, "says 'rolling'; expected a last line such as"),
        ('{"state": "going"}', 0, "says state 'going'; expected one of not started, "),
        ('{"state": "rolling", "percent": 120}', 0, "says percent '120'; expected 0 to 100"),
        ('{"state": "rolling", "percent": true}', 0, "says percent 'True'"),
        ('{"state": "rolling", "percent": NaN}', 0, "says percent 'nan'"),
        ('{"state": "rolling", "users": "many"}', 0, "says users 'many'; expected a number"),
        (f'{{"state": "rolling", "percent": {"9" * 400}}}', 0, "says percent '9999"),
        (f'{{"state": "rolling", "users": {"9" * 400}}}', 0, "says users '9999"),
        ('["rolling"]', 0, "expected a last line such as"),
    ],
)
def test_what_is_no_reading_is_not_guessed(line: str, code: int, why: str) -> None:
    with pytest.raises(Unreachable) as caught:
        said(line, code)
    assert why in str(caught.value)


async def test_it_is_run_in_the_definitions_folder_and_not_for_ever(tmp_path: Path) -> None:
    (tmp_path / "share").write_text('{"state": "halted", "percent": 5}')
    reading = await provider(tmp_path, "cat", "share").read_rollout("android", LAUNCH, {})
    assert reading == RolloutReading(status="halted", percent=5.0)
    with pytest.raises(Unreachable, match=r"sleep did not answer within 0\.1 s"):
        await provider(tmp_path, "sleep", "60", timeout=0.1).read_rollout("android", LAUNCH, {})
    with pytest.raises(Refused, match=r"there is no program \./gone"):
        await provider(tmp_path, "./gone").read_rollout("android", LAUNCH, {})


def test_a_plan_names_the_programs_own_line(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.write_text("#!/bin/sh\n")
    store.chmod(0o700)
    programs = CommandRollout(
        read=RolloutProgram(argv=("true",)),
        set=RolloutOperation(argv=("./store", "{{ param.track }}", "{{ rollout.percent }}"), undo="halt it"),
    )
    around = Surroundings(
        base_dir=tmp_path,
        work_dir=tmp_path,
        place="here",
        environ={"PATH": "/usr/bin:/bin"},
        resolve=lambda text: text,
    )
    made = CommandProvider("store", CommandSettings(rollout=programs), around)
    settings = {"params": {"track": "production"}}
    step = made.plan_rollout(RolloutAim(rollout="android", verb="bump", percent=12.5), LAUNCH, settings)
    assert (step.does, step.command, step.undo) == (
        "bump android to 12.5%",
        "./store production 12.5",
        "halt it",
    )
    whole = made.plan_rollout(RolloutAim(rollout="android", verb="complete", percent=100.0), LAUNCH, settings)
    assert whole.command == "./store production 100"
    with pytest.raises(Refused, match="store can't halt a rollout"):
        made.plan_rollout(RolloutAim(rollout="android", verb="halt"), LAUNCH, settings)


def test_its_edges_are_those_of_its_programs(tmp_path: Path) -> None:
    assert provider(tmp_path).edges() == {
        ("not started", "bump"),
        ("approved", "bump"),
        ("rolling", "bump"),
        ("not started", "complete"),
        ("approved", "complete"),
        ("rolling", "complete"),
        ("halted", "complete"),
    }
    halts = provider(tmp_path, halt=RolloutOperation(argv=("true",))).edges()
    assert [status for status, verb in halts if verb == "halt"] == ["rolling"]
    both = provider(tmp_path, halt=RolloutOperation(argv=("true",), from_=("rolling", "complete"))).edges()
    assert ("complete", "halt") in both
