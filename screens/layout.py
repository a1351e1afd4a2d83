"""Which panels stand where, for a size, a page and what there is to show. Pure."""

from typing import NamedTuple

LEFT = ("objectives", "gate", "alerts", "timeline")
RIGHT = ("checklist", "poll", "people")
PANELS = (*LEFT, *RIGHT, "action")
REST = 0
"""As a height: what the others leave."""


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


def tiny(width: int, height: int) -> bool:
    """Whether panels have no place at all."""
    return width < 80 or height < 24


def arrange(width: int, height: int, tab: str, zoomed: str | None, need: Need) -> Arrangement:
    """`tab` is a phase, `timeline` or `people`; `zoomed` a panel's name."""
    if zoomed is not None:
        # The action panel lies below the columns; alone it takes all.
        return Arrangement(*_alone(zoomed), REST if zoomed == "action" else -1, columns=False)
    action = 4 if height < 32 else 7 if height < 56 else 11
    if tab in ("timeline", "people"):
        return Arrangement(*_alone(tab), action, columns=False)
    body = height - 5 - action
    return _wide(width, body, action, need) if width >= 112 else _narrow(body, action, need)


def _alone(panel: str) -> tuple[dict[str, int], dict[str, int]]:
    return ({panel: REST} if panel in LEFT else {}, {panel: REST} if panel in RIGHT else {})


def _narrow(body: int, action: int, need: Need) -> Arrangement:
    left = {"objectives": min(need.objectives + need.marked, max(3, body // 3)) + 1}
    if body >= 28:
        left["gate"] = min(need.conditions, body // 5) + 1
    if body >= 40:
        left["alerts"] = 4
    right = {"checklist": REST}
    if need.teams and body >= 30:
        right["poll"] = min(need.teams, 6) + 1
    return Arrangement(left, right, action, columns=False)


def _wide(width: int, body: int, action: int, need: Need) -> Arrangement:
    # A row is kept free for marks, so that the first of them moves nothing.
    objectives = min(need.objectives + 1, max(3, body // 2)) + 1
    left = {"objectives": objectives, "gate": REST}
    right = {"checklist": REST}
    if body >= 24:
        alerts = 4 if body < 40 else 7
        gate = min(need.conditions, max(3, body - objectives - alerts - 5)) + 1
        left = {"objectives": objectives, "gate": gate, "alerts": alerts, "timeline": REST}
        if need.teams:
            right["poll"] = min(need.teams, body // 5) + 1
        right["people"] = 5 if body < 40 else 9
    split = width * 52 // 100 if width < 180 else width * 45 // 100
    return Arrangement(left, right, action, columns=True, split=split)
