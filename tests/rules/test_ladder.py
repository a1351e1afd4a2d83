"""The ladder of a rollout: only time that was seen and well counts, and only what is known moves anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.fold import fold
from launchpad.model.journal import Recorded
from launchpad.model.plan import ConditionReport, GateReport, Plan, PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.samples import Sample
from launchpad.model.state import RunState, State
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.advance import judged, moves
from launchpad.rules.gates import evaluate
from launchpad.rules.ladder import RolloutView, conditions, rollout_views, trouble
from launchpad.rules.objectives import Meter
from launchpad.rules.rollout_evidence import RolloutMeter, signal_of, stale_after
from launchpad.rules.situation import NO_ENGINE, Situation
from tests.support.histories import LAUNCH
from tests.support.runs import run_state

START = 1_800_000_000
EVERY = 30.0
SOAK = 600.0
LIMIT = d.Threshold(objective="errors", op="<", limit=Quantity(value=0.5, unit="%"))


def definition(**of_rollout: object) -> d.Definition:
    fields: dict[str, object] = {
        "stages": (
            d.RolloutStage(percent=10.0, soak=SOAK),
            d.RolloutStage(percent=50.0, soak=SOAK),
            d.RolloutStage(percent=100.0),
        ),
        "guards": (d.KeepGuard(keep=LIMIT, within=120.0, at_least=3),),
        "every": EVERY,
        "advance": "automatic",
        "veto": 120.0,
    }
    return d.Definition(
        launch=d.Launch(product="Acme", version="1"),
        providers={"store": d.Provider(kind="command")},
        signals={"well": d.TcpSignal(host="a", port=1, every=10.0, timeout=5.0)},
        objectives={
            "errors": d.Objective(
                signal="well", error_rate=True, below=Quantity(value=0.01, unit="%"), window=300.0
            )
        },
        rollouts={"android": d.Rollout(provider="store", **{**fields, **of_rollout})},  # type: ignore[arg-type]
    )


def state(*events: ev.Event, definition: d.Definition) -> State:
    """Folded from an opening and these events, a second apart."""
    opened = ev.LaunchOpened(definition=definition, format=1)
    return fold(
        Recorded(
            launch=LAUNCH, seq=n + 1, id=str(n), at=(START + n) * SECOND, actor="ops", auth="os", event=event
        )
        for n, event in enumerate([opened, *events])
    )


def sample(signal: str, second: float, verdict: ev.ReadingVerdict = "ok") -> Sample:
    at = round((START + second) * SECOND)
    reason = "" if verdict == "ok" else "no"
    return Sample(signal=signal, observed=at, received=at, verdict=verdict, reason=reason)


def seen(status: str = "rolling", percent: float = 10.0, run: str = "", *, outside: bool = False) -> ev.Event:
    reading = RolloutReading(status=status, percent=percent, users=1000)  # type: ignore[arg-type]
    return ev.RolloutObserved(rollout="android", reading=reading, observed_at=1, run=run, outside=outside)


def told(verdict: ev.ReadingVerdict = "ok", soaked: float = 0.0) -> ev.Event:
    return ev.RolloutJudged(rollout="android", verdict=verdict, reason="so", soaked=soaked, lasted=soaked)


def ladder(
    *events: ev.Event,
    at: float,
    reads: list[float] | None = None,
    probes: list[Sample] | None = None,
    watched: bool = True,
    made: d.Definition | None = None,
) -> RolloutView:
    """The rollout `at` seconds after the beginning; read every 30 s and well, unless said otherwise."""
    held = made or definition()
    folded = state(*events, definition=held)
    meter, readings = RolloutMeter(held), Meter(held)
    if reads is None:
        reads = [30.0 * i for i in range(int(at // 30) + 1)]
    if probes is None:
        probes = [sample("well", at - 10.0 * i) for i in range(8)]
    samples = [*(sample(signal_of("android"), second) for second in reads), *probes]
    samples.sort(key=lambda one: one.observed)
    meter.feed(samples)
    readings.feed(samples)
    now = round((START + at) * SECOND)
    since = {name: one.verdict_since for name, one in folded.rollouts.items()}
    unwatched = "" if watched else NO_ENGINE
    views = rollout_views(
        folded, held, readings.readings(now), meter.evidence(now, since), unwatched=unwatched, now=now
    )
    return views["android"]


def events_of(view: RolloutView, *events: ev.Event, at: float, gate: GateReport | None = None) -> list[str]:
    folded = state(*events, definition=replace(definition(), rollouts={"android": view.rollout}))
    now = round((START + at) * SECOND)
    return [ev.kind_of(event) for event in moves(replace(view, gate=gate), folded, now)]


@pytest.mark.parametrize(
    ("events", "reads", "verdict", "says"),
    [
        ((seen(percent=50.0), told()), None, "GO", "rolling at 50%"),
        ((seen("complete", 100.0),), None, "GO", "complete"),
        ((seen(percent=10.0), told()), None, "NO-GO", "rolling at 10%"),
        ((seen("halted", 50.0),), None, "NO-GO", "halted at 50%"),
        ((seen("in review", 50.0),), None, "NO-GO", "in review"),
        ((seen(percent=50.0), told()), [0.0], "HOLD", "unknown for 10m"),
        ((), None, "HOLD", "unknown: "),
    ],
)
def test_a_gate_can_wait_for_a_rollout(events, reads, verdict, says) -> None:
    view = ladder(*events, at=600, reads=reads)
    made = replace(definition(), gates={"after": (d.RolloutCondition(rollout="android", percent=50.0),)})
    folded = state(*events, definition=made)
    now = round((START + 600) * SECOND)
    situation = Situation(state=folded, readings={}, now=now, watched=True, rollouts={"android": view})
    report = evaluate("after", situation)
    assert report is not None
    assert (report.verdict, says in report.conditions[0].detail) == (verdict, True), report


def test_a_gate_waits_while_the_guards_of_a_rollout_are_broken_or_unknown() -> None:
    bad = [sample("well", 600.0 - 10.0 * i, "bad") for i in range(8)]
    made = replace(definition(), gates={"after": (d.RolloutCondition(rollout="android", percent=10.0),)})
    events = (seen(), told())
    folded, now = state(*events, definition=made), round((START + 600) * SECOND)
    for probes, verdict in ((bad, "NO-GO"), ([], "HOLD")):
        view = ladder(*events, at=600, probes=probes)
        situation = Situation(state=folded, readings={}, now=now, watched=True, rollouts={"android": view})
        report = evaluate("after", situation)
        assert report is not None
        assert report.verdict == verdict


def test_what_was_read_and_well_counts_and_nothing_else() -> None:
    assert ladder(seen(), told(), at=300).soaked == pytest.approx(300, abs=31)
    assert ladder(seen(), at=300).soaked == 0, "not seen to be well"
    assert ladder(seen(), told("unknown", 100), at=300).soaked == 100
    gap = ladder(seen(), told(), at=300, reads=[0, 30, 60, 240, 270, 300])
    assert gap.soaked == pytest.approx(120, abs=31)
    assert gap.gap
    assert gap.lasted == 299, "from the first look on"
    assert ladder(seen(), told(), at=900, reads=[0, 30, 60]).soaked == pytest.approx(60, abs=31)


@given(
    reads=st.lists(st.floats(0, 3000), max_size=60),
    at=st.floats(0, 3000),
    soaked=st.floats(0, 1000),
)
def test_soak_never_outruns_the_clock_nor_what_was_seen(reads: list[float], at: float, soaked: float) -> None:
    view = ladder(seen(), told("ok", soaked), at=at, reads=sorted(reads))
    limit = stale_after(view.rollout)
    before = [second for second in sorted(reads) if second <= at]
    assert view.soaked - soaked <= at + 10
    assert view.soaked - soaked <= len(before) * limit
    assert not before or view.soaked - soaked <= before[-1] + 10


@given(
    reads=st.lists(st.floats(0, 3000), max_size=40),
    probes=st.lists(st.tuples(st.floats(0, 3000), st.sampled_from(["ok", "bad", "unknown"])), max_size=40),
    at=st.floats(0, 3000),
    watched=st.booleans(),
    recorded=st.sampled_from(["ok", "bad", "unknown"]),
    announced=st.booleans(),
)
def test_nothing_moves_on_what_is_unknown(
    reads: list[float],
    probes: list[tuple[float, ev.ReadingVerdict]],
    at: float,
    watched: bool,
    recorded: ev.ReadingVerdict,
    announced: bool,
) -> None:
    happened = [seen(), told(recorded, SOAK)]
    if announced:
        happened.append(ev.RolloutAdvanceAnnounced(rollout="android", percent=50.0, due_at=0))
    found = [sample("well", second, verdict) for second, verdict in probes]
    view = ladder(*happened, at=at, reads=sorted(reads), probes=found, watched=watched)
    done = events_of(view, *happened, at=at)
    if view.verdict == "unknown":
        assert set(done) <= {"rollout.advance-withdrawn"}
    if "run.requested" in done and view.verdict == "ok":
        assert announced
        assert view.soaked >= SOAK
        assert recorded == "ok"


def test_a_guard_below_its_least_samples_is_unknown_and_holds() -> None:
    few = [sample("well", 300, "bad"), sample("well", 299, "bad")]
    view = ladder(seen(), told(), at=300, probes=few)
    assert (view.verdict, view.guards[0].detail) == ("unknown", "2 of at least 3 samples")
    assert events_of(view, seen(), told("bad"), at=300) == []
    enough = ladder(seen(), told(), at=300, probes=[*few, sample("well", 298, "bad")])
    assert enough.verdict == "bad"
    assert enough.guards[0].detail.startswith("100%, n=3, ")


def test_a_guard_looks_back_over_its_own_window() -> None:
    old = [sample("well", 300 - 130 - i, "bad") for i in range(50)]
    fresh = [sample("well", 300 - i) for i in range(10)]
    assert ladder(seen(), told(), at=300, probes=[*old, *fresh]).verdict == "ok"


BAD = [sample("well", 300 - i, "bad") for i in range(10)]


def test_a_breach_halts_once_and_ends_what_goes_forward() -> None:
    bump = ev.RunRequested(
        run="bump-1", action="bump", aim=RolloutAim(rollout="android", verb="bump", percent=50.0)
    )
    happened = [seen(), bump, told("bad")]
    view = ladder(*happened, at=300, probes=BAD)
    assert view.breached
    assert events_of(view, *happened, at=300) == ["run.requested", "run.abort-requested"]
    halt = ev.RunRequested(run="halt-1", action="halt", aim=RolloutAim(rollout="android", verb="halt"))
    for after in ([halt], [halt, ev.RunRefused(run="halt-1", reason="no")]):
        again = ladder(*happened, *after, at=300, probes=BAD)
        assert events_of(again, *happened, *after, at=300) == []
    # A clock that was set back stamps what follows with the instant of what went before.
    folded = state(*happened, halt, ev.RunRefused(run="halt-1", reason="no"), definition=definition())
    assert again.state is not None
    at_once = replace(folded.runs["halt-1"], requested_at=again.state.verdict_since)
    assert moves(again, replace(folded, runs={"halt-1": at_once}), (START + 300) * SECOND) == ()


def test_a_breach_is_recorded_before_anything_is_done_about_it() -> None:
    view = ladder(seen(), told(), at=300, probes=BAD)
    assert events_of(view, seen(), told(), at=300) == []
    change = judged(view)
    assert change is not None
    assert (change.verdict, change.reason[:14]) == ("bad", "errors < 50%: ")


def test_how_it_does_is_recorded_when_it_changes_and_after_a_gap_in_what_was_well() -> None:
    well = ladder(seen(), told(), at=300)
    assert judged(well) is None
    assert judged(replace(well, gap=True)) is not None
    bad = ladder(seen(), told("bad"), at=300, probes=BAD)
    assert judged(replace(bad, gap=True)) is None
    assert judged(ladder(seen("halted"), at=300)) is None


def test_what_is_not_well_holds_the_next_step_by_its_reason() -> None:
    assert ladder(seen(), told("bad"), at=300, probes=BAD).holds.startswith("broken: errors < 50%: ")
    few = ladder(seen(), told(), at=300, probes=[])
    assert few.holds.startswith("not known: ")
    now = round((START + 300) * SECOND)
    assert few.coming(now) == f"50% held: {few.holds}"
    assert ladder(seen(), told(), at=300).coming(now) == "50% held: soaks 5m02s more"


def test_a_breach_that_is_to_be_told_halts_nothing() -> None:
    made = definition(on_breach="tell")
    view = ladder(seen(), told("bad"), at=300, probes=BAD, made=made)
    assert events_of(view, seen(), told("bad"), at=300) == []
    assert trouble({"android": view}).startswith("android IS BROKEN at 10%: errors < 50%: 100%")


RIPE = [seen(), told("ok", SOAK)]


def test_the_engine_climbs_only_a_ladder_that_it_is_told_to_climb() -> None:
    assert events_of(ladder(*RIPE, at=60), *RIPE, at=60) == ["rollout.advance-announced"]
    assert events_of(ladder(*RIPE, at=60, made=definition(advance="manual")), *RIPE, at=60) == []
    last = [seen(percent=100.0), told("ok", SOAK)]
    assert events_of(ladder(*last, at=60), *last, at=60) == []


@pytest.mark.parametrize("status", ["halted", "in review", "complete", "removed"])
def test_what_does_not_roll_is_moved_nowhere(status: str) -> None:
    bad = [seen(status), told("bad")]
    assert events_of(ladder(*bad, at=300, probes=BAD), *bad, at=300) == []
    well = [seen(status), told("ok", SOAK)]
    assert events_of(ladder(*well, at=60), *well, at=60) == []
    assert events_of(ladder(at=60), at=60) == []


def test_the_step_is_announced_then_taken_and_a_hold_withdraws_it() -> None:
    view = ladder(*RIPE, at=60)
    assert events_of(view, *RIPE, at=60) == ["rollout.advance-announced"]
    due = ev.RolloutAdvanceAnnounced(rollout="android", percent=50.0, due_at=round((START + 100) * SECOND))
    waiting = [*RIPE, due]
    assert events_of(ladder(*waiting, at=60), *waiting, at=60) == []
    assert events_of(ladder(*waiting, at=110), *waiting, at=110) == ["run.requested"]
    closed = ConditionReport(name="phase is launch", verdict="NO-GO", detail="now in pre-launch")
    shut = GateReport(gate="rollout:android", verdict="NO-GO", conditions=(closed,))
    assert events_of(ladder(*waiting, at=110), *waiting, at=110, gate=shut) == ["rollout.advance-withdrawn"]
    vetoed = [*waiting, ev.RolloutVetoed(rollout="android")]
    assert events_of(ladder(*vetoed, at=110), *vetoed, at=110) == []


@pytest.mark.parametrize(
    "ends",
    [
        seen("halted"),
        seen("rolling", 20.0, outside=True),
        told("unknown"),
        ev.RunRequested(run="bump-1", action="bump", aim=RolloutAim(rollout="android", verb="bump")),
    ],
)
def test_whatever_changes_how_it_stands_ends_the_timer(ends: ev.Event) -> None:
    due = ev.RolloutAdvanceAnnounced(rollout="android", percent=50.0, due_at=1)
    folded = state(*RIPE, due, ends, definition=definition())
    assert folded.rollouts["android"].announced is None
    assert folded.rollouts["android"].due_at is None
    assert folded.anomalies == 0


def test_a_step_of_the_engine_that_came_to_nothing_is_a_persons_from_then_on() -> None:
    aim = RolloutAim(rollout="android", verb="bump", percent=50.0)
    lost = [
        *RIPE,
        ev.RunRequested(run="bump-1", action="bump", aim=aim),
        ev.RunRefused(run="bump-1", reason="gate"),
    ]
    folded = state(*lost, definition=definition())
    view = ladder(*lost, at=60)
    by_engine = replace(folded.runs["bump-1"], requested_auth="engine")
    folded = replace(folded, runs={"bump-1": by_engine})
    assert moves(view, folded, round((START + 60) * SECOND)) == ()


def test_what_turned_well_again_is_recorded_before_a_step_is_announced() -> None:
    again = [*RIPE, told("unknown", SOAK)]
    view = ladder(*again, at=60)
    assert (view.verdict, view.holds) == ("ok", "")
    assert events_of(view, *again, at=60) == []
    change = judged(view)
    assert change is not None
    assert change.verdict == "ok"


def test_a_step_that_brought_the_present_share_does_not_hold_the_next() -> None:
    aim = RolloutAim(rollout="android", verb="bump", percent=10.0)
    view = ladder(*RIPE, at=60)
    assert view.state is not None

    def step(requested_at: int, auth: str) -> RunState:
        return run_state("bump-1", "succeeded", requested_auth=auth, requested_at=requested_at, aim=aim)

    folded = state(*RIPE, definition=definition())
    now = round((START + 60) * SECOND)
    for requested_at, auth, kinds in (
        (view.state.since - 1, "engine", ["rollout.advance-announced"]),
        (view.state.since, "engine", []),
        (view.state.since, "key", ["rollout.advance-announced"]),
    ):
        after = replace(folded, runs={"bump-1": step(requested_at, auth)})
        assert [ev.kind_of(event) for event in moves(view, after, now)] == kinds


@pytest.mark.parametrize(
    "stands",
    [(), (seen("rejected"),), (seen("removed"),), (seen("complete", 100.0),), (seen(percent=100.0),)],
)
def test_where_it_goes_no_further_nothing_is_said_to_come(stands) -> None:
    assert ladder(*stands, at=60).coming(round((START + 60) * SECOND)) == ""


@pytest.mark.parametrize(
    ("reads", "stages"),
    [
        (None, (d.RolloutStage(percent=10.0), d.RolloutStage(percent=100.0))),
        ([0.0], definition().rollouts["android"].stages),
    ],
    ids=["no soak", "not read lately"],
)
def test_its_gate_asks_for_no_soak_that_there_is_not(reads, stages) -> None:
    view = ladder(seen(), told(), at=600, reads=reads, made=definition(stages=stages))
    assert [c.name for c in conditions(view)] == ["the guards of android hold"]


def test_its_gate_asks_for_guards_and_soak() -> None:
    verdicts = {c.name: c.verdict for c in conditions(ladder(seen(), told(), at=300))}
    assert verdicts == {"the guards of android hold": "GO", "android has soaked at 10%": "HOLD"}
    assert [c.verdict for c in conditions(ladder(*RIPE, at=60))] == ["GO", "GO"]
    assert conditions(ladder(seen(), told(), at=300, probes=BAD))[0].verdict == "NO-GO"
    assert conditions(ladder(seen(), told(), at=900, reads=[0]))[0].verdict == "HOLD"
    # Before anybody has it there may be nothing to measure; after a halt, too.
    for status in ("approved", "halted"):
        (guards,) = conditions(ladder(seen(status, 0.0), at=60, probes=[]))
        assert (guards.verdict, guards.advisory) == ("HOLD", True)


def test_unknown_is_drawn_as_such_with_its_age() -> None:
    view = ladder(seen(), told(), at=900, reads=[0, 30, 60])
    assert (view.status, view.verdict) == ("unknown", "unknown")
    assert view.standing == "unknown for 14m (was rolling at 10%): not read lately"
    assert ladder(seen(), told(), at=30, watched=False).unread == "no engine is watching"
    assert ladder(at=30).standing == "unknown: not read yet"


@pytest.mark.parametrize(("read", "held"), [(60.0, ""), (1.5, "what was done last is not seen yet")])
def test_a_share_that_was_seen_before_its_run_ended_counts_once_it_is_read_again(
    read: float, held: str
) -> None:
    """Such a reading shows nothing new, and so leaves no event."""
    aim = RolloutAim(rollout="android", verb="bump", percent=10.0)
    plan = Plan(
        action="bump",
        title="",
        version="1",
        environment="",
        steps=(PlannedStep(verb="bump", provider="store", does="", command="", undo=None),),
        params={},
    )
    events = [
        ev.RunRequested(run="bump-1", action="bump", aim=aim),
        ev.RunPlanned(run="bump-1", plan=plan, digest="d", gate=None, expires_at=2 * START * SECOND),
        ev.RunConfirmed(run="bump-1", digest="d"),
        ev.RunStarted(run="bump-1", epoch=1, gate=None),
        ev.StepIntended(run="bump-1", step=0, epoch=1, nonce="n", attempt=1, gate=None),
        seen(run="bump-1"),
        ev.StepSucceeded(run="bump-1", step=0),
        ev.RunSucceeded(run="bump-1"),
        told("ok", SOAK),
    ]
    assert state(*events, definition=definition()).runs["bump-1"].status == "succeeded"
    assert ladder(*events, at=60.0, reads=[read]).holds == held
