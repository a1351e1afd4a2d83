"""The help, which offers the tour again."""

from typing import ClassVar

from textual.binding import BindingType

from screens.dialogs.reading import Reading
from screens.keys import IN_HELP
from screens.render.row import Row, line


class Help(Reading):
    """Dismissed with True where the tour is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_HELP)

    def foot(self, width: int) -> list[Row]:
        hints = ("", "close"), ("help.tour", "the tour"), ("reading.copy", "copy")
        return [line(width, self.keys(*hints), self.more())]

    def action_tour(self) -> None:
        self.dismiss(True)
