"""Why nothing is left to be done about what an open dialog asks: somebody, or something, came first.

Each binds to what was read when the dialog was opened, and tells it of a later scene; empty while it holds.
"""

from collections.abc import Callable

from launchpad.model.lifecycles import INCIDENT, RUN
from launchpad.model.state import ItemState
from screens.render.scene import Scene

Over = Callable[[Scene], str]


def never(_scene: Scene) -> str:
    """What is asked for stays possible."""
    return ""


def item(read: ItemState) -> Over:
    """An item has changed."""

    def told(scene: Scene) -> str:
        now = scene.view.state.items.get(read.item.id)
        return "" if now is not None and now.seq == read.seq else f"{read.item.id} has changed: look again"

    return told


def run(name: str, kind: str, digest: str | None = None) -> Over:
    """A run takes this kind of event no more, or has another plan than that with this digest."""

    def told(scene: Scene) -> str:
        now = scene.view.state.runs.get(name)
        if now is None:
            return ""
        if (now.status, kind) not in RUN:
            return f"it is {now.status}"
        return "it has another plan now" if digest not in (None, now.digest) else ""

    return told


def roll(scene: Scene) -> Over:
    """The roll-call that is read is closed, or was called anew."""

    def seq(of: Scene) -> int:
        poll = of.view.state.poll
        return poll.seq if poll else 0

    read = seq(scene)
    return lambda later: "" if seq(later) == read else "this roll is closed, or was called anew"


def held(scene: Scene) -> str:
    """Somebody holds the countdown, or it is over."""
    state = scene.view.state
    if state.hold is not None:
        return f"{state.hold.by} holds the countdown"
    return "" if state.phase == "pre-launch" else f"the launch is in {state.phase} now"


def countdown(scene: Scene) -> Over:
    """The countdown has been held, resumed, slipped or ended."""
    read = scene.view.state.countdown_seq, scene.view.state.phase

    def told(later: Scene) -> str:
        state = later.view.state
        same = read == (state.countdown_seq, state.phase)
        return "" if same else held(later) or "the countdown has moved since"

    return told


def seat(scene: Scene) -> Over:
    """The director's seat has changed hands."""
    read = scene.view.state.seat_seq
    return lambda later: "" if later.view.state.seat_seq == read else "the seat has changed hands since"


def lock(scene: Scene, target: str) -> Over:
    """The lock that is read is gone, or another's."""

    def held(of: Scene) -> tuple[str, str] | None:
        return next(((lock.owner, lock.reason) for lock in of.view.locks if lock.target == target), None)

    read = held(scene)

    def told(later: Scene) -> str:
        now = held(later)
        if now == read or not later.in_touch:
            return ""
        return f"{now[0]} keeps it locked now: {now[1]}" if now else "it is not locked any more"

    return told


def mark(scene: Scene, criterion: str) -> Over:
    """Somebody else has judged a criterion."""

    def seq(of: Scene) -> int:
        found = of.view.state.marks.get(criterion)
        return found.seq if found else 0

    read = seq(scene)
    return lambda later: "" if seq(later) == read else "somebody has marked it since"


def incident(name: str, kind: str) -> Over:
    """An incident takes this kind of event no more."""

    def told(scene: Scene) -> str:
        now = scene.view.state.incidents.get(name)
        return f"it is {now.status}" if now is not None and (now.status, kind) not in INCIDENT else ""

    return told


def command(scene: Scene, name: str) -> Over:
    """An incident is over, or somebody else commands it."""
    ended = incident(name, "incident.commanded")

    def commander(of: Scene) -> str | None:
        found = of.view.state.incidents.get(name)
        return found.commander if found is not None else None

    read = commander(scene)

    def told(later: Scene) -> str:
        changed = "" if commander(later) == read else f"{commander(later)} commands it now"
        return ended(later) or changed

    return told


def alert(scene: Scene, name: str) -> Over:
    """An alert is over, or was and fires again, or somebody has acknowledged it."""
    known = scene.view.state.alerts.get(name)
    began = known.firing_seq if known is not None else None

    def told(later: Scene) -> str:
        now = later.view.state.alerts.get(name)
        if now is None or all(each.state.name != name for each in later.view.alerts):
            return "it is neither pending nor firing any more"
        if began is not None and now.firing_seq not in (None, began):
            return "it was over and fires again: look at it first"
        return f"{now.acknowledged_by} has acknowledged it" if now.acknowledged_by else ""

    return told
