"""Choosing a rollout, with what it would mean in front."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from launchpad.model.rollouts import people, shown
from launchpad.rules.ladder import RolloutView
from screens.dialogs.confirm import Confirm
from screens.keys import IN_CHOICE
from screens.render import rollouts
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene

EVERY = "*"


class RolloutDialog(Confirm):
    """Dismissed with the name of a rollout, or with `EVERY` (a halt can be of all)."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_CHOICE)

    def __init__(self, scene: Scene, wish: str, names: Sequence[str], chosen: str = "") -> None:
        """`names` can be chosen, `chosen` first."""
        super().__init__(scene)
        self._wish = wish
        self._names = names
        self._chosen = names.index(chosen) if chosen in names else 0

    @property
    def chosen(self) -> str:
        return self._names[self._chosen % len(self._names)]

    def title_spans(self) -> list[Span]:
        more = f"  {self.scene.keys['question.next']}: next" if len(self._names) > 1 else ""
        return [Span(f" {self._wish.capitalize()} a rollout", "title"), Span(more, "dim")]

    def body(self, width: int) -> list[Row]:
        rows = []
        for rollout in self.scene.view.rollouts:
            if rollout.name not in self._names and self.chosen != EVERY:
                continue
            here = self.chosen in (rollout.name, EVERY)
            pointer = Span(self.scene.glyphs.pointer if here else " ", "accent")
            rows.append(Row((pointer, *rollouts.summary(self.scene, rollout, width - 1).spans)))
        rows.append(Row())
        for sentence in self._sentences():
            rows += [line(width, [Span(f" {piece}")]) for piece in wrap(sentence, width - 2)]
        return rows

    def _sentences(self) -> list[str]:
        if self._wish != "halt":
            return ["Its plan is shown before anything is done."]
        halted = [r for r in self.scene.view.rollouts if self.chosen in (r.name, EVERY)]
        every = "Nobody else gets the release. No gate is in the way, and what runs on it is ended first."
        return [*map(_kept, halted), every]

    def hindrance(self) -> str:
        known = {EVERY, *(rollout.name for rollout in self.scene.view.rollouts)}
        return "" if self.chosen in known else f"there is no rollout {self.chosen} any more"

    def asks(self) -> str:
        what = "all of them" if self.chosen == EVERY else self.chosen
        return f"{self._wish} {what}"

    def action_choose_next(self) -> None:
        self._chosen += 1
        self.guard_again()
        self.redraw()

    def _confirm(self) -> None:
        if not self.bar():
            self.dismiss(self.chosen)


def _kept(rollout: RolloutView) -> str:
    """Who keeps what they have."""
    if rollout.state is None:
        return f"How {rollout.name} stands is not known."
    reading = rollout.state.reading
    if not reading.percent:
        return f"{rollout.name}: nobody has it yet."
    count = people(reading.users, reading.percent) or f"{shown(reading.percent)} of users"
    return f"{rollout.name}: {count} may have it already, and keep it."
