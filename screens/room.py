"""How much room panels could use, and how much of a thing they show in the room that they have. Pure."""

from launchpad.rules.view import View
from screens.layout import REST, Arrangement, Need
from screens.render import objectives, rollouts

_ONE_LINE = 110
"""From this width on a condition and its numbers stand on one line."""


def needed(view: View, width: int) -> Need:
    """What would be of use on a terminal of this width."""
    return Need(
        objectives=max(1, len(view.objectives)),
        conditions=max(1, 2 * len(view.gate.conditions)) if view.gate else 1,
        teams=len(view.ballots),
        marked=bool(objectives.marked(view, width - 2)),
        rollouts=len(view.rollouts),
        guards=sum(len(rollout.guards) for rollout in view.rollouts),
    )


def detail(view: View, chosen: Arrangement | None) -> rollouts.Detail:
    """How much of each rollout its panel has the room for."""
    height = chosen.left.get("rollouts", REST) if chosen is not None else REST
    if height == REST:
        return "ladder"
    shown = view.rollouts
    return "guards" if len(shown) + sum(len(one.guards) for one in shown) < height else "line"


def two_lines(view: View, chosen: Arrangement | None, width: int, height: int) -> bool:
    """Whether the gate's conditions have the room, and the need, for two lines each on this terminal."""
    report = view.gate
    if report is None or chosen is None or "gate" not in chosen.left:
        return False
    room = chosen.left["gate"] or height // 2
    return (chosen.split or width) < _ONE_LINE and 2 * len(report.conditions) < room
