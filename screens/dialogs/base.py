"""What every dialog has in common."""

from typing import Self, TypeVar

from textual.await_complete import AwaitComplete
from textual.geometry import Region, Size
from textual.screen import ModalScreen
from textual.strip import Strip

from screens.dialogs.beneath import beneath
from screens.render.scene import Scene

Answer = TypeVar("Answer")


class Authority:
    """What whoever opened a dialog was allowed to do then."""

    def __init__(self, scene: Scene) -> None:
        self._could = scene.allowed or frozenset()

    def lost(self, scene: Scene) -> str:
        """Why they may do less by now; empty while they may do all of it."""
        if all(scene.allows(action) for action in self._could):
            return ""
        less = f"your role is {scene.me.role} now, which may do less: close this and look again"
        return scene.read_only or less


class Dialog(ModalScreen[Answer]):
    """Ends once, and never takes another dialog along."""

    _answered = False
    _under: tuple[Size, list[Strip]] | None = None
    """A size, and what can be seen within it of the screens under it while nothing changes there."""

    def show(self, scene: Scene) -> None:
        """Takes a later scene."""
        raise NotImplementedError

    def frame_width(self, widest: int) -> int:
        """Columns of a frame that leaves something of the screens under it to be seen, at most `widest`."""
        return min(widest, self.app.size.width * 92 // 100)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Ends it with an answer; what comes after that, or while something lies over it, is let go.

        Two keys pressed at once may both ask for it; for the second, Textual would take what lies beneath, or
        find that the answer has been given.
        """
        if self._answered or not self.is_active:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        # This is how Textual tells that something has changed under it.
        self._under = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        # Textual paints a new size before it tells of it.
        size = Size(crop.right, crop.bottom)
        # What lies under a dialog that lies under another changes without a word to it.
        if self._under is None or self._under[0] != size or not self.is_active:
            self._under = size, beneath(self, size)
        lines = self._under[1][crop.y :]
        return [line.crop(crop.x, crop.right) for line in lines] if crop.x else lines
