"""What a watch after T-0 asks of the room: whether to go back, the window, and the next thing due."""

from collections.abc import Sequence

from screens.render import criteria
from screens.render.row import Span, cut, size_of
from screens.render.scene import Scene
from screens.render.words import lasting

_NAME = 24
"""Most cells for the name of what is due."""


def at_hand(scene: Scene, room: int) -> list[Span]:
    """As much of it as `room` cells hold; a recommended rollback in any case."""
    advised, in_full = criteria.badge(scene), criteria.badge(scene, in_full=True)
    window, short = _window(scene), _window(scene, short=True)
    due = [*([Span(" ")] if window else []), *_next_due(scene)]
    choices: Sequence[list[Span]] = (
        [*in_full, *window, *due],
        [*advised, *window, *due],
        [*advised, *window],
        [*advised, *short],
    )
    return next((spans for spans in choices if size_of(spans) <= room), advised)


def _window(scene: Scene, *, short: bool = False) -> list[Span]:
    window = scene.view.window
    if window is None:
        return []
    left = lasting(window.left)
    name = window.name.removeprefix("first ") if short else window.name
    return [Span(f"{left} of {name}" if short else f"{name}: {left} left ", "accent")]


def _next_due(scene: Scene) -> list[Span]:
    due = sorted((i.due_at, i.id) for i in scene.view.items if i.due_at and i.awaited)
    if not due:
        return []
    at, name = due[0]
    when = "overdue since" if scene.view.now > at else "next due"
    return [Span(f"{when} {scene.clock(at)} {cut(name, _NAME)} ", "dim")]
