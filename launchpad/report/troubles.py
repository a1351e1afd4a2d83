"""What went wrong, how long it took to be noticed, and to be over."""

from collections.abc import Sequence

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.definition import Definition
from launchpad.model.journal import Recorded
from launchpad.model.state import State
from launchpad.model.touched import touched
from launchpad.model.values import SECOND, Micros, Value
from launchpad.rules import alerts
from launchpad.rules.view.health import affected


class Trouble(Value):
    """An alert that fired, a run that failed, or a rollout that was halted."""

    name: str
    what: str
    """The rule, why the run failed, or why it was halted."""
    severity: str
    began_at: Micros
    """When its rule was first met."""
    fired_at: Micros
    value: str = ""
    acknowledged_at: Micros | None = None
    acknowledged_by: str = ""
    words: str = ""
    """What whoever acknowledged it said."""
    over_at: Micros | None = None
    before: tuple[str, ...] = ()
    """What had been done shortly before."""
    told: tuple[str, ...] = ()
    """Who was told."""
    affects: str = ""
    """Whom it hit, as the definition says."""

    @property
    def to_acknowledge(self) -> float | None:
        """Seconds until somebody had it; none where somebody did before it fired."""
        return None if self.acknowledged_at is None else max(0, self.acknowledged_at - self.fired_at) / SECOND

    @property
    def to_restore(self) -> float | None:
        """Seconds until it was over."""
        return None if self.over_at is None else (self.over_at - self.began_at) / SECOND


def troubles(state: State, events: Sequence[Recorded]) -> tuple[Trouble, ...]:
    """Everything that went wrong, by the time at which it began."""
    found = [*_alerts(events), *_runs(state), *_rollouts(state, events)]
    return tuple(sorted(found, key=lambda trouble: trouble.began_at))


def _runs(state: State) -> list[Trouble]:
    return [
        Trouble(
            name=run.id,
            what=run.reason or run.status,
            severity="",
            began_at=run.started_at or run.requested_at,
            fired_at=run.ended_at or run.requested_at,
        )
        for run in state.runs.values()
        if run.status in ("failed", "aborted")
    ]


def _rollouts(state: State, events: Sequence[Recorded]) -> list[Trouble]:
    """Each time that a rollout was halted, until it went on."""
    over: list[Trouble] = []
    halted: dict[str, Trouble] = {}
    for recorded in events:
        if not isinstance(event := recorded.event, ev.RolloutObserved):
            continue
        name, reading = event.rollout, event.reading
        if reading.status != "halted" and name in halted:
            over.append(replace(halted.pop(name), over_at=recorded.at))
        elif reading.status == "halted" and name not in halted:
            run = state.runs.get(event.run)
            why = (run.aim.why if run.aim else "") or f"by {run.requested_by}" if run else "past Launchpad"
            halted[name] = Trouble(
                name=name,
                what=f"{reading.sentence}, {why}",
                severity="",
                began_at=recorded.at,
                fired_at=recorded.at,
            )
    return [*over, *halted.values()]


def _alerts(events: Sequence[Recorded]) -> list[Trouble]:
    """Each firing of each alert, by the rule that held then. One whose rule is amended is over."""
    definition: Definition | None = None
    over: list[Trouble] = []
    firing: dict[str, Trouble] = {}
    rose: dict[str, Micros] = {}
    had: dict[str, Recorded] = {}
    for recorded in events:
        match recorded.event:
            case ev.LaunchOpened() as event:
                definition = event.definition
            case ev.LaunchAmended() as event if definition is not None:
                gone = sorted(touched(definition, event.definition).alerts & firing.keys())
                over.extend(replace(firing.pop(name), over_at=recorded.at) for name in gone)
                definition = event.definition
            case ev.AlertChanged(alert=name, status="pending"):
                rose[name] = recorded.at
                had.pop(name, None)
            case ev.AlertChanged(alert=name, status="firing") as event:
                firing[name] = _fired(definition, event, recorded.at, rose.pop(name, recorded.at))
                if name in had:
                    firing[name] = _had(firing[name], had.pop(name))
            case ev.AlertChanged(alert=name, status="resolved") if name in firing:
                over.append(replace(firing.pop(name), over_at=recorded.at))
            case ev.AlertAcknowledged(alert=name) if name in firing:
                firing[name] = _had(firing[name], recorded)
            case ev.AlertAcknowledged(alert=name):
                had[name] = recorded
            case ev.MessageIntended(alert=name, to=to) if name in firing and to not in firing[name].told:
                firing[name] = replace(firing[name], told=(*firing[name].told, to))
    return [*over, *firing.values()]


def _had(trouble: Trouble, acknowledged: Recorded) -> Trouble:
    return replace(
        trouble,
        acknowledged_at=acknowledged.at,
        acknowledged_by=acknowledged.actor,
        words="(text removed)" if acknowledged.redacted else " ".join(acknowledged.text.split()),
    )


def _fired(definition: Definition | None, event: ev.AlertChanged, at: Micros, began: Micros) -> Trouble:
    rule = definition.alerts.get(event.alert) if definition else None
    return Trouble(
        name=event.alert,
        what=alerts.sentence(rule) if rule else "a rule that is gone",
        severity=event.severity,
        began_at=began,
        fired_at=at,
        value=f"{alerts.shown(rule, event.value)}, n={event.n}" if rule else "",
        affects=affected(definition, event.alert) if definition else "",
    )
