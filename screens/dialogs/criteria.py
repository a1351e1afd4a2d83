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
        self.name_chosen = next(iter(self.by_hand), "")
        """By its name: an amendment may put another one into its place."""

    @property
    def by_hand(self) -> list[str]:
        advice = self.scene.view.advice
        return [c.name for c in advice.criteria if c.by_hand] if advice else []

    def about(self) -> object:
        return self.scene.view.state.marks.get(self.name_chosen)

    def hindrance(self) -> str:
        known = self.name_chosen in self.by_hand
        return "" if known else f"{self.name_chosen} is no longer for people to judge"

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
        names = self.by_hand
        place = names.index(self.name_chosen) + 1 if self.name_chosen in names else 0
        self.name_chosen = names[place % len(names)] if names else self.name_chosen
        self.guard_again()
        self.redraw()

    def action_answer_no(self) -> None:
        self._mark(met=False)

    def _confirm(self) -> None:
        self._mark(met=True)

    def _mark(self, *, met: bool) -> None:
        if not self.bar():
            self.dismiss((self.name_chosen, met))
