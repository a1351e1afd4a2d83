"""Which panels stand where, for a size, a page and what there is to show. Pure."""

from typing import NamedTuple

LEFT = ("objectives", "rollouts", "gate", "alerts", "timeline")
RIGHT = ("checklist", "poll", "people")
PANELS = (*LEFT, *RIGHT, "action")
PAGES = ("rollouts", "timeline", "people")
"""Panels that are a tab of their own."""
REST = 0
"""As a height: what the others leave."""
ABOVE = 3
"""Rows above the panels."""
AROUND = ABOVE + 2
"""Rows above and below them."""
GUTTER = 2
"""Cells between the columns."""


class Arrangement(NamedTuple):
    """Heights of the visible panels; a panel that is missing is not shown."""

    left: dict[str, int]
    right: dict[str, int]
    action: int
    columns: bool
    """Side by side, else one under the other."""
    split: int = 0
    """Width of the left column."""


class Need(NamedTuple):
    """How many rows would be of use."""

    objectives: int
    conditions: int
    teams: int = 0
    """Asked by the roll-call; 0: none is wanted."""
    marked: bool = False
    """Whether a row marks the runs under the trends."""
    rollouts: int = 0
    """0: none is defined."""
    guards: int = 0
    """Of all rollouts."""


def tiny(width: int, height: int) -> bool:
    """Whether panels have no place at all. Of 24 rows tmux takes one for itself."""
    return width < 80 or height < 23


def arrange(width: int, height: int, tab: str, zoomed: str | None, need: Need) -> Arrangement:
    """`tab` is a phase or the name of a panel that has a page; `zoomed` a panel's name."""
    if zoomed is not None:
        # The action panel lies below the columns; alone it takes all.
        return Arrangement(*_alone(zoomed), REST if zoomed == "action" else -1, columns=False)
    action = 4 if height < 32 else 7 if height < 56 else 11
    if tab in PAGES:
        return Arrangement(*_alone(tab), action, columns=False)
    body = height - AROUND - action
    return _wide(width, body, action, need) if width >= 112 else _narrow(body, action, need)


def _alone(panel: str) -> tuple[dict[str, int], dict[str, int]]:
    return ({panel: REST} if panel in LEFT else {}, {panel: REST} if panel in RIGHT else {})


def _narrow(body: int, action: int, need: Need) -> Arrangement:
    rows = min(need.rollouts + (need.guards if body >= 28 else 0), max(1, body // 5))
    rollouts = {"rollouts": rows + 1} if need.rollouts else {}
    room = body // 3 - sum(rollouts.values())
    left = {"objectives": min(need.objectives + need.marked, max(3, room)) + 1, **rollouts}
    if body >= 28:
        left["gate"] = min(need.conditions, body // 5) + 1
    if body >= 40:
        left["alerts"] = 4
    right = {"checklist": REST}
    if need.teams and body >= 30:
        right["poll"] = min(need.teams, 6) + 1
    return Arrangement(left, right, action, columns=False)


def _wide(width: int, body: int, action: int, need: Need) -> Arrangement:
    rows = min(need.rollouts + need.guards, max(2, body // 5))
    rollouts = {"rollouts": rows + 1} if need.rollouts else {}
    room = body // 2 - sum(rollouts.values())
    # A row is kept free for marks, so that the first of them moves nothing.
    objectives = min(need.objectives + 1, max(3, room)) + 1
    left = {"objectives": objectives, **rollouts, "gate": REST}
    right = {"checklist": REST}
    if body >= 24:
        alerts = 4 if body < 40 else 7
        above = objectives + sum(rollouts.values())
        gate = min(need.conditions, max(3, body - above - alerts - 5)) + 1
        left = {"objectives": objectives, **rollouts, "gate": gate, "alerts": alerts, "timeline": REST}
        if need.teams:
            right["poll"] = min(need.teams, body // 5) + 1
        right["people"] = 5 if body < 40 else 9
    split = width * 52 // 100 if width < 180 else width * 45 // 100
    return Arrangement(left, right, action, columns=True, split=split)


class Place(NamedTuple):
    """Where a panel stands on the terminal, in cells."""

    x: int
    y: int
    width: int
    height: int


def places(chosen: Arrangement, width: int, height: int) -> dict[str, Place]:
    """The panels that are seen on a terminal of this size, with the lines around them."""
    body = height - AROUND - max(0, chosen.action)
    if chosen.columns:
        left = _stacked(chosen.left, 0, ABOVE, chosen.split, body)
        beyond = chosen.split + GUTTER
        right = _stacked(chosen.right, beyond, ABOVE, width - beyond, body)
    else:
        left = _stacked(chosen.left, 0, ABOVE, width, body)
        above = sum(place.height for place in left.values())
        right = _stacked(chosen.right, 0, ABOVE + above, width, body - above)
    below = {"action": chosen.action} if chosen.action > 0 else {}
    return left | right | _stacked(below, 0, ABOVE + body, width, chosen.action)


def _stacked(heights: dict[str, int], x: int, y: int, width: int, height: int) -> dict[str, Place]:
    stacked = {}
    rest = max(0, height - sum(heights.values()))
    for name, rows in heights.items():
        stacked[name] = Place(x, y, width, rest if rows == REST else rows)
        y += stacked[name].height
    return stacked
