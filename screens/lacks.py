"""Why a verb can do nothing now: its key says so, and the palette does before it is chosen."""

from collections.abc import Callable

from launchpad.desk import allows
from launchpad.model.events import ItemTicked
from launchpad.model.journal import Recorded
from launchpad.rules.rollouts import allowed
from launchpad.rules.view import View
from screens import dialogs
from screens.seeing import Seeing


def lacks(face: Seeing, action: str) -> str:
    """What an action of the face, called without arguments, has nothing to act on; empty where it has."""
    why = _WHY.get(action)
    return why(face) if why is not None else ""


def roll_open(view: View) -> bool:
    """Whether a roll-call takes answers."""
    poll = view.state.poll
    return poll is not None and poll.closed_at is None


def to_bump(view: View) -> list[str]:
    """Names of the rollouts that can be given to more users as they stand."""
    return [
        one.name
        for one in view.rollouts
        if one.next_percent is not None and one.state is not None and allowed(one.state.reading, "bump")
    ]


def to_undo(face: Seeing) -> Recorded | None:
    """The operator's own last tick of an item with which nothing was done since."""
    me, items = face.scene.me.name, face.scene.view.state.items
    for recorded in reversed(face.session.events):
        event = recorded.event
        if isinstance(event, ItemTicked) and recorded.actor == me:
            item = items.get(event.item)
            if item is not None and item.status == "done" and item.seq == recorded.seq:
                return recorded
    return None


def _item(face: Seeing) -> str:
    return "" if face.board.item else "no item is selected: the first three tabs lead to the checklists"


def _check(face: Seeing) -> str:
    item = face.board.item
    if item is None or item.state.item.check is not None:
        return _item(face)
    return f"{item.id} has no automated check"


def _checks(face: Seeing) -> str:
    checked = any(item.state.item.check for item in face.scene.view.items)
    return "" if checked else "no item has an automated check"


def _tick(face: Seeing) -> str:
    return "" if to_undo(face) else "there is no tick of yours to undo"


def _alert(face: Seeing) -> str:
    panel = face.board.focused_panel
    chosen = panel is not None and panel.id == "alerts" and panel.selected is not None
    waits = chosen or any(alert.unacknowledged for alert in face.scene.view.alerts)
    return "" if waits else "no alert waits for an acknowledgement"


def _phase(face: Seeing) -> str:
    view = face.scene.view
    if view.next_phase is not None or face.permits("close"):
        return ""
    return f"{view.state.phase} is the last phase; a director closes the launch"


def _countdown(face: Seeing) -> str:
    state = face.scene.view.state
    if state.t0 is None:
        return "this launch has no T-0"
    return "" if state.phase == "pre-launch" else f"the countdown is over: the launch is in {state.phase}"


def _answer(face: Seeing) -> str:
    view, me = face.scene.view, face.scene.me
    poll = view.state.poll
    if poll is None or not roll_open(view):
        return "" if face.permits("call_poll") else "the roll is not called: a director calls it"
    if dialogs.my_teams(view, me.teams, proxy=allows(me.role, "operator")):
        return ""
    return f"you speak for none of {', '.join(poll.teams)}: an operator may be their proxy"


def _roll(face: Seeing) -> str:
    return "" if roll_open(face.scene.view) else "no roll-call is open"


def _run(face: Seeing) -> str:
    return "" if face.scene.view.run else "nothing runs that could be aborted"


def _interrupted(face: Seeing) -> str:
    stuck = any(run.state.status == "interrupted" for run in face.scene.view.runs)
    return "" if stuck else "no run is interrupted"


def _incident(face: Seeing) -> str:
    view = face.scene.view
    if view.incident is not None or face.permits("declare_incident"):
        return ""
    may = "; anybody from engineer up declares one" if view.state.open else ""
    return f"no incident is open{may}"


def _bump(face: Seeing) -> str:
    return "" if to_bump(face.scene.view) else "there is no rollout to bump"


def _rollouts(face: Seeing) -> str:
    return "" if face.scene.view.rollouts else "no rollouts are defined"


_WHY: dict[str, Callable[[Seeing], str]] = {
    **dict.fromkeys(("tick", "assign", "comment", "evidence", "skip", "fail"), _item),
    "verify": _check,
    "verify_all": _checks,
    "undo": _tick,
    "acknowledge": _alert,
    "next_phase": _phase,
    "hold": _countdown,
    "slip": _countdown,
    "answer": _answer,
    "close_poll": _roll,
    "abort": _run,
    "resolve": _interrupted,
    "incident": _incident,
    "bump": _bump,
    "halt": _rollouts,
    "tab('rollouts')": _rollouts,
}
