"""Scripts as they are written: what is read, and how what is wrong is named."""

import re
from pathlib import Path

import pytest

from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.rehearsal.conditions import SUBJECTS
from launchpad.rehearsal.example import load, names, read_script
from launchpad.rehearsal.expectations import PHRASES
from launchpad.rehearsal.script import command

HEAD = """\
title: a day
you: lead
t0: 5m
trouble: spike
product: {version: 4.1.0, latency: 40ms}
"""


def script(steps: str, expectations: str = "[launch is closed]", more: str = "") -> str:
    return f"{HEAD}steps:\n{steps}\nexpectations: {expectations}\n{more}"


@pytest.mark.parametrize("name", names())
def test_each_example_is_played_by_people_whom_its_definition_names(name):
    example = load(name)
    text = example.definition({"url": "http://x", "t0": "now", "python": "p", "login": "me"})
    actors = {step.by for step in example.script.steps if step.by}
    assert all(f"name: {actor}," in text for actor in actors)
    assert example.script.trouble in example.script.product.moments


def test_a_step_is_a_verb_of_the_desk_with_what_it_takes():
    read = read_script(
        script("  - {by: lead, do: tick legal, when: item legal is open, with: {evidence: signed}}"), "s"
    )
    (step,) = read.steps
    assert step.command == cmd.Tick(item="legal", evidence="signed")
    assert step.sentence == "lead: tick legal"
    assert step.within == 30


@pytest.mark.parametrize(
    ("do", "given", "expected"),
    [
        ("phase launch", {}, cmd.EnterPhase(phase="launch")),
        ("approve deploy", {}, cmd.ApproveRun(run="deploy", digest="")),
        ("criterion payments-fail", {"met": "true"}, cmd.MarkCriterion(criterion="payments-fail", met=True)),
        ("lock site", {"text": "no", "seconds": "60"}, cmd.Lock(target="site", text="no", seconds=60.0)),
        ("poll-call", {}, cmd.CallPoll()),
    ],
)
def test_commands_are_read_from_text(do, given, expected):
    assert command(do, given) == expected


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("{by: lead, do: celebrate}", "s:7:20: there is no verb 'celebrate'"),
        ("{by: lead, do: tick legal, with: {evidnce: x}}", "'tick' takes no 'evidnce'"),
        ("{by: lead, do: phase lunch}", "'phase': Invalid enum value 'lunch'"),
        ("{do: tick legal}", "expected 'by' and 'do' together"),
        ("{when: sun is shining}", "s:7:12: there is no subject 'sun'"),
        ("{when: phase is launch, within: soon}", "expected a duration"),
        ("{if: phase is launch}", "expected 'then' behind 'if'"),
        ("{within: 5s}", "expected one of 'do', 'when' and 'if'"),
        ("{by: lead, does: tick}", "unknown key 'does'"),
    ],
)
def test_a_step_that_can_not_be_is_named_by_its_place(step, fault):
    with pytest.raises(BadInput) as error:
        read_script(script(f"  - {step}"), "s")
    assert any(fault in line for line in error.value.faults), error.value.faults


@pytest.mark.parametrize(
    ("expectation", "fault"),
    [
        ("[the moon within 5s of the spike and more]", "is no instant"),
        ("[the spike within ages of the spike]", "a duration such as"),
        ("[everybody is happy]", "there is no subject 'everybody'"),
    ],
)
def test_an_expectation_that_can_not_be_judged_is_named(expectation, fault):
    with pytest.raises(BadInput) as error:
        read_script(script("  - {when: phase is launch}", expectation), "s")
    assert any(fault in line for line in error.value.faults), error.value.faults


def test_a_fault_that_kills_says_when():
    with pytest.raises(BadInput, match="1 fault"):
        read_script(script("  - {when: phase is launch}", more="faults: {x: {title: x, kill: engine}}"), "s")


def test_what_is_no_duration_in_a_template_is_a_fault_and_no_traceback():
    with pytest.raises(BadInput, match="a duration such as"):
        read_script(HEAD.replace("5m", "${5 minutes}"), "s")


def test_the_page_on_rehearsals_names_all_that_a_script_may_say():
    page = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    for name in names():
        assert all(f"`{fault}`" in page for fault in load(name).script.faults_)
    for word, subject in SUBJECTS.items():
        assert f"| `{word} " in page if subject.named else f"| `{word}` |" in page
    for phrase in PHRASES:
        assert f"`{phrase}`" in page


def test_the_example_on_that_page_can_be_read():
    page = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert read_script(written, "docs").expected
