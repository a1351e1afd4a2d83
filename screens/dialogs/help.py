"""The help, which offers the tour again."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from launchpad.rules.finding import worded
from screens.dialogs.reading import Reading
from screens.keys import IN_HELP
from screens.render import guide
from screens.render.footer import Hint
from screens.render.row import Row
from screens.render.scene import Scene


class Help(Reading):
    """Dismissed with True where the tour is wanted. Its filter finds keys, each for itself."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_HELP)

    def __init__(self, scene: Scene, panel: str, keys: Callable[[], Sequence[Hint]]) -> None:
        """`panel` is where the operator stands, `keys` gives those that work as things stand."""
        super().__init__(scene, "Help", lambda now, width: guide.rows(now, panel, keys(), width))
        self._keys = keys

    def found(self, width: int) -> list[Row]:
        meant = worded(self.words)
        return guide.found([key for key in self._keys() if meant(f"{key.key} {key.label}")], width)

    def offers(self) -> list[tuple[str, str]]:
        return [("help.tour", "the tour"), *super().offers()]

    def action_tour(self) -> None:
        self.dismiss(True)
