"""Keys become commands; what comes back is on the screen."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.command import CommandList
from textual.events import Key, Paste
from textual.widgets import Input

from launchpad.desk import LocalDesk
from launchpad.desk.decision import TEXT_LIMIT
from launchpad.desk.roles import MINIMUM
from launchpad.model import events as ev
from launchpad.model.commands import Amend, ApproveRun, Assign, EnterPhase, Tick
from launchpad.model.definition import Item
from launchpad.model.journal import Draft
from launchpad.model.preferences import Preferences
from launchpad.report import files
from launchpad.rules.view.mine import next_item
from launchpad.session import Session
from screens import hints
from screens.dialogs.plan import PlanDialog
from screens.face import Arrived
from screens.follow import News
from screens.glyphs import ASCII
from screens.keys import VERB_OF
from screens.palette import offers
from screens.render import checklist, timeline
from screens.render.row import Row
from screens.render.scene import Scene
from screens.widgets.listing import ListPanel
from tests.screens.conftest import Opener, Seat
from tests.support import launches
from tests.support.launches import ADA, BOB, EVE, LEAD, Demo

pytestmark = pytest.mark.slow


def last(seat: Seat) -> ev.Event | ev.Unknown:
    return seat.events[-1].event


def kinds(seat: Seat) -> list[str]:
    return [recorded.kind for recorded in seat.events]


async def select(seat: Seat, item: str) -> None:
    panel = seat.face.board.panel("checklist")
    panel.select(item)
    await seat.until(lambda: seat.face.board.item is not None and seat.face.board.item.id == item)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=str)
async def test_every_panel_that_has_a_place_has_room(open_face: Opener, size: tuple[int, int]) -> None:
    async with open_face("during", size=size) as seat:
        await seat.shows("ACTION deploy-1")
        shown = [panel for panel in seat.face.query(ListPanel) if panel.display]
        assert {"objectives", "checklist", "action"} <= {panel.id for panel in shown}
        assert all(panel.region.height > 1 and panel.region.bottom <= size[1] for panel in shown)


async def test_what_the_journal_holds_is_there_before_anything_is_measured(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40), clear=False) as seat:
        await seat.shows("CHECKLIST")
        await seat.shows("reading the samples …")
        await seat.shows(f"TIMELINE {len(seat.events)} events")
        assert "step 2 begins" in seat.text
        seat.line.clear.set()
        await seat.until(lambda: not seat.face.scene.loading)


async def test_space_ticks_and_unticks_with_my_name(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        await select(seat, "payments")
        await seat.press("space")
        await seat.shows("ticked payments")
        assert last(seat) == ev.ItemTicked(item="payments")
        assert seat.events[-1].actor == "ada"
        await seat.until(lambda: seat.face.board.item is not None and seat.face.board.item.mark == "done")
        await seat.press("space")
        await seat.shows("payments is open again")
        assert last(seat) == ev.ItemReopened(item="payments")


async def test_space_on_what_a_colleague_has_just_ticked_never_takes_it_back_unasked(
    open_face: Opener,
) -> None:
    async with open_face("launched", ADA) as seat:
        await select(seat, "payments")
        LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), LEAD).perform(Tick(item="payments"))
        await seat.until(lambda: seat.face.board.item is not None and seat.face.board.item.mark == "done")
        await seat.press("space")
        await seat.shows("Open payments again?")
        await seat.press("escape")
        assert last(seat) == ev.ItemTicked(item="payments")


async def test_z_undoes_my_own_last_tick_and_nobody_elses(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        await seat.press("z")
        await seat.until(lambda: last(seat) == ev.ItemReopened(item="oncall"))
    async with open_face("launched", EVE) as seat:
        before = len(seat.events)
        await seat.press("z")
        await seat.shows("your role is viewer")
        assert len(seat.events) == before


async def test_a_blocked_item_says_by_whom(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        before = len(seat.events)
        await select(seat, "dns")
        await seat.press("space")
        await seat.shows("dns waits for deploy (team engineering)")
        assert len(seat.events) == before


async def test_evidence_is_asked_for_where_it_is_required(open_face: Opener) -> None:
    async with open_face("before") as seat:
        await select(seat, "legal")
        await seat.press("space")
        await seat.shows("Evidence for legal")
        await seat.press("enter")
        await seat.shows("a few words are needed")
        await seat.press(*"ok-7", "enter")
        await seat.shows("ticked legal")
        assert seat.events[-1].text == "ok-7"


async def test_a_tick_that_lost_the_race_is_one_calm_line(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        await select(seat, "payments")
        stale = seat.face.board.item
        assert stale is not None
        other = LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), LEAD)
        other.perform(Assign(item="payments", assignee="bob"))
        seat.face.perform(Tick(item="payments", expect=stale.state.seq))
        await seat.shows("has changed since you saw it")
        # The fresh state is there.
        await seat.shows("bob          due 09:30")
        assert seat.events[-1].kind != "item.ticked"


async def test_two_seats_see_each_other(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), ADA).perform(Tick(item="payments"))
        await seat.shows("ada")
        await seat.until(lambda: seat.face.scene.view.state.items["payments"].by == "ada")


@pytest.mark.parametrize(
    ("key", "title", "event"),
    [
        ("c", "Comment on payments", ev.ItemCommented(item="payments")),
        ("e", "Evidence for payments", ev.EvidenceAdded(item="payments")),
        ("s", "Skip payments: why?", ev.ItemSkipped(item="payments")),
        ("w", "War-room log", ev.NoteWritten()),
    ],
)
async def test_words_are_asked_for_and_kept(open_face: Opener, key: str, title: str, event: ev.Event) -> None:
    async with open_face("launched") as seat:
        await select(seat, "payments")
        await seat.press(key)
        await seat.shows(title)
        await seat.press(*"[/x]", "enter")
        await seat.until(lambda: last(seat) == event)
        assert seat.events[-1].text == "[/x]"
        await seat.press(key)
        await seat.press("escape")
        assert last(seat) == event


async def test_assigning_offers_the_people(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await select(seat, "exec-update")
        await seat.press("A")
        await seat.shows("ada, bob, eve, lead")
        await seat.press("ctrl+u", *"bob", "enter")
        await seat.until(lambda: last(seat) == ev.ItemAssigned(item="exec-update", assignee="bob"))


async def test_acknowledging_takes_an_optional_reason(open_face: Opener) -> None:
    async with open_face("degraded", BOB) as seat:
        await seat.press("a")
        await seat.shows("Acknowledge checkout-errors")
        await seat.press("enter")
        await seat.until(lambda: last(seat) == ev.AlertAcknowledged(alert="checkout-errors"))
        await seat.shows("acknowledged by bob")


async def test_an_alert_is_silenced_from_the_palette_and_heard_again(open_face: Opener) -> None:
    async with open_face("degraded", BOB, size=(120, 40)) as seat:
        await seat.press("colon", *"silence checkout")
        await seat.shows("silence checkout-errors: checkout > 2%")
        await seat.press("enter")
        await seat.shows("Silence checkout-errors")
        await seat.press(*"30m load test", "enter")
        await seat.until(lambda: isinstance(last(seat), ev.AlertSilenced))
        await seat.shows("silenced by bob for another")
        await seat.press("colon", *"end the silence of")
        await seat.shows("end the silence of checkout-errors")
        await seat.press("enter")
        await seat.until(lambda: last(seat) == ev.AlertUnsilenced(alert="checkout-errors"))


async def test_checks_are_run_again_on_v(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await seat.press("1")
        await select(seat, "status-page")
        await seat.press("space")
        await seat.shows("proved by its check")
        await seat.press("v")
        await seat.until(lambda: last(seat) == ev.CheckRequested(item="status-page"))


# Plans


async def test_a_plan_is_asked_for_shown_and_confirmed_by_y(open_face: Opener) -> None:
    async with open_face("launched", size=(120, 40)) as seat:
        await seat.press("r")
        await seat.shows("the engine is making the plan")
        assert last(seat) == ev.RunRequested(run="rollback-1", action="rollback")
        _plan_it(seat, "rollback-1", "rollback")
        await seat.shows("Put 4.1.9 back in all regions")
        await seat.answer("enter")  # Cancel has the focus, so this would leave …
        await seat.until(lambda: last(seat) == ev.RunRetracted(run="rollback-1", what="request"))
    async with open_face("planned", size=(120, 40)) as seat:
        await seat.press("d")
        await seat.shows("Cancel")
        await seat.answer("y")
        await seat.until(lambda: kinds(seat)[-1] == "run.confirmed")
        await seat.shows("can be given by ada (online)")


def _plan_it(seat: Seat, run: str, action: str) -> None:
    """What the engine would do."""
    made = launches.plan(action)
    planned = ev.RunPlanned(run=run, plan=made, digest=made.digest(), gate=None, expires_at=launches.at(600))
    seat.store.append(
        launches.LAUNCH, [Draft(id=uuid.uuid4().hex, event=planned, actor="engine", auth="engine")]
    )


async def test_keys_typed_ahead_are_dropped(open_face: Opener) -> None:
    async with open_face("planned") as seat:
        seat.face.action_run("deploy")
        for key in ("y", "y", "enter"):
            seat.face.post_message(Key(key, key))
        await seat.answer("n")
        dialog = seat.face.screen
        assert isinstance(dialog, PlanDialog)
        assert kinds(seat)[-1] == "run.planned"
        dialog.guard_again()
        seat.face.post_message(Key("y", "y"))
        await seat.shows("that key came too early")
        await seat.answer("n")
        await seat.until(lambda: "too early" not in seat.text)
        assert kinds(seat)[-1] == "run.planned"


async def test_the_selected_entry_can_be_read_in_full(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        await select(seat, "announce")
        await seat.shows("Announcement sent: marketing, needs dns, payments")
        planned = next(recorded for recorded in seat.events if recorded.kind == "run.planned")
        assert f"{planned.event.digest} (" not in seat.text
        seat.face.find_panel("timeline", str(planned.seq))
        await seat.shows(f"{planned.event.digest} (")


async def test_what_a_message_says_is_so_as_long_as_it_is_shown(
    open_face: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.message.READ", 0.0)
    async with open_face("planned") as seat:
        await seat.press("d")
        await seat.answer("y")
        await seat.shows("deploy-1 waits for 1 approval")
        digest = seat.face.session.state.runs["deploy-1"].digest
        colleague = LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), ADA)
        colleague.perform(ApproveRun(run="deploy-1", digest=digest))
        await seat.until(lambda: "waits for 1 approval" not in seat.text)
        await seat.press("a")
        await seat.shows("no alert waits for an acknowledgement")
        await select(seat, "dns")
        await seat.press("space")
        await seat.shows("dns waits for")
        colleague.perform(Tick(item="deploy"))
        await seat.until(lambda: "dns waits for" not in seat.text)


async def test_a_message_can_be_read_before_it_goes(
    open_face: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.message.READ", 3600.0)
    async with open_face("during") as seat:
        seat.face.say("a flash", holds=lambda: False)
        for _ in range(3):
            seat.face.around.redraw()
        await seat.shows("a flash")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=str)
async def test_a_face_that_only_looks_changes_nothing(open_face: Opener, size: tuple[int, int]) -> None:
    async with open_face("degraded", LEAD, size=size, only_look=True) as seat:
        before = len(seat.events)
        await seat.shows("READ-ONLY")
        footer = seat.text.splitlines()[-1]
        for changes in ("acknowledge", "abort", "tick", "deploy", "war-room"):
            assert changes not in footer
        await seat.press("space")
        await seat.shows("tick: opened to look only")
        for key in "aAcesvVwzhPXRbdruHgI":
            await seat.press(key)
            await seat.press("escape")
        seat.face.perform(Tick(item="deploy"))
        await seat.shows("opened to look only")
        offered = [offer.text for offer in offers(seat.face)]
        assert not [text for text in offered if text.startswith(("plan ", "close ", "acknowledge", "lock "))]
        assert len(seat.events) == before


@pytest.mark.parametrize("theme", ["dark", "terminal", "no-colour"])
async def test_the_selected_entry_of_the_palette_is_marked_in_every_theme(
    open_face: Opener, theme: str
) -> None:
    async with open_face("during", theme=theme) as seat:
        await seat.press("colon")
        await seat.until(lambda: seat.face.screen.query(CommandList))
        entries = seat.face.screen.query_one(CommandList)
        await seat.until(lambda: entries.option_count > 3 and entries.highlighted is not None)
        here = entries.render_line(2 * (entries.highlighted or 0))
        other = entries.render_line(2 * (entries.highlighted or 0) + 2)
        assert next(iter(here)).style != next(iter(other)).style


async def test_the_cursor_follows_the_focus_though_nothing_else_happens(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.until(lambda: seat.text.count("▌") == 1)
        await seat.press("tab")
        await seat.until(lambda: seat.text.count("▌") == 2)
        await seat.press("shift+tab")
        await seat.until(lambda: seat.text.count("▌") == 1)


async def test_enter_never_confirms(open_face: Opener) -> None:
    async with open_face("planned") as seat:
        await seat.press("d")
        await seat.answer("enter")
        await seat.until(lambda: kinds(seat)[-1] == "run.retracted")
        assert "run.confirmed" not in kinds(seat)


async def test_a_plan_comes_between_nobody_and_their_words(open_face: Opener) -> None:
    async with open_face("before") as seat:
        for action, opens, writes_in in (("rollback", "w", "#prompt-foot"), ("deploy", "/", "#query")):
            await seat.press(opens)
            seat.face.action_run(action)  # as when its key was pressed just before
            await seat.until(lambda run=f"{action}-1": f"{run} waits for you" in seat.face.around.said)
            await seat.press(*"yes")
            assert seat.face.screen.query_one(writes_in).display
            await seat.press("escape", "escape")
        assert "run.confirmed" not in kinds(seat)
        await seat.press("d")
        await seat.until(lambda: isinstance(seat.face.screen, PlanDialog))


async def test_what_cannot_be_undone_takes_the_typed_name(open_face: Opener) -> None:
    async with open_face(launches.planned(reversible=False), size=(120, 40)) as seat:
        await seat.press("d")
        await seat.shows("CAN'T BE UNDONE: type production")
        await seat.answer("y", *"producti")
        assert isinstance(seat.face.screen, PlanDialog)
        await seat.press(*["backspace"] * 9, *"production")
        await seat.until(lambda: kinds(seat)[-1] == "run.confirmed")


@pytest.mark.parametrize("reversible", [True, False], ids=["a key", "a name"])
async def test_an_enter_behind_the_answer_opens_nothing(open_face: Opener, *, reversible: bool) -> None:
    async with open_face(launches.planned(reversible=reversible), size=(120, 40)) as seat:
        await seat.press("d")
        await seat.until(lambda: isinstance(seat.face.screen, PlanDialog))
        await seat.answer(*("y" if reversible else "production"))
        await seat.until(lambda: len(seat.face.screen_stack) == 1)
        await seat.press("enter")
        assert len(seat.face.screen_stack) == 1
        await seat.press("enter")
        await seat.until(lambda: len(seat.face.screen_stack) == 2)


async def test_a_closed_gate_takes_a_director_and_a_reason(open_face: Opener) -> None:
    demo = launches.degraded(Demo())
    demo.rows = [row for row in demo.rows if not row.kind.startswith(("run.", "step."))]
    closed = _resealed(demo).request(14.3, LEAD)
    async with open_face(closed, size=(120, 40)) as seat:
        await seat.press("d")
        await seat.shows("gate deploy is NO-GO: no critical alert")
        await seat.answer("y")
        assert isinstance(seat.face.screen, PlanDialog)
        await seat.press("!")
        await seat.shows("Override the gate")
        await seat.press(*"known", "enter")
        await seat.shows("OVERRIDE")
        await seat.answer("y")
        await seat.until(lambda: kinds(seat)[-1] == "run.confirmed")
        confirmed = last(seat)
        assert isinstance(confirmed, ev.RunConfirmed)
        assert confirmed.overridden
        assert seat.events[-1].text == "known"


def _resealed(demo: Demo) -> Demo:
    """The demo's events in a chain of their own again, after some were taken out."""
    fresh = Demo()
    fresh.samples, fresh.rows = demo.samples, []
    for recorded in demo.events:
        minute = (recorded.at - launches.T0.at) / 60e6
        assert not isinstance(recorded.event, ev.Unknown)
        fresh.add(minute, recorded.actor, recorded.event, recorded.text)
    return fresh


