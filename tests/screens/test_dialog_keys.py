"""Dialogs' own keys: an operator may have others, and what is shown is what is heard."""

import pytest
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.preferences import Preferences
from screens.dialogs.confirm import Confirm
from screens.dialogs.plans import PlansDialog
from screens.dialogs.prompt import Prompt
from screens.dialogs.reading import Reading
from screens.widgets.field import Field
from tests.screens.conftest import Opener
from tests.support import launches
from tests.support.launches import ADA, LEAD, Demo

pytestmark = pytest.mark.slow

WISHES = {
    "question.yes": "o",
    "question.no": "x",
    "plan.reject": "Z",
    "resolve.retry": "1",
    "incident.task": "9",
    "help.tour": "f2",
    "reading.copy": "f4",
    "declare.high": "f3",
    "dialog.close": "Q",
    "dialog.down": "down",
}


@pytest.mark.parametrize(
    ("scenario", "who", "opens", "shown", "gone"),
    [
        ("during", LEAD, "question_mark", "F2 the tour  F4 copy", " t the tour"),
        ("interrupted", LEAD, "R", "choose 1, s, d, b", "t retry"),
        ("waiting", ADA, "P", "o approve this plan", "R reject"),
        ("waiting", ADA, "P", "Z reject it", " y "),
        ("declared", ADA, "I", " 9 task ", " t task"),
        ("degraded", ADA, "I", "F3 ", "h high"),
        ("deciding", LEAD, "g", "x no-go", "n no-go"),
        ("during", LEAD, "X", "Cancel   Q, esc", "enter"),
    ],
)
async def test_what_is_shown_is_what_was_wished(  # a table
    open_face: Opener, scenario: str, who: object, opens: str, shown: str, gone: str
) -> None:
    async with open_face(scenario, who, preferences=Preferences(keys=WISHES)) as seat:
        await seat.press(opens)
        await seat.until(lambda: len(seat.face.screen_stack) == 2)
        await seat.shows(shown)
        assert gone not in "\n".join(seat.text.splitlines()[-12:])
        await seat.press("escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)


async def test_words_that_were_written_are_thrown_away_by_the_second_escape_only(
    open_face: Opener,
) -> None:
    async with open_face("during", LEAD) as seat:
        await seat.press("w", *"the queue is full", "escape")
        await seat.shows("esc again throws these words away")
        await seat.press(*"!", "escape")
        await seat.shows("the queue is full!")
        assert len(seat.face.screen_stack) == 2, "they were others when it was asked"
        await seat.press("escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)
        await seat.press("w", "escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)


@pytest.mark.parametrize(
    ("asks", "wrong", "complaint", "right", "mended"),
    [
        ("slip", "half an hour", "a duration such as +30m or -10m", "+30m", ev.CountdownSlipped),
        ("silence('checkout-errors')", "load test", "first how long", "30m load test", ev.AlertSilenced),
        ("lock('site')", "30m", "first how long, then why", "30m load test", ev.LockChanged),
        ("Is", "bad", "one of critical", "high", ev.IncidentGraded),
        ("Id", "9" * 5000, "the number of a task", "1", ev.IncidentTaskDone),
    ],
)
async def test_words_that_can_not_be_read_stay_with_the_reason(
    open_face: Opener, asks: str, wrong: str, complaint: str, right: str, mended: type[ev.Event]
) -> None:
    """What asks is an action of the face, or keys at an incident."""
    at_incident = asks.startswith("I")
    async with open_face("declared" if at_incident else "before", LEAD) as seat:
        if at_incident:
            await seat.press(*asks)
        else:
            await seat.face.run_action(asks)
        await seat.until(lambda: isinstance(seat.face.screen.focused, Field))
        field = seat.face.screen.query_one(Field)
        field.value = wrong
        await seat.press("enter")
        await seat.shows(complaint)
        assert field.value == wrong
        field.value = right
        await seat.press("enter")
        await seat.until(lambda: isinstance(seat.events[-1].event, mended))


async def test_the_help_finds_a_key_by_its_words(open_face: Opener) -> None:
    async with open_face("during", LEAD) as seat:
        await seat.press("question_mark")
        await seat.shows("KEYS HERE")
        await seat.press("slash", *"mouse yt")
        await seat.shows("no key does that here")
        await seat.press("backspace", "backspace")
        await seat.until(lambda: "F8" in seat.text and "mouse on or off" in seat.text)
        assert "abort" not in "\n".join(seat.text.splitlines()[4:-4])
        await seat.press("enter")
        await seat.shows("esc clear")
        await seat.press("escape")
        await seat.shows("KEYS HERE")
        await seat.press("slash", *"q", "ctrl+c")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)


async def test_whatever_is_read_can_be_filtered(open_face: Opener) -> None:
    async with open_face("deciding", LEAD) as seat:
        await seat.press("G")
        await seat.shows("no critical alert")
        await seat.press("slash", *"roll-call")
        await seat.until(lambda: "no critical alert" not in seat.text and "roll-call: eng" in seat.text)


async def test_a_dialog_that_is_left_before_it_was_put_together_ends_quietly(open_face: Opener) -> None:
    async with open_face("during", LEAD) as seat:
        for dialog in (Reading(seat.face.scene, "Gone", lambda *_: []), Prompt(seat.face.scene, "Gone")):
            dialog.on_mount()
        await seat.press("question_mark")
        await seat.shows("the tour")


async def test_a_dialog_takes_one_answer(open_face: Opener) -> None:
    answers: list[object] = []
    async with open_face("during", LEAD) as seat:
        dialog = Reading(seat.face.scene, "Once", lambda *_: [])
        seat.face.push_screen(dialog, answers.append)
        await seat.until(lambda: dialog.is_active)
        dialog.dismiss("first")
        dialog.dismiss("second")
        await seat.until(lambda: bool(answers) and len(seat.face.screen_stack) == 1)
        assert answers == ["first"]


async def test_an_answer_to_a_dialog_under_another_ends_neither(open_face: Opener) -> None:
    async with open_face("during", LEAD) as seat:
        lower, upper = (Reading(seat.face.scene, name, lambda *_: []) for name in ("Lower", "Upper"))
        for dialog in (lower, upper):
            seat.face.push_screen(dialog)
            await seat.until(lambda dialog=dialog: dialog.is_active)
        lower.dismiss("early")
        await seat.shows("Upper")
        assert seat.face.screen_stack[1:] == [lower, upper]
        upper.dismiss()
        await seat.until(lambda: lower.is_active)
        lower.dismiss()
        await seat.until(lambda: len(seat.face.screen_stack) == 1)


async def test_only_the_wished_key_says_yes(open_face: Opener) -> None:
    async with open_face("during", preferences=Preferences(keys=WISHES)) as seat:
        await seat.press("X")
        await seat.shows("o abort it")
        before = len(seat.events)
        await seat.answer("y")
        assert isinstance(seat.face.screen, Confirm)
        assert len(seat.events) == before
        await seat.press("o")
        await seat.until(lambda: isinstance(seat.events[-1].event, ev.AbortRequested))


async def test_a_key_that_aborts_confirms_it_under_its_new_name(open_face: Opener) -> None:
    async with open_face("during", preferences=Preferences(keys={"run.abort": "ctrl+x"})) as seat:
        await seat.press("ctrl+x")
        await seat.shows("Abort deploy-1?")
        await seat.answer("ctrl+x")
        await seat.until(lambda: isinstance(seat.events[-1].event, ev.AbortRequested))


async def test_what_is_read_is_copied_whole(open_face: Opener) -> None:
    async with open_face("planned") as seat:
        await seat.press("d")
        await seat.shows("y confirm")
        await seat.answer("Y")
        await seat.shows("copied all of it")
        assert "plan " in seat.face.clipboard, "its last line is out of sight at this size"
        assert "3 STEPS" in seat.face.clipboard
        await seat.press("escape")
        await seat.press("question_mark")
        await seat.shows("Help")
        await seat.press("y")
        await seat.until(lambda: "SIGNS" in seat.face.clipboard)


async def test_every_plan_of_a_long_list_has_a_key(open_face: Opener) -> None:
    whole = launches.definition()
    step = whole.actions["backup"].steps
    many = {f"job-{n:02d}": d.Action(title=f"Job {n}", steps=step) for n in range(45)}
    demo = launches.before(Demo(of=replace(whole, actions=many)))
    async with open_face(demo, LEAD, size=(120, 40)) as seat:
        await seat.press("P")
        await seat.until(lambda: isinstance(seat.face.screen, PlansDialog))
        dialog = seat.face.screen
        assert isinstance(dialog, PlansDialog)
        keys = [dialog._key_of.get(choice) for choice in dialog.choices]
        assert len(keys) == 45 == len(set(keys))
        assert all(keys)
        last = keys[-1]
        assert last is not None
        await seat.press(last)
        await seat.until(lambda: seat.events[-1].event == ev.RunRequested(run="job-44-1", action="job-44"))
