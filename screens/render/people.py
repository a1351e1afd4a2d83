"""Who has the launch open, and who holds a lock."""

from typing import NamedTuple

from launchpad.model.samples import LockInfo, Presence
from launchpad.model.values import format_duration
from launchpad.rules.presence import IDLE, idle, teams_of
from screens.render.row import Row, Span, cell_len, cut, fit, line
from screens.render.scene import Scene
from screens.render.words import ROLES, lasting

SILENT = 8.0
"""Seconds after which a seat that should have spoken is shown with its age."""
_BRIEF = 70
"""Cells below which a role is told in few letters."""
_WITH_TEAMS = 90
_MARGIN = 5
_ROLE = 10
_LOOKS = 18
"""Cells for what somebody looks at, before a team takes them."""
_STILL = 12
"""Cells for how long somebody is idle or silent."""
_YOU = " (you)"


def heading(scene: Scene) -> list[Span]:
    """The panel's title with the count."""
    if not scene.in_touch:
        return [Span("PEOPLE", "title"), Span(" not known", "unknown")]
    behind = scene.view.engine.behind
    standby = [Span(f"  standby engine: {behind}", "dim")] if behind else []
    return [Span("PEOPLE", "title"), Span(f" {len(scene.view.people)} online", "dim"), *standby]


class Columns(NamedTuple):
    """Widths in cells; 0 leaves a column out."""

    name: int
    role: int
    teams: int


def columns(scene: Scene, width: int) -> Columns:
    """The grid for a panel of `width` cells. Names and teams have what the longest takes, as far as there is
    room beside what somebody looks at.
    """
    longest = scene.longest
    if width < _BRIEF:
        return Columns(max(13, min(longest.name + 1, width // 3)), 5, 0)
    name = max(20, min(longest.name + len(_YOU) + 1, width // 4))
    rest = width - _MARGIN - name - _ROLE - _LOOKS - longest.via - _STILL
    return Columns(name, _ROLE, max(14, min(longest.teams + 1, rest)) if width >= _WITH_TEAMS else 0)


def row(scene: Scene, entry: Presence | LockInfo, width: int) -> Row:
    """One seat or one lock."""
    return _lock(entry, width) if isinstance(entry, LockInfo) else _person(scene, entry, width)


def _person(scene: Scene, person: Presence, width: int) -> Row:
    grid = columns(scene, width)
    me = person.operator == scene.me.name
    silent = person.age > SILENT
    still = _still(person)
    end = f"{person.via}{'  ' if still else ''}{still}"
    room = width - _MARGIN - grid.name - grid.role - grid.teams - cell_len(end)
    role = ROLES[person.role] if grid.role < _ROLE else person.role
    spans = [
        Span(f" {scene.glyphs.here} ", "warn" if silent else "dim" if still else "ok"),
        Span(_cell(person.operator, grid.name, _YOU if me else ""), "title" if me else "text"),
        Span(_cell(role, grid.role), "dim"),
        Span(_cell(", ".join(teams_of(scene.view.definition, person.operator)), grid.teams), "dim"),
        Span(fit(person.looking_at or "here", max(8, room)), "text"),
        Span(" "),
        Span(end, "dim"),
    ]
    return line(width, spans)


def rests_on(scene: Scene, entry: Presence | LockInfo) -> object:
    """All that `row` is made of besides the width: what changes from second to second is not told."""
    if isinstance(entry, LockInfo):
        return entry
    told = entry.operator, entry.role, entry.via, entry.looking_at, entry.age > SILENT, _still(entry)
    return told, scene.longest, scene.view.definition, scene.setting


def _cell(text: str, width: int, suffix: str = "") -> str:
    """The text with a suffix that is never cut, in a column with a gap after it."""
    return fit(cut(text, width - 1 - len(suffix)) + suffix, width)


def _still(person: Presence) -> str:
    """For how long nobody was at the keys, or nothing was heard of the seat; nothing while somebody is."""
    if person.age > SILENT:
        return f"silent {format_duration(person.age // 1)}"
    return f"idle {lasting(idle(person))}" if idle(person) >= IDLE else ""


def _lock(lock: LockInfo, width: int) -> Row:
    target = "all targets" if lock.target == "*" else lock.target
    left = f"  for {lasting(lock.expires_in)} more"
    return line(
        width, [Span(f" ! {target} locked by {lock.owner}: {lock.reason}", "warn"), Span(left, "dim")]
    )


def plain(entry: Presence | LockInfo) -> str:
    """A seat or a lock as a line of text."""
    if isinstance(entry, LockInfo):
        return f"{entry.target} locked by {entry.owner}: {entry.reason}"
    said = f"{entry.operator} ({entry.role}) {entry.via} {entry.looking_at}".rstrip()
    return f"{said} {_still(entry)}".rstrip()
