"""When things happened, in words: `alert checkout_errors fires`, `run rollback is confirmed`, `the spike`."""

import re
from collections.abc import Callable, Mapping, Sequence

from launchpad.model import events as ev
from launchpad.model.journal import Recorded
from launchpad.model.state import State
from launchpad.model.values import Micros
from launchpad.rehearsal.conditions import run_called

_Pick = Callable[[Recorded, str], bool]
"""Whether an event is the one that is meant by a form of words, for a name."""

_RUNS: dict[str, type[ev.Event]] = {
    "is requested": ev.RunRequested,
    "is confirmed": ev.RunConfirmed,
    "is approved": ev.RunApproved,
    "starts": ev.RunStarted,
    "succeeds": ev.RunSucceeded,
    "fails": ev.RunFailed,
}


def _of_run(cls: type[ev.Event]) -> _Pick:
    return lambda recorded, run: isinstance(recorded.event, cls) and recorded.subject == f"run:{run}"


def _of_kind(cls: type[ev.Event]) -> _Pick:
    return lambda recorded, _name: isinstance(recorded.event, cls)


def _alert(status: str) -> _Pick:
    def pick(recorded: Recorded, name: str) -> bool:
        event = recorded.event
        return isinstance(event, ev.AlertChanged) and (event.alert, event.status) == (name, status)

    return pick


def _acknowledged(recorded: Recorded, name: str) -> bool:
    return isinstance(recorded.event, ev.AlertAcknowledged) and recorded.event.alert == name


def _phase(recorded: Recorded, name: str) -> bool:
    return isinstance(recorded.event, ev.PhaseEntered) and recorded.event.phase == name


def _advised(recorded: Recorded, _name: str) -> bool:
    return isinstance(recorded.event, ev.RollbackAdvised) and recorded.event.recommended


_FORMS: dict[str, _Pick] = {
    **{f"run NAME {verb}": _of_run(cls) for verb, cls in _RUNS.items()},
    "alert NAME fires": _alert("firing"),
    "alert NAME resolves": _alert("resolved"),
    "alert NAME is acknowledged": _acknowledged,
    "phase NAME begins": _phase,
    "incident is declared": _of_kind(ev.IncidentDeclared),
    "incident is resolved": _of_kind(ev.IncidentResolved),
    "rollback is advised": _advised,
}
FORMS = (*_FORMS, "the NAME")
"""How instants are named; `the NAME` is a moment of the product. The first that fits is meant, but the last
time that an alert resolves."""


def well_formed(text: str) -> bool:
    """Whether `text` names an instant."""
    return any(_match(form, text) for form in FORMS)


def instant(
    text: str, state: State, events: Sequence[Recorded], moments: Mapping[str, Micros]
) -> Micros | None:
    """When it was; None if it has not been."""
    if match := _match("the NAME", text):
        return moments.get(match["name"])
    for form, pick in _FORMS.items():
        if match := _match(form, text):
            name = match.groupdict().get("name") or ""
            if form.startswith("run "):
                run = run_called(state, name)
                name = run.id if run else name
            found = [recorded.at for recorded in events if pick(recorded, name)]
            if not found:
                return None
            return found[-1] if form.endswith("resolves") else found[0]
    return None


def _match(form: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(form.replace("NAME", r"(?P<name>\S+)"), text)