async def test_approving_is_for_another_and_bound_to_the_digest(open_face: Opener) -> None:
    async with open_face("waiting", ADA, size=(120, 40)) as seat:
        await seat.press("P")
        await seat.shows("Approve: Deploy the release")
        await seat.answer("y")
        digest = launches.plan().digest()
        approved = ev.RunApproved(run="deploy-1", digest=digest, role=ADA.role, teams=ADA.teams)
        await seat.until(lambda: last(seat) == approved)


async def test_with_no_or_several_plans_one_is_chosen_and_only_then_read(open_face: Opener) -> None:
    async with open_face("waiting", LEAD, size=(120, 40)) as seat:
        before = len(seat.events)
        await seat.press("P")
        await seat.shows("waits deploy-1: Deploy the release")
        assert "1 approval by others than lead" in seat.text
        assert "can be given by ada (online)" in seat.text
        assert "1 ask for backup: Back up the database" in seat.text
        await seat.press("x", "enter")
        assert len(seat.events) == before
        await seat.press("P")
        await seat.shows("ask for rollback")
        await seat.press("2")
        await seat.until(lambda: last(seat) == ev.RunRequested(run="rollback-1", action="rollback"))
    demo = launches.waiting().request(14.3, LEAD, "rollback")
    digest = launches.plan("rollback").digest()
    demo.add(14.4, LEAD.name, ev.RunConfirmed(run="rollback-1", digest=digest))
    demo.add(14.5, ADA.name, ev.RunRequested(run="backup-1", action="backup"))
    made = launches.plan("rollback", approvals=0)
    demo.add(
        14.6,
        "engine",
        ev.RunPlanned(run="backup-1", plan=made, digest=made.digest(), gate=None, expires_at=launches.at(60)),
    )
    async with open_face(demo, ADA) as seat:
        before = len(seat.events)
        await seat.press("P")
        await seat.shows("approve deploy-1")
        assert "confirm backup-1" in seat.text
        assert launches.plan().digest() in seat.text
        assert len(seat.events) == before
        await seat.press("1")
        await seat.shows("Approve: Deploy the release")
        await seat.answer("y")
        await seat.until(lambda: kinds(seat)[-1] == "run.approved")


