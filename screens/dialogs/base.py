"""What every dialog has in common."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from screens.render.scene import Scene

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """Ends once, and never takes another dialog along."""

    _answered = False

    def show(self, scene: Scene) -> None:
        """Takes a later scene."""
        raise NotImplementedError

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Ends it with an answer; what comes after that, or while something lies over it, is let go.

        Two keys pressed at once may both ask for it; for the second, Textual would take what lies beneath, or
        find that the answer has been given.
        """
        if self._answered or not self.is_current:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)
