"""Whether what an open dialog asks is over, as scenes tell it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.samples import LockInfo
from screens.acts import over
from screens.acts.over import Over
from screens.render.scene import Scene
from tests.support import launches
from tests.support.launches import ADA, LEAD, Demo

_ALERT = ev.AlertChanged(alert="checkout-errors", status="resolved", severity="critical", value=0.001, n=60)
_DIGEST = launches.plan().digest()


def scene(demo: Demo) -> Scene:
    return Scene(view=demo.view(20), me=LEAD)


def _given(made: Over) -> Callable[[Scene], Over]:
    return lambda _scene: made


_OF_INCIDENT = {"incident": "incident-1"}

CASES: list[tuple[str, str, Callable[[Scene], Over], tuple[ev.Event, ...], str]] = [
    (
        "an item that was ticked",
        "before",
        lambda read: over.item(read.view.state.items["legal"]),
        (ev.ItemTicked(item="legal"),),
        "legal has changed: look again",
    ),
    (
        "a run that was taken back",
        "waiting",
        _given(over.run("deploy-1", "run.rejected")),
        (ev.RunRetracted(run="deploy-1", what="request"),),
        "it is retracted",
    ),
    (
        "a run that others approved needs no broken glass",
        "waiting",
        _given(over.run("deploy-1", "run.glass-broken", _DIGEST)),
        (ev.RunApproved(run="deploy-1", digest=_DIGEST),),
        "it is approved",
    ),
    (
        "a run that others approved can still be rejected",
        "waiting",
        _given(over.run("deploy-1", "run.rejected")),
        (ev.RunApproved(run="deploy-1", digest=_DIGEST),),
        "",
    ),
    (
        "an abort of what is being aborted",
        "during",
        _given(over.run("deploy-1", "run.abort-requested")),
        (ev.AbortRequested(run="deploy-1"),),
        "it is aborting",
    ),
    (
        "a roll called anew",
        "deciding",
        over.roll,
        (ev.PollCalled(teams=("qa",)),),
        "closed, or was called anew",
    ),
    ("a roll that is closed", "deciding", over.roll, (ev.PollClosed(),), "closed, or was called anew"),
    ("a hold of what is held", "before", _given(over.held), (ev.CountdownHeld(),), "ada holds the countdown"),
    ("a slip of what is held", "before", over.countdown, (ev.CountdownHeld(),), "ada holds the countdown"),
    (
        "a slip after a hold",
        "before",
        over.countdown,
        (ev.CountdownHeld(), ev.CountdownResumed()),
        "the countdown has moved since",
    ),
    (
        "a hold after the countdown",
        "before",
        _given(over.held),
        (ev.PhaseEntered(phase="launch"),),
        "the launch is in launch now",
    ),
    ("the seat", "launched", over.seat, (ev.SeatTaken(holder="bob"),), "the seat has changed hands since"),
    (
        "a criterion",
        "advised",
        lambda read: over.mark(read, "cards-fail"),
        (ev.CriterionMarked(criterion="cards-fail", met=True),),
        "somebody has marked it since",
    ),
    (
        "an update on what is over",
        "declared",
        _given(over.incident("incident-1", "incident.updated")),
        (ev.IncidentResolved(**_OF_INCIDENT),),
        "it is resolved",
    ),
    (
        "a task of what is resolved",
        "declared",
        _given(over.incident("incident-1", "incident.task-done")),
        (ev.IncidentResolved(**_OF_INCIDENT),),
        "",
    ),
    (
        "an update on what is being mitigated",
        "declared",
        _given(over.incident("incident-1", "incident.updated")),
        (ev.IncidentMitigating(**_OF_INCIDENT),),
        "",
    ),
    (
        "command that somebody took",
        "declared",
        lambda read: over.command(read, "incident-1"),
        (ev.IncidentCommanded(**_OF_INCIDENT, commander="bob"),),
        "bob commands it now",
    ),
    (
        "command of what is over",
        "declared",
        lambda read: over.command(read, "incident-1"),
        (ev.IncidentResolved(**_OF_INCIDENT),),
        "it is resolved",
    ),
    (
        "an alert that is over",
        "degraded",
        lambda read: over.alert(read, "checkout-errors"),
        (_ALERT,),
        "it is neither pending nor firing any more",
    ),
    (
        "an alert that fires again",
        "degraded",
        lambda read: over.alert(read, "checkout-errors"),
        (_ALERT, replace(_ALERT, status="pending"), replace(_ALERT, status="firing")),
        "it was over and fires again: look at it first",
    ),
    (
        "an alert that somebody has",
        "degraded",
        lambda read: over.alert(read, "checkout-errors"),
        (ev.AlertAcknowledged(alert="checkout-errors"),),
        "ada has acknowledged it",
    ),
]


@pytest.mark.parametrize(
    ("scenario", "bind", "happens", "told"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_dialog_knows_when_what_it_asks_is_over(
    scenario: str, bind: Callable[[Scene], Over], happens: tuple[ev.Event, ...], told: str
) -> None:
    demo: Demo = getattr(launches, scenario)()
    asked = bind(scene(demo))
    assert asked(scene(demo)) == ""
    demo.add(19, "bob", ev.NoteWritten(), "it rains")
    assert asked(scene(demo)) == "", "what is about something else changes nothing"
    for event in happens:
        demo.add(19, ADA.name, event)
    assert asked(scene(demo)).endswith(told)
    assert bool(asked(scene(demo))) == bool(told)


def test_a_lock_is_that_which_was_read() -> None:
    read = scene(launches.launched())
    locked = LockInfo(target="db", owner="deploy-1", reason="migrates", expires_in=60.0)

    def later(*locks: LockInfo, lost: str = "") -> Scene:
        return replace(read, view=replace(read.view, locks=locks), lost=lost)

    asked = over.lock(later(locked), "db")
    assert asked(later(replace(locked, expires_in=30.0))) == ""
    assert asked(later()) == "it is not locked any more"
    assert asked(later(replace(locked, owner="ada", reason="mine"))) == "ada keeps it locked now: mine"
    assert asked(later(lost="the store is away")) == "", "nobody knows"
