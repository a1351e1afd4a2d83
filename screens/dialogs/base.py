"""What every dialog has in common."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from screens.render.scene import Scene

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """Ends once, and never takes another dialog along."""

    def show(self, scene: Scene) -> None:
        """Takes a later scene."""
        raise NotImplementedError

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Ends it with an answer; what comes after that, or while something lies over it, is let go.

        Two keys pressed at once may both ask for it; for the second, Textual would take what lies beneath.
        """
        return super().dismiss(result) if self.is_current else AwaitComplete()
