"""The screen that everything lies on, and the short way from a changed line to the terminal."""

import asyncio
from typing import Any

from rich.console import Console
from textual._compositor import CompositorUpdate
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.lines import Bare, Repainting

Place = tuple[int, int]
"""Row and column of the screen at which a strip begins."""


class Patch(CompositorUpdate):
    """Some lines, each at its place."""

    def __init__(self, strips: dict[Place, Strip]) -> None:
        self.strips = strips

    def render_segments(self, console: Console) -> str:
        return "".join(f"\x1b[{y + 1};{x + 1}H{s.render(console)}" for (y, x), s in self.strips.items())


class Ground(Screen[Any], Repainting, Bare):
    """Panels and lines lie on it side by side and never over each other: a line that has changed is written
    where it stands. Textual's compositor would ask every widget between the first and the last changed line
    for all of its lines, cut them, and throw most of them away: several times the work, each second and for
    each event.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._patch: dict[Place, Strip] = {}

    def _screen_resized(self, size: Size) -> None:
        # A dialog that opens tells what lies beneath of a size that it has already.
        if size != self._compositor.size:
            super()._screen_resized(size)

    def repaint(self, widget: Widget, strips: dict[int, Strip]) -> bool:
        """Soon writes these lines of a widget; false where only a repaint by the compositor will do: the
        widget is about to get another place, or something lies over the screen.
        """
        region = widget.region
        settled = region and region.size == widget.outer_size
        if not settled or not self.is_active or any(s.cell_length != region.width for s in strips.values()):
            return False
        if not self._patch:
            asyncio.get_running_loop().call_soon(self._write)
        self._patch.update(((region.y + y, region.x), strip) for y, strip in strips.items())
        return True

    def _write(self) -> None:
        patch, self._patch = self._patch, {}
        if self.is_active:
            # It begins and ends the frame, and leaves the cursor where it belongs.
            self.app._display(self, Patch(patch))  # type: ignore[arg-type]  # noqa: SLF001
        else:
            self.refresh()
