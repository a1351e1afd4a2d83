"""What a changed definition does to what was done and said under the one before it."""

from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.fold import fold
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.smoke import SmokeFact
from launchpad.model.state import ItemState
from tests.model.test_fold import journal, plan, recorded
from tests.support.histories import amended, definition

MADE = definition()
DIGEST = plan(1).digest()


def to(after: d.Definition) -> ev.LaunchAmended:
    return ev.LaunchAmended(definition=after, digest=after.digest(), base="", format=1)


def changed(**parts: object) -> ev.LaunchAmended:
    return to(replace(MADE, **parts))


def planned(*, approvals: int = 1) -> list[object]:
    made = plan(approvals)
    return [
        ev.RunRequested(run="deploy-1", action="deploy"),
        ev.RunPlanned(run="deploy-1", plan=made, digest=made.digest(), gate=None, expires_at=10**18),
        (ev.RunConfirmed(run="deploy-1", digest=made.digest(), overridden=True), "ops"),
    ]


APPROVED = [*planned(), (ev.RunApproved(run="deploy-1", digest=DIGEST), "opal")]
SEEN = (ev.Seen(objective="errors", verdict="ok", evidence=""),)
CALLED = [
    ev.PollCalled(teams=("engineering", "qa")),
    (ev.PollAnswered(team="qa", answer="go", seen=SEEN), "eva"),
    (ev.PollAnswered(team="engineering", answer="no-go", seen=SEEN), "lead"),
]


def test_the_new_definition_holds_and_the_old_one_is_kept():
    after = amended()[1]
    state = fold(journal(to(after)))
    assert (state.definition, state.definition_seq, state.anomalies) == (after, 2, 0)
    assert state.definitions == {1: MADE, 2: after}
    [amendment] = state.amendments
    assert amendment.by == "ops"
    assert amendment.differences[0].section == "item"


def test_items_keep_their_state_and_those_added_in_the_night_stay():
    night = d.Item(id="night", title="Found at night")
    state = fold(
        journal(
            ev.ItemTicked(item="dns"),
            ev.ItemTicked(item="video"),
            ev.ItemAdded(item="night", added=night),
            ev.ItemTicked(item="night"),
            to(amended()[1]),
        )
    )
    assert list(state.items) == ["dns", "legal", "page", "rounds", "bank", "night"]
    assert [state.items[name].status for name in ("dns", "bank", "night")] == ["done", "open", "done"]


def left_out(**reasons: str) -> ev.LaunchAmended:
    return changed(skips=reasons)


def test_what_the_definition_leaves_out_is_skipped_until_somebody_or_an_amendment_takes_it_in():
    opened = ev.LaunchOpened(definition=replace(MADE, skips={"dns": "not for staging"}), format=1)
    first = recorded(1, opened)

    def after(*events: object) -> ItemState:
        rows = journal(*events)
        return fold([first, *rows[1:]]).items["dns"]

    begun = after()
    assert (begun.status, begun.reason, begun.by, begun.seq) == ("skipped", "not for staging", None, 0)
    assert after(left_out()).status == "open"
    assert after(left_out(dns="never")).reason == "never"
    assert after(ev.ItemTicked(item="dns")).status == "done", "as an older version let one do"
    again = [ev.ItemReopened(item="dns")]
    assert after(*again, left_out(dns="never")).status == "open", "somebody took it in"
    assert after(*again, ev.ItemTicked(item="dns"), left_out()).status == "done"


def test_what_is_done_is_not_left_out_afterwards():
    events = [ev.ItemTicked(item="dns"), left_out(dns="not now", video="not now")]
    items = fold(journal(*events)).items
    assert [items[name].status for name in ("dns", "video")] == ["done", "skipped"]
    items = fold(journal(ev.ItemSkipped(item="dns"), left_out(dns="x"), left_out())).items
    assert items["dns"].status == "skipped", "a person's word stays"


def test_an_item_that_is_proved_otherwise_is_open_again_unless_skipped():
    checked = ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=5)
    other = tuple(
        replace(item, check=d.HttpProof(url="http://127.0.0.1:2/")) if item.id == "page" else item
        for item in MADE.items
    )
    page = fold(journal(checked, changed(items=other))).items["page"]
    assert (page.status, page.check, page.proved_at) == ("open", None, None)
    skipped = fold(journal(ev.ItemSkipped(item="page"), changed(items=other)))
    assert skipped.items["page"].status == "skipped"
    titled = tuple(replace(item, title="Another") for item in MADE.items)
    assert fold(journal(checked, changed(items=titled))).items["page"].status == "done"


