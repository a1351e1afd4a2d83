"""The view: what is shown follows from its arguments alone."""

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold import fold
from launchpad.model.journal import Recorded
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.rollouts import RolloutAim
from launchpad.model.samples import Lease, Sample, Standby
from launchpad.model.values import SECOND
from launchpad.rules.objectives import Meter
from launchpad.rules.view import run_view, view
from tests.support.histories import LAUNCH, definition

START = 1_800_000_000
LEASE = Lease(launch=LAUNCH, holder="engine", epoch=1, expires_in=5.0)


def state(*events, at=()):
    """Folded from an opening and these events, one second apart or `at` these seconds after the start."""
    everything = [ev.LaunchOpened(definition=definition(), format=1), *events]
    seconds = [0, *at] if at else range(len(everything))
    return fold(
        Recorded(
            launch=LAUNCH,
            seq=n,
            id=str(n),
            at=(START + second) * SECOND,
            actor="ops",
            auth="os",
            event=event,
            text="why",
        )
        for n, (event, second) in enumerate(zip(everything, seconds, strict=True), start=1)
    )


def seen(made, now, samples=(), **options):
    meter = Meter(definition())
    meter.feed(samples)
    at = (START + now) * SECOND
    return view(made, meter.readings(at), at, **{"lease": LEASE, **options})


def probes(verdict="ok", duration=0.1, until=100, count=100):
    times = [(START + until - n) * SECOND for n in range(count)]
    return [
        Sample(
            signal="homepage", observed=t, received=t, verdict=verdict, duration=duration, reason="no answer"
        )
        for t in times
    ]


def test_health_is_unknown_until_it_is_measured_and_watched():
    assert seen(state(), 0).health == "unknown"
    good = seen(state(), 100, probes())
    assert (good.health, good.standing.what) == ("ok", "all 3 objectives met")
    unwatched = seen(state(), 100, probes(), lease=None)
    assert (unwatched.health, unwatched.standing.what) == ("unknown", "no engine is watching")
    lapsed = seen(state(), 100, probes(), lease=replace(LEASE, expires_in=-0.1))
    assert (lapsed.health, lapsed.engine.watching) == ("unknown", False)
    assert seen(state(), 200, probes()).health == "unknown", "stale"


def test_health_is_bad_when_an_objective_is_missed_or_an_alert_fires():
    bad = seen(state(), 100, probes("bad"))
    assert (bad.health, bad.verdict) == ("bad", "NO-GO" if bad.next_phase is None else bad.gate.verdict)
    assert "availability at least 99.9%: now 0%" in bad.standing.line
    firing = ev.AlertChanged(alert="slow", status="firing", severity="medium", value=3.00001, n=9)
    shown = seen(state(firing), 100, probes())
    assert shown.health == "bad"
    said = (
        "latency > 3 s: 3.00001 s since 09:00 (1m39s); nobody has it yet; next: rounds was due Nov 16 04:33"
    )
    assert shown.standing.line == said


def test_freshness_follows_the_newest_sample_of_a_signal():
    fresh = seen(state(), 100, probes(duration=None, count=1) + probes(until=50, count=1)).freshness
    assert (fresh.ok, fresh.stale, fresh.dead, fresh.oldest) == (1, 0, 0, 0.0)
    assert seen(state(), 200, probes()).freshness.stale == 1
    assert seen(state(), 0).freshness.dead == 1


def test_an_item_is_blocked_stale_overdue_by_the_clock_alone():
    checked = ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=START * SECOND)
    unsure = ev.ItemChecked(item="page", verdict="unknown", reason="", observed_at=(START + 800) * SECOND)
    made = state(checked, unsure, at=(0, 800))

    def marks(now):
        return {item.id: item.mark for item in seen(made, now).items}

    assert marks(0) == {
        "dns": "open",
        "legal": "blocked",
        "video": "open",
        "page": "done",
        "watch": "blocked",
        "rounds": "open",
    }
    assert marks(900)["page"] == "done"
    assert marks(901)["page"] == "stale", "a check that could not decide proves nothing anew"
    once = [[i for i in seen(made, now).items if i.recurrence is None] for now in (-3601, -3599, 3601)]
    overdue = [[item.id for item in items if item.overdue] for items in once]
    assert overdue == [[], ["dns"], ["dns", "video"]]


