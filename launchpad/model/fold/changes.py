"""What was lately done to the launch, for the alert that rises next."""

from launchpad.model import events as ev
from launchpad.model.differences import summary
from launchpad.model.fold.parts import Parts
from launchpad.model.journal import Recorded
from launchpad.model.state.alerts import CHANGES_KEPT, Change
from launchpad.model.values import format_duration


def remember(parts: Parts, rec: Recorded) -> None:
    """Keeps the event in mind, if it may be why an alert rises."""
    if what := _what(parts, rec.event):
        kept = (*parts.scalars.get("changes", ()), Change(at=rec.at, what=what))
        parts.scalars["changes"] = kept[-CHANGES_KEPT:]


def _what(parts: Parts, event: ev.Event | ev.Unknown) -> str:
    match event:
        case ev.PhaseEntered():
            return f"entered {event.phase}"
        case ev.CountdownSlipped():
            way = "later" if event.seconds > 0 else "earlier"
            return f"T-0 moved {format_duration(abs(event.seconds))} {way}"
        case ev.EngineStarted() if event.epoch > 1:
            return f"engine {event.epoch} took over"
        case ev.StepSucceeded():
            return _step(parts, event.run, event.step)
        case ev.StepFailed():
            return f"{_step(parts, event.run, event.step)} failed"
        case ev.LaunchAmended():
            return f"amended {summary(parts.scalars['amendments'][-1].differences, 1)}"
        case ev.SeatTaken():
            return f"the director's seat went to {event.holder}"
        case ev.SeatReturned():
            return "the directors took their seat back"
    return ""


def _step(parts: Parts, run_id: str, index: int) -> str:
    run = parts.runs.get(run_id)
    named = f"{run_id} step {index + 1}"
    if run is None or run.plan is None or not 0 <= index < len(run.plan.steps):
        return named
    step = run.plan.steps[index]
    return f"{named}: {step.verb} {step.provider}"