def test_what_is_measured_otherwise_is_unknown_until_an_engine_follows():
    bad = ev.ObjectiveChanged(objective="errors", verdict="bad", value=0.5, limit=0.1, n=3, window=300.0)
    firing = ev.AlertChanged(alert="high_errors", status="firing", severity="high", value=0.5, n=3)
    started = ev.EngineStarted(holder="e", epoch=1, host="h", version="1")
    events = [started, bad, firing, to(amended()[1])]
    state = fold(journal(*events))
    assert not state.objectives
    assert not state.alerts
    assert state.measured_since == {"homepage": 5_000_000}
    assert state.engine.follows == 1
    state = fold(journal(*events, ev.NoteWritten(), ev.EngineFollowed(epoch=1, lacking=("no key",))))
    assert state.measured_since == {"homepage": 7_000_000}
    assert (state.engine.follows, state.engine.lacking) == (5, ("no key",))
    again = fold(journal(*events, replace(started, epoch=2)))
    assert again.measured_since == {"homepage": 6_000_000}
    assert fold(journal(*events, ev.EngineFollowed(epoch=7))).anomalies == 1


def test_who_hears_of_an_alert_may_change_while_it_fires():
    firing = ev.AlertChanged(alert="slow", status="firing", severity="high", value=5.0, n=3)
    quieter = {**MADE.alerts, "slow": replace(MADE.alerts["slow"], severity="low", group="all")}
    assert fold(journal(firing, changed(alerts=quieter))).alerts["slow"].status == "firing"
    later = {**MADE.alerts, "slow": replace(MADE.alerts["slow"], for_=60.0)}
    assert not fold(journal(firing, changed(alerts=later))).alerts


def test_a_plan_whose_action_target_or_gate_changed_is_made_anew():
    cases = {
        "action deploy was amended": {
            "actions": {**MADE.actions, "deploy": replace(MADE.actions["deploy"], approvals=2)}
        },
        "provider site was amended": {
            "providers": {**MADE.providers, "site": d.Provider(kind="command", settings={"x": 1})}
        },
        "gate deploy was amended": {"gates": {**MADE.gates, "deploy": ()}},
    }
    for why, parts in cases.items():
        state = fold(journal(*APPROVED, changed(**parts)))
        run = state.runs["deploy-1"]
        assert (run.status, run.plan, run.approvals, run.overridden_by) == ("requested", None, (), None)
        assert run.lapsed == f"{why} by ops"
        assert state.amendments[0].lapsed == ("opal's approval of deploy-1", "ops's override for deploy-1")


def test_a_plan_that_rests_on_nothing_that_changed_stays_and_so_does_a_run_under_way():
    notes = tuple(replace(item, title="Another") for item in MADE.items)
    assert fold(journal(*APPROVED, changed(items=notes))).runs["deploy-1"].status == "approved"
    started = [*APPROVED, ev.RunStarted(run="deploy-1", epoch=1)]
    run = fold(journal(*started, changed(gates={**MADE.gates, "deploy": ()}))).runs["deploy-1"]
    assert (run.status, run.planned_under) == ("running", 1)


def test_the_approval_of_somebody_who_changed_lapses_alone():
    state = fold(journal(*APPROVED, to(amended()[2])))
    run = state.runs["deploy-1"]
    assert (run.status, run.plan is not None, run.approvals) == ("requested", False, ())
    crew = tuple(replace(o, role="engineer") if o.name == "opal" else o for o in MADE.operators)
    run = fold(journal(*APPROVED, changed(operators=crew))).runs["deploy-1"]
    assert (run.status, run.confirmed_by, run.approvals) == ("planned", "ops", ())
    assert run.lapsed == "opal was amended by ops"


def test_a_go_lapses_when_what_it_was_given_on_changed_and_a_no_go_stays():
    for position, why in ((2, "objective errors was amended"), (4, "T-0 was amended")):
        state = fold(journal(*CALLED, to(amended()[position])))
        assert state.poll.votes["qa"].lapsed == why
        assert state.poll.votes["engineering"].lapsed == ""
        assert state.amendments[0].lapsed == ("the go of qa",)
    crew = tuple(replace(o, teams=()) if o.name == "eva" else o for o in MADE.operators)
    state = fold(journal(*CALLED, changed(operators=crew)))
    assert state.poll.votes["qa"].lapsed == "eva no longer speaks for qa"
    titled = tuple(replace(item, title="Another") for item in MADE.items)
    assert fold(journal(*CALLED, changed(items=titled))).poll.votes["qa"].lapsed == ""


