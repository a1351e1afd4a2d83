"""Marking a rollback criterion, with all of them in front."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from screens.dialogs.confirm import Confirm
from screens.keys import IN_ANSWER
from screens.render import criteria
from screens.render.row import Row, Span
from screens.render.scene import Scene


class CriteriaDialog(Confirm):
    """Dismissed with a criterion's name and whether it is met."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_ANSWER)

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._chosen = 0

    @property
    def by_hand(self) -> list[str]:
        advice = self.scene.view.advice
        return [c.name for c in advice.criteria if c.by_hand] if advice else []

    @property
    def name_chosen(self) -> str:
        names = self.by_hand
        return names[self._chosen % len(names)] if names else ""

    def title_spans(self) -> list[Span]:
        more = f"  {self.scene.keys['question.next']}: next" if len(self.by_hand) > 1 else ""
        return [Span(" Rollback criteria", "title"), Span(more, "dim")]

    def body(self, width: int) -> list[Row]:
        return criteria.rows(self.scene, width, self.name_chosen)

    def asks(self) -> str:
        return f"{self.name_chosen} is met"

    def besides(self) -> Sequence[tuple[str, str]]:
        return [("question.no", "it is not")]

    def action_choose_next(self) -> None:
        self._chosen += 1
        self.guard_again()
        self.redraw()

    def action_answer_no(self) -> None:
        self.dismiss((self.name_chosen, False))

    def _confirm(self) -> None:
        self.dismiss((self.name_chosen, True))
