"""The app as those see it who only look: what is shown, to whom, and what is selected in it."""

from types import MappingProxyType
from typing import TYPE_CHECKING

from launchpad.model.state import RunState
from screens.inorder import InOrder
from screens.render.scene import Scene

if TYPE_CHECKING:
    from launchpad.session import Session
    from screens.board import Board
    from screens.labels import Labels


class Seeing(InOrder):
    """What the lines around the panels rest on, and what a key does or lacks as things stand."""

    session: "Session"
    scene: Scene
    board: "Board"
    labels: "Labels" = MappingProxyType({})
    """Those on the screen, where they are shown."""

    def permits(self, action: str) -> bool:
        """Whether the role allows what this action of the face needs, on a launch that takes changes."""
        raise NotImplementedError

    def waiting_for_me(self) -> list[RunState]:
        """Runs that need this operator's yes."""
        raise NotImplementedError