async def test_rejecting_instead(open_face: Opener) -> None:
    async with open_face("waiting", ADA) as seat:
        await seat.press("P")
        await seat.answer("R")
        await seat.shows("Reject deploy-1")
        await seat.press(*"no", "enter")
        await seat.until(lambda: last(seat) == ev.RunRejected(run="deploy-1"))


async def test_abort_takes_one_y(open_face: Opener) -> None:
    async with open_face("during", BOB) as seat:
        await seat.press("X")
        await seat.shows("Abort deploy-1?")
        await seat.answer("y")
        await seat.until(lambda: last(seat) == ev.AbortRequested(run="deploy-1"))


@pytest.mark.parametrize(("key", "resolution"), [("t", "retry"), ("s", "skip"), ("d", "done")])
async def test_an_interrupted_run_is_resolved(open_face: Opener, key: str, resolution: ev.Resolution) -> None:
    async with open_face("interrupted", ADA, size=(120, 40)) as seat:
        await seat.press("R")
        await seat.shows("was interrupted")
        await seat.answer("y")
        assert kinds(seat)[-1] == "run.interrupted", "nothing is chosen yet"
        await seat.press(key, "y")
        await seat.until(lambda: last(seat) == ev.RunResolved(run="deploy-1", resolution=resolution))


async def test_the_next_phase_is_entered_against_the_gate_with_a_reason_only(open_face: Opener) -> None:
    async with open_face("before", size=(120, 40)) as seat:
        await seat.press("greater_than_sign")
        await seat.shows("gate launch is NO-GO")
        await seat.answer("y", "!")
        await seat.press(*"late", "enter")
        await seat.shows("OVERRIDE")
        await seat.answer("y")
        await seat.until(lambda: kinds(seat)[-1] == "phase.entered")
        assert seat.events[-1].text == "late"
        await seat.shows("entered launch")


# Roles


async def test_the_footer_shows_what_works_for_the_role(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(200, 60)) as seat:
        await seat.shows("d deploy")
        assert "> enter" not in seat.text.splitlines()[-1], "the gate holds it"
    async with open_face("degraded", BOB, size=(200, 60)) as seat:
        await seat.shows("a acknowledge")
        assert "d deploy" not in seat.text.splitlines()[-1]
        await seat.press("d")
        await seat.shows("your role is engineer, which may not do this")
    async with open_face("degraded", EVE, size=(200, 60)) as seat:
        await seat.shows("READ-ONLY")
        footer = seat.text.splitlines()[-1]
        assert "tick" not in footer
        assert "a acknowledge" not in seat.text
        assert "X abort" not in seat.text
        assert "? help" in footer


async def test_closed_launches_take_nothing(open_face: Opener) -> None:
    async with open_face(launches.launched().add(14.5, "lead", ev.LaunchClosed(outcome="partial"))) as seat:
        await seat.press("space")
        await seat.shows("the launch is closed (partial)")


# Looking around


async def test_the_selection_follows_its_item(open_face: Opener) -> None:
    async with open_face("launched", size=(120, 40)) as seat:
        await select(seat, "announce")
        await seat.press("slash", *"a")
        await seat.press("enter")
        assert seat.face.board.item is not None
        assert seat.face.board.item.id == "announce"
        await seat.press("escape")
        assert seat.face.board.item.id == "announce"


