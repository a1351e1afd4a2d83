"""What others do, and what happens by itself, while a dialog is open that is about it."""

import uuid

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from launchpad.desk import LocalDesk
from launchpad.model import commands as cmd
from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.commands import Command, Identity
from launchpad.model.journal import Draft
from launchpad.session import Session
from screens.palette import offers
from tests.screens.conftest import Opener, Seat
from tests.support import launches
from tests.support.launches import ADA, BOB, LAUNCH, LEAD

pytestmark = pytest.mark.slow

OVER = ev.AlertChanged(alert="checkout-errors", status="resolved", severity="critical", value=0.001, n=60)


def elsewhere(seat: Seat, who: Identity, command: Command) -> None:
    """Somebody does something at another seat."""
    LocalDesk(seat.store, Session(seat.store, LAUNCH, clock=seat.face.session.clock), who).perform(command)


def happens(seat: Seat, *events: ev.Event, by: str = "engine") -> None:
    drafts = [Draft(id=uuid.uuid4().hex, event=event, actor=by, auth="engine") for event in events]
    seat.store.append(LAUNCH, drafts)


def amend(seat: Seat, after: d.Definition) -> None:
    base = seat.face.scene.view.definition.digest()
    elsewhere(seat, LEAD, cmd.Amend(definition=after, base=base, text="the night is long"))


def listens_since(seat: Seat) -> float:
    return seat.face.screen._shown_at  # type: ignore[attr-defined, no-any-return]


def body(seat: Seat) -> str:
    """What there is to read in the dialog that is open."""
    dialog = seat.face.screen
    return "\n".join(row.text for row in dialog.body(100))  # type: ignore[attr-defined]


async def opened(seat: Seat, key: str) -> None:
    await seat.press(key)
    await seat.until(lambda: len(seat.face.screen_stack) == 2)


async def test_an_answer_goes_to_no_other_question_than_the_one_that_was_read(open_face: Opener) -> None:
    async with open_face("deciding", LEAD, size=(100, 40)) as seat:
        await opened(seat, "g")
        await seat.shows("go for tomorrow")
        first = listens_since(seat)
        elsewhere(seat, LEAD, cmd.CallPoll(text="go without support"))
        await seat.shows("go without support")
        assert listens_since(seat) > first, "keys pressed for the earlier question are dropped"
        await seat.answer("n")
        await seat.shows("No-go for engineering: why?")
        await seat.press(*"late")
        elsewhere(seat, LEAD, cmd.CallPoll(text="go on Monday"))
        called = seat.events[-1]
        await seat.shows("this roll is closed, or was called anew")
        await seat.press("enter")
        assert len(seat.face.screen_stack) == 2
        await seat.press("escape")
        await seat.shows("your words wait where you wrote them")
        assert seat.events[-1] == called
        await opened(seat, "g")
        await seat.answer("n")
        await seat.shows("No-go for engineering: why?")
        await seat.press("enter")
        await seat.until(lambda: seat.events[-1].text == "late")


