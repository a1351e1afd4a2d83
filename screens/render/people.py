"""Who has the launch open, and who holds a lock."""

from launchpad.model.samples import LockInfo, Presence
from launchpad.model.values import format_duration
from screens.render.row import Row, Span, fit, line
from screens.render.scene import Scene
from screens.render.words import ROLES

IDLE = 8.0
"""Seconds after which a seat that should have spoken is shown with its age."""


def heading(scene: Scene) -> list[Span]:
    """The panel's title with the count."""
    if not scene.in_touch:
        return [Span("PEOPLE", "title"), Span(" not known", "unknown")]
    return [Span("PEOPLE", "title"), Span(f" {len(scene.view.people)} online", "dim")]


def row(scene: Scene, entry: Presence | LockInfo, width: int) -> Row:
    """One seat or one lock."""
    return _lock(entry, width) if isinstance(entry, LockInfo) else _person(scene, entry, width)


def _person(scene: Scene, person: Presence, width: int) -> Row:
    brief = width < 70
    me = person.operator == scene.me.name
    quiet = f"  silent {format_duration(person.age)}" if person.age > IDLE else ""
    spans = [
        Span(f" {scene.glyphs.here} ", "warn" if quiet else "ok"),
        Span(fit(person.operator + (" (you)" if me else ""), 13 if brief else 20), "title" if me else "text"),
        Span(fit(ROLES[person.role] if brief else person.role, 5 if brief else 10), "dim"),
        Span(fit(person.looking_at or "here", max(8, width - (38 if brief else 60))), "text"),
        Span(" "),
        Span(person.via + quiet, "dim"),
    ]
    return line(width, spans)


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
    return f"{entry.operator} ({entry.role}) {entry.via} {entry.looking_at}".rstrip()
