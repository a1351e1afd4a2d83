"""What a watch after T-0 asks of the room: the window, and the next thing due."""

from launchpad.model.values import format_duration
from screens.render.row import Span
from screens.render.scene import Scene

_ROOM_FOR_NAMES = 110
"""From this width on what is due is named."""


def at_hand(scene: Scene, width: int) -> list[Span]:
    """What fits at the end of the line of tabs."""
    return [Span(_window(scene, width), "accent"), Span(_next_due(scene, width), "dim")]


def _window(scene: Scene, width: int) -> str:
    window = scene.view.window
    if window is None:
        return ""
    left = format_duration(window.left if window.left < 60 else window.left // 60 * 60)
    return f"{window.name}: {left} left " if width >= _ROOM_FOR_NAMES else f"{left} of {window.name} "


def _next_due(scene: Scene, width: int) -> str:
    due = sorted((i.due_at, i.id) for i in scene.view.items if i.due_at and i.awaited)
    if not due or width < _ROOM_FOR_NAMES:
        return ""
    at, name = due[0]
    late = scene.view.now > at
    return f" {'overdue since' if late else 'next due'} {scene.clock(at)} {name} "
