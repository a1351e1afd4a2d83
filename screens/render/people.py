"""Who has the launch open, and who holds a lock."""

from launchpad.model.samples import LockInfo, Presence
from launchpad.model.values import format_duration
from launchpad.rules.presence import IDLE, idle, teams_of
from screens.render.row import Row, Span, cut, fit, line
from screens.render.scene import Scene
from screens.render.words import ROLES

SILENT = 8.0
"""Seconds after which a seat that should have spoken is shown with its age."""
_WITH_TEAMS = 90


def heading(scene: Scene) -> list[Span]:
    """The panel's title with the count."""
    if not scene.in_touch:
        return [Span("PEOPLE", "title"), Span(" not known", "unknown")]
    behind = scene.view.engine.behind
    standby = [Span(f"  standby engine: {behind}", "dim")] if behind else []
    return [Span("PEOPLE", "title"), Span(f" {len(scene.view.people)} online", "dim"), *standby]


def row(scene: Scene, entry: Presence | LockInfo, width: int) -> Row:
    """One seat or one lock."""
    return _lock(entry, width) if isinstance(entry, LockInfo) else _person(scene, entry, width)


def _person(scene: Scene, person: Presence, width: int) -> Row:
    brief = width < 70
    me = person.operator == scene.me.name
    silent = person.age > SILENT
    still = _still(person)
    teams = 14 if width >= _WITH_TEAMS else 0
    end = f"{person.via}{'  ' if still else ''}{still}"
    room = width - (3 + 13 + 5 + 2 if brief else 3 + 20 + 10 + 2) - teams - len(end)
    spans = [
        Span(f" {scene.glyphs.here} ", "warn" if silent else "dim" if still else "ok"),
        Span(_cell(person.operator, 13 if brief else 20, " (you)" if me else ""), "title" if me else "text"),
        Span(_cell(ROLES[person.role] if brief else person.role, 5 if brief else 10), "dim"),
        Span(_cell(", ".join(teams_of(scene.view.definition, person.operator)), teams), "dim"),
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
    return told, scene.view.definition, scene.setting


def _cell(text: str, width: int, suffix: str = "") -> str:
    """The text with a suffix that is never cut, in a column with a gap after it."""
    return fit(cut(text, width - 1 - len(suffix)) + suffix, width)


def _still(person: Presence) -> str:
    """For how long nobody was at the keys, or nothing was heard of the seat; nothing while somebody is."""
    if person.age > SILENT:
        return f"silent {format_duration(person.age // 1)}"
    return f"idle {format_duration(idle(person) // 60 * 60)}" if idle(person) >= IDLE else ""


def _lock(lock: LockInfo, width: int) -> Row:
    target = "all targets" if lock.target == "*" else lock.target
    left = f"  for {format_duration(lock.expires_in)} more"
    return line(
        width, [Span(f" ! {target} locked by {lock.owner}: {lock.reason}", "warn"), Span(left, "dim")]
    )


def plain(entry: Presence | LockInfo) -> str:
    """A seat or a lock as a line of text."""
    if isinstance(entry, LockInfo):
        return f"{entry.target} locked by {entry.owner}: {entry.reason}"
    said = f"{entry.operator} ({entry.role}) {entry.via} {entry.looking_at}".rstrip()
    return f"{said} {_still(entry)}".rstrip()