async def test_filter_and_matches(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await seat.press("slash", *"deploy", "enter")
        await seat.shows("/deploy")
        assert "First update to the executives" not in seat.text
        await seat.press("n")
        await seat.press("escape")
        await seat.shows("First update to the executives")
        await seat.press("slash", *"deploy")
        await seat.until(lambda: "First update to the executives" not in seat.text)
        await seat.press("escape")
        await seat.shows("First update to the executives")
        await seat.press("down", "space")
        await seat.shows("dns waits for deploy")


async def test_tabs_and_zoom(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.press("5")
        await seat.shows("TIMELINE")
        assert "CHECKLIST" not in seat.text
        await seat.press("6")
        await seat.shows("PEOPLE")
        await seat.press("2", "F")
        await seat.until(lambda: seat.face.board.panel("checklist").size.height > 15)
        assert "OBJECTIVES" not in seat.text
        await seat.press("F")
        await seat.shows("OBJECTIVES")


async def test_the_footer_follows_what_is_seen(open_face: Opener) -> None:
    async with open_face("during", size=(200, 60)) as seat:
        await seat.shows("GATE post-launch")
        assert "G gates" not in seat.text
        for key in ("F", "escape"):
            await seat.press("F")
            await seat.until(lambda: "G gates" in seat.text and "GATE" not in seat.text)
            await seat.press(key)
            await seat.until(lambda: "G gates" not in seat.text and "GATE post-launch" in seat.text)


async def test_details_open_on_enter(open_face: Opener) -> None:
    async with open_face("before") as seat:
        await select(seat, "backup-tested")
        await seat.press("enter")
        await seat.shows("OPS-812")
        await seat.press("escape")
        await seat.press("G")
        await seat.shows("Gates: the next phase")


async def test_the_palette_finds_verbs_and_things(open_face: Opener) -> None:
    items = (*launches.ITEMS, Item(id="nasty", title="[/x] markup", phase="launch"))
    demo = Demo(of=launches.definition(items=items)).engine(-10)
    async with open_face(demo, size=(120, 40)) as seat:
        await seat.press("colon", *"markup")
        await seat.shows("item nasty: [/x] markup")
        await seat.press("enter")
        await seat.until(lambda: seat.face.board.item is not None and seat.face.board.item.id == "nasty")
        await seat.press("ctrl+p", *"light")
        await seat.shows("theme light")
        await seat.press("enter")
        await seat.until(lambda: seat.face.theme == "light")


async def test_help_lists_the_live_keys(open_face: Opener) -> None:
    async with open_face("before", BOB, size=(120, 60)) as seat:
        await seat.press("question_mark")
        await seat.shows("KEYS for engineer bob")
        assert "war-room line" in seat.text
        assert "approve" not in seat.text


async def test_where_there_is_ascii_alone_the_help_names_keys_as_no_other_key_is_called(
    open_face: Opener,
) -> None:
    async with open_face("before", LEAD, size=(120, 60), glyphs=ASCII) as seat:
        await seat.press("question_mark")
        await seat.shows("KEYS for director lead")
        assert re.search(r" down +down ", seat.text)
        assert re.search(r" right +next panel ", seat.text)
        assert re.search(r" left +previous panel ", seat.text)
        assert re.search(r" backspace +back to where I was ", seat.text)
        assert re.search(r" > +enter launch ", seat.text)


async def test_leaving_says_what_goes_on(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.press("q")
        await seat.shows("deploy-1 goes on (running)")
        assert "Still here: ada, bob" in seat.text
        await seat.answer("q")
        await seat.until(lambda: not seat.face.is_running)
        assert seat.face.return_code == 0


async def test_presence_says_where_one_looks_and_leaves(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        mine = seat.face._seat
        await seat.until(lambda: mine in {p.seat for p in seat.store.present(launches.LAUNCH)})
        found = next(p for p in seat.store.present(launches.LAUNCH) if p.seat == mine)
        assert (found.operator, found.role) == ("ada", "operator")
        seat.face._follower.end()
        await seat.until(lambda: mine not in {p.seat for p in seat.store.present(launches.LAUNCH)})


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (40, 10), (20, 3), (80, 24), (119, 30), (300, 100)])
@pytest.mark.parametrize("scenario", ["degraded", "interrupted"])
async def test_every_size_shows_something_true(
    open_face: Opener, scenario: str, size: tuple[int, int]
) -> None:
    async with open_face(scenario, size=size) as seat:
        await seat.shows("PROD")
        await seat.press("question_mark", "escape", "colon", "escape")
        await seat.pilot.resize_terminal(100, 30)
        await seat.shows("CHECKLIST")


async def test_long_lists_draw_only_what_is_seen(open_face: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: set[str] = set()

    def noted(draw: Callable[..., Row]) -> Callable[..., Row]:
        def row(scene: Scene, entry: Any, width: int) -> Row:
            drawn.add(entry.id)
            return draw(scene, entry, width)

        return row

    for module in (checklist, timeline):
        monkeypatch.setattr(module, "row", noted(module.row))
    items = tuple(Item(id=f"i{n}", title=f"item number {n}", phase="pre-launch") for n in range(500))
    demo = Demo(of=launches.definition(items=items)).engine(-10)
    for n in range(10_000):
        demo.add(-9, "ada", ev.NoteWritten(), f"note {n}")
    async with open_face(demo) as seat:
        await seat.press("end")
        await seat.shows("item number 499")
        await seat.press("5")
        await seat.shows("note 9999")
        await seat.press("end")
        await seat.shows("opened Acme")
        await seat.press("slash", *"note 4711", "enter")
        await seat.until(lambda: "note 4711" in seat.text and "note 4712" not in seat.text)
    assert {"i0", "i499"} <= drawn
    assert len(drawn) < 300, "of more than ten thousand"


async def test_a_tick_of_the_clock_asks_for_no_layout(open_face: Opener) -> None:
    async with open_face("during") as seat:
        now = seat.face.session.clock()
        laid_out = 0
        original = seat.face.screen._refresh_layout

        def counted(*args: Any, **more: Any) -> None:
            nonlocal laid_out
            laid_out += 1
            original(*args, **more)

        seat.face.screen._refresh_layout = counted  # type: ignore[method-assign]
        for second in (1, 2, 3):
            # What the first scene asked for is done by then.
            laid_out = 0
            seat.face.session.clock = lambda passed=second: now + passed * 1_000_000
            seat.face.refresh_view()
            await seat.shows(f"T+00:14:{33 + second}")
        await seat.pilot.pause()
        assert laid_out == 0


async def test_focus_moves_between_panels(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        seen = set()
        for _ in range(8):
            focused = seat.face.screen.focused
            assert isinstance(focused, ListPanel)
            seen.add(focused.id)
            await seat.press("tab")
        assert {"objectives", "gate", "alerts", "timeline", "checklist", "people", "action"} == seen


async def test_a_store_out_of_reach_leaves_nothing_green_and_comes_back(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        await seat.shows("GO")
        seat.line.cut = True
        await seat.shows("STORE AWAY")
        assert "the store does not answer; it is tried again" in seat.text
        assert "HOLD" in seat.text.splitlines()[0]
        assert "4 unknown" in seat.text
        assert "no engine" not in seat.text, "nobody knows"
        assert "not known how it goes on" in seat.text
        assert "PEOPLE not known" in seat.text
        await seat.press("space")
        await seat.until(lambda: "the store does not answer" in seat.text.splitlines()[-2])
        seat.line.cut = False
        await seat.shows("all 4 objectives met")


async def test_a_long_paste_becomes_one_line_that_can_be_kept(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await seat.press("w")
        await seat.shows("War-room log")
        seat.face.screen.query_one(Input).post_message(Paste("two\nlines " * 200_000))
        await seat.shows("two lines two lines")
        assert len(seat.face.screen.query_one(Input).value) == TEXT_LIMIT
        await seat.press("escape", "escape", "slash")
        seat.face.query_one("#query", Input).post_message(Paste("nowhere\nto be found"))
        await seat.shows("no item is found so")


async def test_a_store_that_keeps_everybody_waiting_is_away_before_it_gives_up(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        await seat.shows("all 4 objectives met")
        seat.line.clear.clear()
        try:
            await seat.shows("STORE AWAY")
            assert "the store does not answer" in seat.text
            assert "HOLD" in seat.text.splitlines()[0]
            assert "4 unknown" in seat.text
        finally:
            seat.line.clear.set()
        await seat.shows("all 4 objectives met")


async def test_a_name_to_type_may_hold_keys_that_scroll(open_face: Opener) -> None:
    made = launches.planned(reversible=False)
    seat_demo = _in_environment(made, "kjq")
    async with open_face(seat_demo, size=(120, 40)) as seat:
        await seat.press("d")
        await seat.shows("type kjq")
        await seat.answer(*"kjq")
        await seat.until(lambda: kinds(seat)[-1] == "run.confirmed")


async def test_a_habitual_yes_is_not_the_first_letter_of_a_name_to_type(open_face: Opener) -> None:
    async with open_face(launches.planned(reversible=False)) as seat:
        await seat.press("d")
        await seat.shows("type production: ")
        await seat.answer("y")
        await seat.shows("type the name")
        await seat.press(*"product")
        await seat.shows("type production: product")
        await seat.press(*"ion")
        await seat.until(lambda: kinds(seat)[-1] == "run.confirmed")
    made = launches.planned(reversible=False)
    async with open_face(_in_environment(made, "yard"), size=(120, 40)) as seat:
        await seat.press("d")
        await seat.shows("type yard")
        await seat.answer(*"yard")
        await seat.until(lambda: kinds(seat)[-1] == "run.confirmed")


def _in_environment(demo: Demo, environment: str) -> Demo:
    """The same with its plans made for another environment."""
    fresh = Demo()
    fresh.samples, fresh.rows = demo.samples, []
    for recorded in demo.events:
        event = recorded.event
        assert not isinstance(event, ev.Unknown)
        if isinstance(event, ev.RunPlanned):
            made = replace(event.plan, environment=environment)
            event = replace(event, plan=made, digest=made.digest())
        fresh.add((recorded.at - launches.T0.at) / 60e6, recorded.actor, event, recorded.text)
    return fresh


async def test_keys_can_be_remapped_by_their_ids(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        seat.face.set_keymap({"item.tick": "t"})
        await select(seat, "payments")
        await seat.press("t")
        await seat.until(lambda: last(seat) == ev.ItemTicked(item="payments"))


async def test_my_keys_are_shown_wherever_a_key_is_named(open_face: Opener) -> None:
    mine = Preferences(keys={"alert.acknowledge": "Q", "run.abort": "x", "tab.people": "l", "item.skip": ""})
    async with open_face("degraded", LEAD, size=(120, 40), preferences=mine) as seat:
        lines = seat.text.splitlines()
        tabs, alert, footer = lines[1], lines[2], lines[-1]
        assert "Q acknowledge" in alert
        assert "l People" in tabs
        assert "x abort" in footer
        assert "x abort" in seat.text.splitlines()[-9]
        await seat.press("s")
        assert len(seat.face.screen_stack) == 1
        await seat.press("question_mark")
        await seat.until(lambda: re.search(r"│  Q +acknowledge ", seat.text))
        await seat.press("escape", "Q")
        await seat.shows("Acknowledge checkout-errors")


async def test_wishes_that_clash_are_told_and_left(open_face: Opener) -> None:
    mine = Preferences(keys={"item.tick": "a"})
    async with open_face("launched", LEAD, size=(120, 40), preferences=mine) as seat:
        await seat.shows("a is both item.tick and alert.acknowledge; all keys are the usual ones")
        assert "space tick" in seat.text.splitlines()[-1]


async def test_help_begins_with_the_keys_of_the_panel(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(120, 60)) as seat:
        seat.face.board.panel("alerts").focus()
        await seat.press("question_mark")
        await seat.shows("KEYS HERE")
        here, rest = seat.text.split("KEYS HERE")[1].split("KEYS for", 1)
        rest = rest.split("SIGNS")[0]
        assert "acknowledge" in here
        assert "details" in here
        assert "tick" in rest
        assert "acknowledge" not in rest


async def test_locks_are_taken_and_released_from_the_palette(open_face: Opener) -> None:
    async with open_face("launched", ADA, size=(120, 40)) as seat:
        await seat.press("colon", *"lock everything")
        await seat.shows("lock everything")
        await seat.press("enter")
        await seat.shows("Lock everything")
        await seat.press(*"30m incident 42", "enter")
        await seat.until(lambda: kinds(seat)[-1] == "lock.changed")
        await seat.shows("LOCKED everything by ada: incident 42")
        await seat.press("colon", *"unlock every")
        await seat.shows("unlock everything")
        await seat.press("enter")
        await seat.until(lambda: last(seat) == ev.LockChanged(target="*", held=False))


async def test_a_text_is_removed_for_good(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        await seat.press("5", "slash", *"load test booked", "enter", "colon", *"redact", "enter")
        await seat.shows("Remove the text of event 7: why?")
        await seat.press(*"a secret", "enter")
        await seat.until(lambda: kinds(seat)[-1] == "text.redacted")
        await seat.press("escape")
        await seat.shows("(text removed)")


async def test_the_report_is_given_words_from_the_palette(open_face: Opener) -> None:
    async with open_face("launched", LEAD, size=(120, 40)) as seat:
        await seat.press("colon", *"for the report: action", "enter")
        await seat.shows("For the report: action-item")
        await seat.press(*"ada: alert on the queue", "enter")
        await seat.until(lambda: last(seat) == ev.ReportNoted(section="action-item", owner="ada"))


async def test_a_request_is_taken_back_from_the_palette(open_face: Opener) -> None:
    async with open_face("waiting", LEAD, size=(120, 40)) as seat:
        await seat.press("colon", *"take back my", "enter")
        await seat.until(lambda: last(seat) == ev.RunRetracted(run="deploy-1", what="request"))


def test_every_verb_has_a_key_or_stands_in_the_palette() -> None:
    of_dialogs = {
        "confirm", "reject", "resume", "criterion", "incident-update", "incident-command", "incident-task",
        "incident-done", "incident-mitigate", "incident-resolve", "incident-review",
    }  # fmt: skip
    of_the_shell = {"open", "amend", "channel-test", "accept-loss"}
    assert set(MINIMUM) - set(VERB_OF.values()) == of_dialogs | of_the_shell


async def test_leaving_a_rehearsal_promises_nothing(open_face: Opener) -> None:
    async with open_face("during", rehearsal=True) as seat:
        await seat.press("q")
        await seat.shows("The rehearsal ends, and nothing of it is kept.")
        assert "attach" not in seat.text


async def test_a_rehearsal_says_so_at_every_size(open_face: Opener) -> None:
    for size in ((40, 10), (80, 24), (200, 60)):
        async with open_face("during", size=size, rehearsal=True) as seat:
            await seat.shows("REHEARSAL")
            assert "PROD" not in seat.text.splitlines()[0]


async def test_h_holds_with_a_reason_and_a_director_resumes(open_face: Opener) -> None:
    async with open_face("before", LEAD) as seat:
        await seat.press("h")
        await seat.shows("Hold the countdown: why?")
        await seat.press(*"late", "enter")
        await seat.shows("HELD")
        assert last(seat) == ev.CountdownHeld()
        assert seat.events[-1].text == "late"
        await seat.press("h")
        await seat.shows("Resume the countdown?")
        await seat.answer("y")
        await seat.until(lambda: last(seat) == ev.CountdownResumed())
        await seat.until(lambda: seat.face.scene.view.held is None)


async def test_news_that_comes_while_the_face_closes_is_let_go(open_face: Opener) -> None:
    async with open_face("degraded") as seat:
        face = seat.face
        late = Arrived(News(face.scene.view))
    # Its panels are gone by now, as when the follower's last news is handled in the middle of closing.
    face.on_arrived(late)


async def test_g_answers_with_the_numbers_in_front(open_face: Opener) -> None:
    async with open_face("deciding", LEAD) as seat:
        await seat.press("g")
        await seat.shows("Go or no-go for engineering?")
        await seat.shows("go by lead 48 s ago")
        await seat.shows("then 213 ms, n=120, 4 s old")
        await seat.answer("t")
        await seat.shows("Go or no-go for legal?")  # the first of the others that has not answered
        await seat.shows("as proxy")
        before = len(seat.events)
        await seat.answer("enter")
        await seat.press("g")
        await seat.shows("Go or no-go for engineering?")
        await seat.answer("t")
        await seat.shows("y go for legal")
        await seat.answer("y")
        await seat.until(lambda: len(seat.events) > before)
        answered = last(seat)
        assert isinstance(answered, ev.PollAnswered)
        assert (answered.team, answered.answer, answered.proxy) == ("legal", "go", True)
        assert [seen.objective for seen in answered.seen] == ["availability", "latency", "checkout", "search"]
        await seat.until(lambda: seat.face.scene.view.ballots[2].verdict == "GO")


async def test_a_no_go_asks_for_its_reason(open_face: Opener) -> None:
    async with open_face("deciding", BOB, size=(120, 40)) as seat:
        await seat.shows("GO / NO-GO 1/3")
        await seat.press("g")
        await seat.shows("Go or no-go for support?")
        await seat.answer("n")
        await seat.shows("No-go for support: why?")
        await seat.press(*"still", "enter")
        await seat.until(lambda: seat.events[-1].text == "still")
        answered = last(seat)
        assert isinstance(answered, ev.PollAnswered)
        assert (answered.team, answered.answer) == ("support", "no-go")


async def test_a_director_calls_and_closes_the_roll(open_face: Opener) -> None:
    async with open_face("before", LEAD, size=(120, 40)) as seat:
        await seat.press("g")
        await seat.shows("Call the roll")
        await seat.press(*"go?", "enter")
        await seat.until(lambda: kinds(seat)[-1] == "poll.called")
        await seat.shows("GO / NO-GO 0/2")
        seat.face.action_close_poll()
        await seat.shows("Close the roll?")
        await seat.answer("y")
        await seat.until(lambda: kinds(seat)[-1] == "poll.closed")
        await seat.shows("closed by lead")


async def test_an_engineer_is_told_who_calls_the_roll(open_face: Opener) -> None:
    async with open_face("before", BOB) as seat:
        await seat.press("g")
        await seat.shows("a director calls it")


async def test_every_gate_is_read_in_full_at_80x24(open_face: Opener) -> None:
    async with open_face("deciding", EVE) as seat:
        await seat.press("G")
        read = []
        for _ in range(6):
            # What stands between the sides of the dialog's frame.
            read += [line.split("│")[1] for line in seat.text.splitlines() if line.count("│") == 2]
            await seat.press("pagedown")
        said = " ".join(" ".join(read).split())
        gate = seat.face.scene.view.gate
        assert gate is not None
        for condition in gate.conditions:
            assert condition.name[:40] in said, condition
        for told in ("two macros are missing", "here: ada, bob", "no lock is held", "asked 10m"):
            assert told in said
        assert "GATE deploy" in said


async def test_a_deputy_takes_the_seat_and_everybody_sees_it(open_face: Opener) -> None:
    whole = launches.definition()
    demo = launches.before(Demo(of=replace(whole, launch=replace(whole.launch, deputies=("ada",)))))
    demo.online = [BOB]
    async with open_face(demo, ADA, size=(120, 40)) as seat:
        await seat.shows("operator")
        assert ">" not in {hint.key for hint in hints.all_keys(seat.face)}
        seat.face.action_take_seat()
        await seat.shows("Take the director's seat: why?")
        await seat.press(*"gone", "enter")
        await seat.shows("ada holds the director's seat")
        assert last(seat) == ev.SeatTaken(holder="ada")
        await seat.until(lambda: seat.face.scene.me.role == "director")
        assert ">" in {hint.key for hint in hints.all_keys(seat.face)}
        offered = {offer.text for offer in offers(seat.face)}
        assert "call the roll" in offered
    async with open_face("before", LEAD) as seat:
        assert "take the director's seat" not in {offer.text for offer in offers(seat.face)}


async def test_a_rollback_criterion_is_marked_with_all_of_them_in_front(open_face: Opener) -> None:
    async with open_face("advised", BOB) as seat:
        await seat.shows("ROLL BACK? 2/5 (r)")
        await seat.press("C")
        await seat.shows("recommends roll back")
        await seat.shows("payments-fail is met   n it is not")
        await seat.answer("t")
        await seat.shows("data-wrong is met")
        await seat.answer("n")
        await seat.shows("data-wrong is not met")
        await seat.press(*"counted", "enter")
        await seat.until(lambda: kinds(seat)[-1] == "criterion.marked")
        marked = last(seat)
        assert isinstance(marked, ev.CriterionMarked)
        assert (marked.criterion, marked.met, seat.events[-1].text) == ("data-wrong", False, "counted")


async def test_a_viewer_reads_the_criteria(open_face: Opener) -> None:
    async with open_face("advised", EVE) as seat:
        await seat.press("C")
        await seat.shows("Customers can't pay")
        await seat.press("y", "escape")
        assert kinds(seat)[-1] == "rollback.advised"


def amended(seat: Seat, after: Any) -> None:
    session = Session(seat.store, launches.LAUNCH)
    base = session.state.definition.digest()  # type: ignore[union-attr]
    desk = LocalDesk(seat.store, session, LEAD)
    desk.perform(Amend(definition=after, base=base, text="the night is long"))


async def test_an_amendment_is_followed_told_and_read_in_full(open_face: Opener) -> None:
    made = launches.definition()
    deploy = made.actions["deploy"]
    after = replace(
        made,
        items=(*made.items, Item(id="night", title="Found at night", phase="launch")),
        objectives={name: o for name, o in made.objectives.items() if name != "search"},
        gates={**made.gates, "launch": made.gates["launch"][:-1]},
        actions={**made.actions, "deploy": replace(deploy, key="D", approvals=0)},
    )
    async with open_face("waiting", LEAD, size=(120, 40)) as seat:
        await seat.shows("search")
        amended(seat, after)
        await seat.shows("Found at night")
        await seat.until(lambda: len(seat.face.scene.view.objectives) == 3)
        await seat.press("5")
        await seat.shows("AMENDED (1 lapsed): added item night")
        await seat.press("enter")
        await seat.shows("action deploy: approvals 1 -> 0")
        await seat.shows("lapsed: the plan of deploy-1")
        await seat.press("escape", "d")
        before = len(seat.events)
        await seat.press("D")
        await seat.until(lambda: seat.face.screen_stack[1:] or len(seat.events) > before)


async def test_an_incident_is_declared_from_the_worst_alert(open_face: Opener) -> None:
    async with open_face("degraded", BOB) as seat:
        await seat.press("I")
        await seat.shows("from alert checkout-errors")
        await seat.shows("It acknowledges the alert in your name.")
        await seat.answer("h", "i")
        await seat.shows("Whom or what does it hit?")
        await seat.press(*"cards", "enter")
        await seat.shows("HIGH")
        await seat.answer("y")
        await seat.shows("declared incident-1, high")
        declared, impact, acknowledged = (recorded.event for recorded in seat.events[-3:])
        assert isinstance(declared, ev.IncidentDeclared)
        assert (declared.severity, declared.alert) == ("high", "checkout-errors")
        assert impact == ev.IncidentImpactStated(incident="incident-1")
        assert acknowledged == ev.AlertAcknowledged(alert="checkout-errors")
        assert seat.events[-2].text == "cards"
        await seat.shows("HIGH incident-1  checkout > 2%")
        await seat.shows("NO COMMANDER")


async def test_an_incident_by_hand_says_what_and_how_grave(open_face: Opener) -> None:
    async with open_face("launched", BOB) as seat:
        await seat.press("I")
        await seat.shows("Declare an incident?")
        await seat.answer("y")
        await seat.shows("how grave is it? c, h, m, l")
        await seat.press("l", "y")
        await seat.shows("what is wrong? w")
        await seat.press("w")
        await seat.shows("What is wrong?")
        await seat.press(*"[/x]", "enter")
        await seat.shows("[/x]")
        await seat.answer("y")
        await seat.shows("declared incident-1, low")
        assert seat.events[-1].text == "[/x]"


@pytest.mark.parametrize(
    ("key", "title", "words", "event"),
    [
        ("u", "Update on incident-1: how", "we roll back", ev.IncidentUpdated),
        ("i", "Whom or what does incident-1 hit?", "Spain", ev.IncidentImpactStated),
        ("s", "How grave is incident-1?", "high", ev.IncidentGraded),
        ("c", "Who commands incident-1?", "bob", ev.IncidentCommanded),
        ("t", "A task for incident-1", "call", ev.IncidentTaskAdded),
        ("d", "Which task is done?", "1", ev.IncidentTaskDone),
        ("m", "incident-1 is being mitigated", "rollback", ev.IncidentMitigating),
        ("r", "what was the cause?", "an index", ev.IncidentResolved),
    ],
)
async def test_the_open_incident_is_worked_on(
    open_face: Opener, key: str, title: str, words: str, event: type[ev.Event]
) -> None:
    async with open_face("declared", LEAD, size=(120, 40)) as seat:
        await seat.press("I")
        await seat.shows("newest first")
        await seat.press(key)
        await seat.shows(title)
        await seat.press("ctrl+u", *words, "enter")
        await seat.until(lambda: isinstance(last(seat), event))
        if event in (ev.IncidentUpdated, ev.IncidentImpactStated, ev.IncidentTaskAdded, ev.IncidentResolved):
            assert seat.events[-1].text == words


async def test_an_update_begins_with_what_is_known(open_face: Opener) -> None:
    async with open_face("declared", ADA, size=(120, 40)) as seat:
        await seat.press("I", "u")
        await seat.shows("Update on incident-1")
        await seat.press("enter")
        await seat.until(lambda: isinstance(last(seat), ev.IncidentUpdated))
        assert seat.events[-1].text.startswith(
            "Acme: we are looking into cards fail at the till, since 09:12"
        )


async def test_a_viewer_reads_the_incident_and_does_nothing(open_face: Opener) -> None:
    async with open_face("declared", EVE) as seat:
        before = len(seat.events)
        await seat.press("I")
        await seat.shows("cards fail at the till")
        assert "u update" not in seat.text
        await seat.press("r", "escape")
        assert len(seat.events) == before


async def test_what_is_over_is_reviewed_from_the_palette(open_face: Opener) -> None:
    over = launches.declared().add(14.2, "ada", ev.IncidentResolved(incident="incident-1"), "a bad index")
    async with open_face(over, LEAD, size=(120, 40)) as seat:
        await seat.press("colon", *"incident-1")
        await seat.shows("incident-1: cards fail at the till")
        await seat.press("enter")
        await seat.shows("a bad index")
        await seat.press("v")
        await seat.shows("what was learnt?")
        await seat.press(*"test it", "enter")
        await seat.until(lambda: last(seat) == ev.IncidentReviewed(incident="incident-1"))


async def test_whoever_comes_back_is_offered_what_they_missed(open_face: Opener) -> None:
    async with open_face("degraded", BOB) as seat:
        await seat.shows("since 08:15: ")
        await seat.shows("1 alert, 1 run")
        await seat.press("J")
        await seat.shows("Since you were last here")
        await seat.shows("nobody has it yet")
        read = []
        for _ in range(4):
            read.append(seat.text)
            await seat.press("pagedown")
        assert "deploy-1 started" in "".join(read)
        assert "alert checkout-errors firing" in "".join(read)
    async with open_face("declared", ADA) as seat:
        assert "since " not in seat.text.splitlines()[-2], "she has just been here"


async def test_all_checks_are_asked_for_and_how_they_ended_is_said(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await seat.press("V")
        await seat.shows("asked for 1 check")
        assert last(seat) == ev.CheckRequested(item="status-page")
        await seat.until(lambda: seat.face.checks_asked is not None)
        answer = ev.ItemChecked(item="status-page", verdict="bad", reason="503", observed_at=launches.at(14))
        draft = Draft(id=uuid.uuid4().hex, event=answer, actor="engine", auth="engine")
        seat.store.append(launches.LAUNCH, [draft])
        await seat.shows("1 checked: 1 bad (status-page)")


async def test_words_that_would_not_be_kept_stay_in_the_dialog_with_the_reason(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await select(seat, "payments")
        await seat.press("c")
        await seat.shows("Comment on payments")
        field = seat.face.screen.query_one(Input)
        field.value = "x" * 4001
        await seat.press("enter")
        await seat.shows("the text has 4001 characters; at most 4000 are kept")
        assert len(field.value) == 4001
        await seat.press("escape", "escape", "e")
        await seat.shows("Evidence for payments")
        await seat.press(*"ftp://x", "enter")
        await seat.shows("not with ftp://")
        await seat.press("ctrl+u", *"https://x.example", "enter")
        await seat.until(lambda: last(seat) == ev.EvidenceAdded(item="payments"))
        assert seat.events[-1].text == "https://x.example"


async def test_m_shows_what_is_mine_over_all_phases_and_the_selection_stays(open_face: Opener) -> None:
    async with open_face("launched", ADA, size=(120, 40)) as seat:
        await seat.press("m")
        await seat.shows("MINE, NOW")
        own = seat.face.board.panel("checklist")._entries
        assert {i.state.item.phase for i in own} > {"launch"}
        following = next_item(seat.face.scene.view.items, "launch", ADA.name, ADA.teams)
        assert following is not None
        assert own[0].id == following.id
        await seat.shows(f"your next item: {following.state.item.title}")
        await select(seat, "review")
        await seat.press("m")
        await seat.shows("CHECKLIST Post")
        assert seat.face.board.item is not None
        assert seat.face.board.item.id == "review"
        await seat.press("1")
        await select(seat, "macros")  # bob's, and done
        await seat.press("m")
        await seat.shows("MINE, NOW")
        assert seat.face.board.item is not None
        assert seat.face.board.item.id == following.id
        await seat.press("5", "m")
        await seat.shows("MINE, NOW")
        await seat.press("2")
        await seat.shows("CHECKLIST Launch")


async def test_the_filter_knows_teams_people_and_states(open_face: Opener) -> None:
    async with open_face("launched", ADA, size=(120, 40)) as seat:
        await seat.press("slash", *"@ada is:open")
        await seat.press("enter")
        await seat.shows("(1 shown)")
        assert [i.id for i in seat.face.board.panel("checklist")._entries] == ["payments"]
        await seat.press("slash", "ctrl+u", *"is:failed")
        await seat.shows("no item is found so: words, !words, team:NAME")


async def test_progress_by_team_is_shown(open_face: Opener) -> None:
    async with open_face("launched", size=(120, 40)) as seat:
        await seat.press("T")
        await seat.shows("Progress by team")
        await seat.shows("engineering")
        assert re.search(r"all +[0-9]+/14", seat.text)


async def test_how_the_launch_stands_is_copied_whatever_is_selected(open_face: Opener) -> None:
    async with open_face("degraded", LEAD, size=(120, 40)) as seat:
        await select(seat, "payments")
        await seat.press("y")
        await seat.until(lambda: "payments: " in seat.face.clipboard)
        await seat.press("colon", *"copy how")
        await seat.shows("copy how the launch stands")
        await seat.press("enter")
        await seat.until(lambda: "NOT OK: " in seat.face.clipboard)


async def test_an_item_is_shown_in_full_and_copied(open_face: Opener) -> None:
    demo = launches.launched()
    demo.add(3, BOB.name, ev.EvidenceAdded(item="payments"), "https://a.example/x https://b.example/y")
    async with open_face(demo, size=(120, 40)) as seat:
        await select(seat, "payments")
        await seat.press("enter")
        await seat.shows("Item payments")
        await seat.shows("[2] https://b.example/y")
        assert "history" in seat.text
        await seat.press("2")
        await seat.shows("copied https://b.example/y")
        assert seat.face.clipboard == "https://b.example/y"
        await seat.press("9")
        assert seat.face.clipboard == "https://b.example/y"
        other = LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), ADA)
        other.perform(Tick(item="payments"))
        await seat.shows("ada ticked payments")
        await seat.press("y")
        await seat.shows("copied all of it")
        assert "ada ticked payments" in seat.face.clipboard


async def test_the_report_is_written_for_every_role_and_never_over_another(
    open_face: Opener, tmp_path: Path
) -> None:
    folder = tmp_path / "here"

    def save() -> str:
        session = Session(seat.store, launches.LAUNCH)
        page, _ = files.save(session, (tmp_path / "file" / "x", folder))
        return f"the report is in {page.name}"

    (tmp_path / "file").write_text("in the way")
    async with open_face("launched", EVE, save_report=save) as seat:
        await seat.press("E")
        await seat.shows(f"the report is in {launches.LAUNCH}-report.html")
        await seat.press("E")
        await seat.shows(f"{launches.LAUNCH}-report-2.html")
    assert len(list(folder.iterdir())) == 4
    page = (folder / f"{launches.LAUNCH}-report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    async with open_face("launched", EVE) as seat:
        await seat.press("E")
        await seat.shows("launchpad report")


async def test_the_checklist_follows_the_phase_but_not_under_a_finger(open_face: Opener) -> None:
    async with open_face("before", ADA, size=(120, 40)) as seat:
        seat.face.FINGER = 3600.0
        await seat.press("down")
        other = LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), LEAD)
        other.perform(EnterPhase(phase="launch", override="now"))
        await seat.until(lambda: seat.face.scene.view.state.phase == "launch")
        await seat.until(lambda: seat.face._left_phase == "pre-launch")
        assert seat.face.board.tab == "pre-launch"
        seat.face.FINGER = 0.0
        seat.face.refresh_view()
        await seat.shows("launch was entered: this is its checklist")
        assert "CHECKLIST Launch" in seat.text
        await seat.press("3")
        other.perform(EnterPhase(phase="post-launch", override="now"))
        await seat.until(lambda: seat.face.scene.view.state.phase == "post-launch")
        assert seat.face.board.tab == "post-launch"


async def test_a_phase_that_is_not_looked_at_moves_nothing(open_face: Opener) -> None:
    async with open_face("before", ADA, size=(120, 40)) as seat:
        seat.face.FINGER = 0.0
        await seat.press("5")
        other = LocalDesk(seat.store, Session(seat.store, launches.LAUNCH), LEAD)
        other.perform(EnterPhase(phase="launch", override="now"))
        await seat.until(lambda: seat.face.scene.view.state.phase == "launch")
        seat.face.refresh_view()
        await seat.pilot.pause()
        assert seat.face.board.tab == "timeline"


async def test_what_other_threads_ask_leaves_the_layout_alone(open_face: Opener) -> None:
    """A layout made by another thread for an older size ends the face at its next full repaint."""
    async with open_face("during", size=(120, 40)) as seat:
        compositor = seat.face.screen._compositor
        compositor._full_map_invalidated = True
        before = compositor._full_map
        assert seat.face.board.trends[0] > 40
        assert seat.face._presence().looking_at == "launch: deploy"
        assert compositor._full_map is before


async def test_two_keys_at_once_end_a_dialog_once(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        await seat.press("P")
        await seat.shows("Plans")
        dialog = seat.face.screen
        for _ in range(3):
            dialog.post_message(Key("1", "1"))
        await seat.until(lambda: len([e for e in seat.events if isinstance(e.event, ev.RunRequested)]) == 1)
        await seat.press("escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)


async def test_tabs_footer_and_entries_take_clicks(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.shows("deploy-1 began")  # every panel has its place
        lines = seat.text.splitlines()
        await seat.pilot.click(offset=(lines[1].index("6 People"), 1))
        await seat.until(lambda: seat.face.board.tab == "people")
        await seat.pilot.click(offset=(lines[1].index("2 Launch"), 1))
        await seat.until(lambda: seat.face.board.tab == "launch")
        await seat.pilot.click(offset=(lines[-1].index("help"), 23))
        await seat.shows("Help")
        await seat.press("escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)
        row = next(y for y, text in enumerate(lines) if "Announcement sent" in text)
        for _ in range(20):
            # On a busy machine two clicks may come too far apart to be one double click.
            await seat.pilot.click(offset=(10, row), times=2)
            await seat.pilot.pause()
            if len(seat.face.screen_stack) > 1:
                break
        await seat.shows("Item announce")


async def test_z_never_takes_back_an_older_tick_in_the_place_of_one_on_its_way(open_face: Opener) -> None:
    async with open_face("during") as seat:
        seat.line.clear.clear()
        await seat.press("space", "z")
        await seat.shows("your last act is still on its way")
        seat.line.clear.set()
        await seat.shows("[✓] Release deployed")
        await seat.until(lambda: seat.face.caught_up)
        await seat.press("z")
        await seat.shows("deploy is open again")
        assert not [
            e for e in seat.events if isinstance(e.event, ev.ItemReopened) and e.event.item != "deploy"
        ]


async def test_a_word_after_an_exclamation_mark_is_filtered_out(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.press("slash")
        await seat.shows("enter keep the filter")
        await seat.pilot.press(*"!released", "enter")
        await seat.until(lambda: "Announcement sent" in seat.text)
        await seat.press("5", "slash", *"deploy !step", "enter")
        await seat.until(lambda: "step 2 begins" not in seat.text)
        assert "confirmed deploy-1" in seat.text
