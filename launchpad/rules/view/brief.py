"""The launch in one sentence, to paste where people ask how it is going."""

from launchpad.model.text import clean
from launchpad.model.values import format_clock, format_duration
from launchpad.rules.view import View

_LONGEST = 700


def brief(view: View) -> str:
    """What, when, and how it stands: before T-0 whether the gate is open, after it whether we are OK."""
    about, zone = view.definition.launch, view.definition.zone
    what = f"{about.product} {about.version} ({about.environment}, {view.state.phase}{_late(view)})"
    return clean(f"{what} at {format_clock(view.now, zone, view.now)} {zone}: {_answer(view)}", _LONGEST)


def _late(view: View) -> str:
    return f", {format_duration(view.countdown)} late" if view.late and view.countdown is not None else ""


def _answer(view: View) -> str:
    if view.state.outcome is not None:
        return f"closed as {view.state.outcome}"
    if view.state.phase != "pre-launch" or view.gate is None:
        return view.standing.sentence
    blockers = "; ".join(f"{c.name} ({c.detail})" for c in view.gate.blockers[:2])
    unwatched = "" if view.engine.watching else f"; {view.situation.unwatched}"
    return f"{view.verdict} for {view.gate.gate}" + (f": {blockers}" if blockers else "") + unwatched