def test_t0_as_written_anew_is_meant_so_even_during_a_hold():
    moved = replace(MADE.launch, t0=replace(MADE.launch.t0, at=MADE.launch.t0.at + 3_600_000_000))
    slip = ev.CountdownSlipped(seconds=60.0)
    state = fold(journal(slip, changed(launch=moved)))
    assert state.t0 == moved.t0.at
    assert fold(journal(slip, changed(items=()))).t0 == MADE.launch.t0.at + 60_000_000
    held = [ev.CountdownHeld(), changed(launch=moved), ev.CountdownResumed()]
    assert fold(journal(*held)).t0 == moved.t0.at + 1_000_000
    state = fold(journal(ev.CountdownHeld(), changed(launch=replace(MADE.launch, t0=None))))
    assert (state.t0, state.hold, state.anomalies) == (None, None, 0)


def test_the_alert_that_rises_next_knows_of_it():
    firing = ev.AlertChanged(alert="slow", status="firing", severity="high", value=5.0, n=3)
    seat = ev.SeatTaken(holder="opal")
    state = fold(journal(changed(gates={}), seat, firing))
    assert [change.what for change in state.alerts["slow"].changes] == [
        "amended removed gate launch: " + state.amendments[0].differences[0].before + "; 1 more",
        "the director's seat went to opal",
    ]


def test_what_recurs_at_other_times_begins_anew_and_criteria_count_while_they_ask_the_same():
    smoke = d.Item(id="smoke", title="Smoke", due=0.0, every=600.0, until=3600.0)
    made = replace(MADE, items=(smoke,))
    ticked = ev.ItemTicked(item="smoke", occurrence=0)
    longer = replace(made, items=(replace(smoke, until=7200.0),))
    state = fold(journal(to(made), ticked, to(longer)))
    assert [done.number for done in state.items["smoke"].occurrences] == [0]
    oftener = replace(made, items=(replace(smoke, every=300.0),))
    item = fold(journal(to(made), ticked, to(oftener))).items["smoke"]
    assert (item.status, item.occurrences) == ("open", ())
    marked = [ev.PhaseEntered(phase="launch"), ev.CriterionMarked(criterion="lost-orders", met=True)]
    criteria = MADE.rollback_criteria
    assert criteria is not None
    assert fold(journal(*marked, changed(rollback_criteria=replace(criteria, at_least=1)))).marks
    other = replace(criteria, of=(d.HandCriterion(hand="lost-orders", title="Something else"),), at_least=1)
    assert not fold(journal(*marked, changed(rollback_criteria=other))).marks
    assert not fold(journal(*marked, changed(rollback_criteria=None))).marks


def test_a_smoke_test_that_is_another_one_has_not_run_and_plans_that_name_it_are_made_anew():
    steps = (*MADE.actions["deploy"].steps, d.Step(verb="smoke", provider="shop"))
    deploy = replace(MADE.actions["deploy"], steps=steps, gate=None)
    page = next(item for item in MADE.items if item.id == "page")
    walked = replace(page, check=d.SmokeProof(smoke="shop"))
    made = replace(MADE, actions={**MADE.actions, "deploy": deploy}, items=(walked,))
    other = replace(made, smoke={"shop": replace(MADE.smoke["shop"], timeout=5.0)})
    ran = ev.SmokeRan(suite="shop", result=SmokeFact(verdict="ok", steps=()), observed_at=1, cause="request")
    proved = ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=1)
    before = fold(journal(to(made), ran, proved, *APPROVED))
    assert (before.smoke["shop"].last.verdict, before.items["page"].status) == ("ok", "done")
    after = fold(journal(to(made), ran, proved, *APPROVED, to(other)))
    assert "shop" not in after.smoke
    assert after.items["page"].status == "open"
    assert after.runs["deploy-1"].lapsed == "smoke test shop was amended by ops"


def test_what_was_migrated_is_put_back_step_by_step_also_if_the_way_back_ends_in_the_middle():
    def fact(before: str, after: str, **fields: bool) -> ev.MigrationsApplied:
        made = MigrationFact(before=before, after=MigrationsReading(version=after), **fields)
        return ev.MigrationsApplied(provider="db", run="deploy-1", fact=made)

    up, idle = fact("40", "42"), fact("42", "42")
    half, rest = fact("42", "41", backwards=True), fact("41", "40", backwards=True)
    assert fold(journal(up, idle)).migrations["db"].applied == up.fact
    middle = fold(journal(up, half)).migrations["db"]
    assert (middle.applied.before, middle.applied.after.version) == ("40", "41")
    assert fold(journal(up, half, rest)).migrations["db"].applied is None
    read = ev.MigrationsRead(provider="db", observed_at=1, reading=None, reason="away")
    assert fold(journal(up, read)).migrations["db"].applied == up.fact
    assert fold(journal(idle)).migrations["db"].applied is None, "nothing was done"
    elsewhere = fact("43", "43")
    assert fold(journal(up, elsewhere)).migrations["db"].applied == up.fact, "somebody else has gone on"