RUNS = [
    ev.RunRequested(run="backup-1", action="backup"),
    ev.RunPlanned(
        run="backup-1",
        plan=Plan(
            action="backup",
            title="Backup",
            version="1",
            environment="production",
            steps=(
                PlannedStep(
                    verb="backup", provider="db", does="it", command="it", timeout=300.0, stuck_after=60.0
                ),
            ),
        ),
        digest="d",
        gate=None,
        expires_at=(START + 1000) * SECOND,
    ),
    ev.RunConfirmed(run="backup-1", digest="d"),
    ev.RunStarted(run="backup-1", epoch=1),
    ev.StepIntended(run="backup-1", step=0, epoch=1, nonce="n"),
]


@pytest.mark.parametrize(
    ("now", "output", "stuck", "timed_out"),
    [
        (60, None, False, False),
        (66, None, True, False),
        (66, 30, False, False),
        (91, 30, True, False),
        (306, 300, False, True),
    ],
)
def test_a_step_is_stuck_by_its_silence_and_timed_out_by_its_length(now, output, stuck, timed_out):
    last = {} if output is None else {"backup-1": (START + output) * SECOND}
    [run] = seen(state(*RUNS), now, last_output=last).runs
    assert (run.stuck, run.timed_out) == (stuck, timed_out)
    assert run.step_elapsed == now - 5


def test_each_run_at_work_is_judged_by_its_own_output():
    other = [replace(event, run="deploy-1") for event in RUNS]
    made = state(*RUNS, *other)
    shown = seen(made, 100, last_output=dict.fromkeys(("backup-1", "deploy-1"), (START + 99) * SECOND))
    assert [run.stuck for run in shown.runs] == [False, False]


def test_a_plan_expires():
    made = state(*RUNS[:2])
    assert "confirm" in seen(made, 1000).runs[0].waits_for
    assert "expired" in seen(made, 1001).runs[0].waits_for
    assert not run_view(state(*RUNS).runs["backup-1"], (START + 5000) * SECOND).expired


def test_a_halt_is_never_too_late():
    plan = Plan(action="halt", title="it", version="1", environment="production", steps=())
    made = state(
        ev.RunRequested(run="halt-1", action="halt", aim=RolloutAim(rollout="android", verb="halt")),
        ev.RunPlanned(run="halt-1", plan=plan, digest="d", gate=None, expires_at=(START + 9) * SECOND),
        ev.RunConfirmed(run="halt-1", digest="d"),
    )
    halt = run_view(made.runs["halt-1"], (START + 5000) * SECOND)
    assert (halt.state.status, halt.expired) == ("approved", False)
    assert halt.waits_for == "the engine to start it"


def test_what_waits_for_whom():
    made = state(*RUNS[:1])
    assert seen(made, 1).runs[0].waits_for == "the engine's plan"
    assert seen(state(*RUNS[:3]), 3).runs[0].waits_for == "the engine to start it"
    lost = ev.RunInterrupted(run="backup-1", reason="lost")
    assert "decide" in seen(state(*RUNS, lost), 9).runs[0].waits_for


def test_no_engine_says_what_to_do():
    stopped = state(
        ev.EngineStarted(holder="h", epoch=1, host="mars", version="1"), ev.EngineStopped(holder="h", epoch=1)
    )
    assert "`launchpad engine`" in seen(stopped, 62, lease=None).engine.sentence
    assert "for 1m" in seen(stopped, 62, lease=None).engine.sentence
    assert seen(stopped, 62).engine.sentence == "engine 1 on mars"


def test_who_would_take_over_is_told_with_what_they_lack():
    assert seen(state(), 0).engine.behind == ""
    waiting = (Standby(holder="mars:1:x"), Standby(holder="venus:2:y", lacks="env:TOKEN is not set"))
    assert seen(state(), 0, standbys=waiting).engine.behind == "mars ready, venus lacks env:TOKEN is not set"
