"""The help, which offers the tour again."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.dialogs.reading import Reading
from screens.render.row import Row, Span, line


class Help(Reading):
    """Dismissed with True where the tour is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "tour", "tour", show=False)]

    def foot(self, width: int) -> list[Row]:
        close = [Span(" esc", "key"), Span(" close ", "key-label")]
        return [line(width, [*close, Span(" t", "key"), Span(" the tour", "key-label")], self.more())]

    def action_tour(self) -> None:
        self.dismiss(True)