async def test_words_that_could_not_be_kept_wait_where_they_were_written(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        seat.face.board.panel("checklist").select("legal")
        await opened(seat, "s")
        await seat.press(*"not for us")
        elsewhere(seat, ADA, cmd.Assign(item="legal", assignee="ada"))
        await seat.shows("legal has changed: look again")
        await seat.press("enter", "escape")
        await seat.shows("your words wait where you wrote them")
        await seat.until(lambda: seat.face.board.item.state.assignee == "ada")  # type: ignore[union-attr]
        await opened(seat, "s")
        await seat.shows("not for us")
        await seat.press("enter")
        await seat.until(lambda: seat.events[-1].text == "not for us")
        await seat.until(lambda: seat.face.caught_up)
        await opened(seat, "w")
        await seat.press(*"it rains")
        seat.line.cut = True
        await seat.press("enter")
        await seat.shows("your words wait where you wrote them")
        seat.line.cut = False
        await opened(seat, "w")
        assert seat.face.screen.query_one(Input).value == "it rains"
        await seat.press("enter")
        await seat.until(lambda: seat.events[-1].text == "it rains" and seat.face.caught_up)
        await opened(seat, "w")
        assert not seat.face.screen.query_one(Input).value, "what was kept is not offered again"


async def test_a_slip_that_somebody_else_made_first_is_not_made_again_by_enter(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        await seat.face.run_action("slip")
        await seat.until(lambda: isinstance(seat.face.screen.focused, Input))
        await seat.press(*"+30m")
        elsewhere(seat, LEAD, cmd.SlipCountdown(seconds=1800))
        slipped = len(seat.events)
        await seat.shows("the countdown has moved since")
        await seat.press("enter", "escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)
        assert len(seat.events) == slipped
        await seat.face.run_action("slip")
        await seat.until(lambda: isinstance(seat.face.screen.focused, Input))
        assert not seat.face.screen.query_one(Input).value
        assert len(seat.events) == slipped


async def test_a_mark_is_for_the_criterion_that_was_read(open_face: Opener) -> None:
    async with open_face("advised", BOB) as seat:
        await opened(seat, "C")
        await seat.shows("payments-fail is met   n it is not")
        made = seat.face.scene.view.definition
        criteria = made.rollback_criteria
        assert criteria is not None
        turned = replace(criteria, of=criteria.of[::-1])
        amend(seat, replace(made, rollback_criteria=turned))
        await seat.until(lambda: seat.face.scene.view.definition.rollback_criteria == turned)
        await seat.shows("payments-fail is met   n it is not")
        without = replace(criteria, at_least=1, of=criteria.of[:3])
        amend(seat, replace(made, rollback_criteria=without))
        await seat.shows("payments-fail is no longer for people to judge")
        await seat.answer("y", "n")
        assert len(seat.face.screen_stack) == 2


async def test_what_somebody_else_has_approved_asks_for_no_approval(open_face: Opener) -> None:
    async with open_face("waiting", ADA, size=(120, 40)) as seat:
        await opened(seat, "P")
        await seat.shows("approve this plan")
        happens(seat, ev.RunApproved(run="deploy-1", digest=launches.plan().digest()), by="dora")
        await seat.shows("it is approved")
        assert "approve this plan" not in seat.text
        await seat.answer("R")
        await seat.pilot.pause()
        assert "Reject deploy-1" not in seat.text


async def test_a_resolution_is_for_the_interruption_that_was_read(open_face: Opener) -> None:
    async with open_face("interrupted", LEAD, size=(120, 40)) as seat:
        await opened(seat, "R")
        await seat.answer("s")
        await seat.shows("y skip")
        elsewhere(seat, LEAD, cmd.ResolveRun(run="deploy-1", resolution="retry"))
        await seat.shows("somebody has decided")
        why = "bin/deploy went through, and what it said is lost"
        happens(
            seat,
            ev.StepIntended(run="deploy-1", step=1, epoch=1, nonce="again"),
            ev.StepInterrupted(run="deploy-1", step=1, reason=why),
            ev.RunInterrupted(run="deploy-1", reason=why),
        )
        await seat.shows(why)
        await seat.shows("choose t, s, d, b")
        await seat.answer("d")
        await seat.answer("y")
        await seat.until(lambda: seat.events[-1].event == ev.RunResolved(run="deploy-1", resolution="done"))


async def test_declaring_an_incident_follows_its_alert(open_face: Opener) -> None:
    async with open_face("degraded", BOB, size=(120, 40)) as seat:
        await opened(seat, "I")
        await seat.shows("It acknowledges the alert in your name.")
        elsewhere(seat, ADA, cmd.Acknowledge(alert="checkout-errors"))
        await seat.until(lambda: "It acknowledges the alert" not in seat.text)
        over = ev.AlertChanged(
            alert="checkout-errors", status="resolved", severity="critical", value=0.001, n=60
        )
        happens(seat, over)
        await seat.shows("neither pending nor firing any more")
        elsewhere(seat, ADA, cmd.DeclareIncident(alert="checkout-errors"))
        await seat.shows("ada has declared incident-1 from checkout-errors")
        await seat.answer("y")
        assert len(seat.face.screen_stack) == 2


async def test_a_reason_against_a_gate_does_not_go_against_a_hold_that_came_later(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        await opened(seat, "greater_than_sign")
        await seat.answer("exclamation_mark")
        await seat.shows("Override the gate")
        await seat.press(*"now or never", "enter")
        await seat.shows("y enter launch")
        elsewhere(seat, ADA, cmd.HoldCountdown(text="smoke in the hall"))
        await seat.shows("ada holds the countdown: smoke in the hall")
        await seat.answer("y")
        assert seat.events[-1].event == ev.CountdownHeld()
        await seat.answer("exclamation_mark")
        await seat.shows("now or never")
        await seat.press("enter")
        await seat.shows("OVERRIDE ada holds the countdown")
        elsewhere(seat, LEAD, cmd.ResumeCountdown())
        await seat.shows("OVERRIDE gate launch")  # a reason against more is one against less
        await seat.answer("y")
        await seat.until(lambda: isinstance(seat.events[-1].event, ev.PhaseEntered))


async def test_a_question_that_is_answered_elsewhere_says_so(open_face: Opener) -> None:
    async with open_face("before", LEAD) as seat:
        elsewhere(seat, ADA, cmd.HoldCountdown(text="smoke"))
        await seat.until(lambda: seat.face.scene.view.state.hold)
        await opened(seat, "h")
        await seat.shows("y resume it")
        elsewhere(seat, LEAD, cmd.ResumeCountdown())
        await seat.shows("this hold is over")
        await seat.answer("y")
        assert len(seat.face.screen_stack) == 2


async def test_a_text_that_is_removed_is_removed_from_what_is_being_read(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        await seat.press("5", "slash", *"booked", "enter", "enter")
        await seat.until(lambda: len(seat.face.screen_stack) == 2)
        await seat.shows("load test booked")
        elsewhere(seat, LEAD, cmd.Redact(seq=7, text="a token"))
        await seat.until(lambda: "load test booked" not in seat.text)
        await seat.shows("(text removed)")


async def test_what_is_over_or_gone_is_read_as_such(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(120, 40)) as seat:
        seat.face.find_panel("alerts", "checkout-errors")
        await opened(seat, "enter")
        await seat.shows("Alert checkout-errors")
        over = ev.AlertChanged(
            alert="checkout-errors", status="resolved", severity="critical", value=0.001, n=60
        )
        happens(seat, over)
        await seat.shows("It is neither pending nor firing any more")
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        made = seat.face.scene.view.definition
        seat.face.find_panel("checklist", "macros")
        await opened(seat, "enter")
        await seat.shows("Item macros")
        amend(seat, replace(made, items=tuple(item for item in made.items if item.id != "macros")))
        await seat.shows("An amendment has taken it away")


async def test_the_help_shows_the_keys_of_an_amendment(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 60)) as seat:
        made = seat.face.scene.view.definition
        deploy = replace(made.actions["deploy"], key="Q", title="Deploy it all")
        await opened(seat, "question_mark")
        await seat.press("slash", *"deploy")
        await seat.until(lambda: "Q" not in body(seat) and "deploy" in body(seat))
        amend(seat, replace(made, actions={**made.actions, "deploy": deploy}))
        await seat.until(lambda: "Q" in body(seat))


async def test_the_palette_acts_on_nothing_else_than_what_was_read(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        panel, before = seat.face.board.panel("checklist"), len(seat.events)
        panel.select("legal")
        tick = next(offer for offer in offers(seat.face) if offer.text == "tick")
        panel.select("macros")
        tick.run()
        await seat.shows("what it was about has changed meanwhile")
        assert len(seat.events) == before


async def test_labels_are_taken_from_panels_that_lost_their_place_meanwhile(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(200, 60)) as seat:
        await seat.press("semicolon")
        await seat.until(lambda: seat.face.labels)
        wide = seat.face.board.seen
        await seat.pilot.resize_terminal(80, 24)
        await seat.until(lambda: len(seat.face.board.seen) < len(wide))
        await seat.press("escape")
        await seat.until(lambda: not seat.face.labels)
        await seat.pilot.resize_terminal(200, 60)
        await seat.until(lambda: len(seat.face.board.seen) == len(wide))
        assert not [panel.id for panel in wide if any(panel._labels)]
        await seat.press("semicolon")
        await seat.until(lambda: seat.face.labels)
        await seat.pilot.resize_terminal(40, 9)
        await seat.until(lambda: not seat.face.labels)


async def test_no_list_that_lost_its_place_has_the_focus_after_it_was_filtered(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(200, 60)) as seat:
        people = seat.face.board.panel("people")
        seat.face.find_panel("people")
        await seat.press("slash", *"ad")
        await seat.pilot.resize_terminal(80, 24)
        await seat.until(lambda: not people.display)
        await seat.press("enter")
        await seat.until(lambda: seat.face.board.focused_panel is seat.face.board.panel("checklist"))
        assert people.query_text == "ad"


async def test_an_alert_that_fires_again_is_not_acknowledged_for_the_first_time(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(120, 40)) as seat:
        await opened(seat, "a")
        await seat.shows("What do you know of it?")
        await seat.press(*"mine")
        happens(seat, OVER)
        await seat.shows("neither pending nor firing any more")
        again = (replace(OVER, status=status, value=0.3) for status in ("pending", "firing"))
        happens(seat, *again)
        await seat.shows("was over and fires again")
        before = len(seat.events)
        await seat.press("enter", "escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)
        assert len(seat.events) == before
        await opened(seat, "a")
        await seat.shows("mine")
        await seat.press("enter")
        await seat.until(lambda: seat.events[-1].event == ev.AlertAcknowledged(alert="checkout-errors"))
        assert seat.events[-1].text == "mine"


async def test_command_is_not_taken_from_somebody_who_has_just_taken_it(open_face: Opener) -> None:
    async with open_face("declared", LEAD, size=(120, 40)) as seat:
        await opened(seat, "I")
        await seat.press("c")
        await seat.shows("Who commands incident-1?")
        elsewhere(seat, ADA, cmd.CommandIncident(incident="incident-1", commander="bob"))
        await seat.shows("bob commands it now")
        await seat.press("enter")
        assert len(seat.face.screen_stack) == 2
        assert seat.events[-1].actor == "ada"


async def test_an_answer_that_is_being_read_is_the_one_that_counts_now(open_face: Opener) -> None:
    async with open_face("deciding", LEAD, size=(200, 60)) as seat:
        seat.face.find_panel("poll", "support")
        await opened(seat, "enter")
        await seat.until(lambda: "two macros are missing" in body(seat))
        elsewhere(seat, BOB, cmd.AnswerPoll(answer="no-go", team="support", text="one macro is left"))
        await seat.until(lambda: "one macro is left" in body(seat))


async def test_a_question_does_not_offer_what_a_lost_role_no_longer_may(open_face: Opener) -> None:
    async with open_face("waiting", ADA, size=(120, 40)) as seat:
        made = seat.face.scene.view.definition
        await opened(seat, "P")
        await seat.shows("approve this plan")
        less = tuple(
            replace(each, role="engineer") if each.name == "ada" else each for each in made.operators
        )
        amend(seat, replace(made, operators=less))
        await seat.shows("your role is engineer now")
        assert "approve this plan" not in seat.text
        await seat.answer("y")
        assert len(seat.face.screen_stack) == 2
        await seat.press("escape", "q")
        await seat.shows("y leave")
        amend(seat, made)
        await seat.until(lambda: seat.face.scene.allows("approve"))
        amend(seat, replace(made, operators=less))
        await seat.until(lambda: not seat.face.scene.allows("approve"))
        assert "y leave" in seat.text


async def test_words_are_not_taken_from_who_may_not_write_them_any_more(open_face: Opener) -> None:
    async with open_face("waiting", ADA, size=(120, 40)) as seat:
        made = seat.face.scene.view.definition
        await opened(seat, "w")
        await seat.press(*"all calm")
        watching = tuple(
            replace(each, role="viewer") if each.name == "ada" else each for each in made.operators
        )
        amend(seat, replace(made, operators=watching))
        await seat.shows("a viewer watches")
        await seat.press("enter")
        assert len(seat.face.screen_stack) == 2
        amend(seat, made)
        await seat.shows("enter keep")
        await seat.press("enter")
        await seat.until(lambda: seat.events[-1].text == "all calm")
