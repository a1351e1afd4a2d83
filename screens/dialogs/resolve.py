"""How an interrupted run goes on: nobody but a person can know."""

from typing import ClassVar

from textual.binding import BindingType

from launchpad.model.events import Resolution
from launchpad.model.state import RunState
from screens.dialogs.confirm import Confirm
from screens.keys import IN_RESOLVE
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene

MEANINGS: dict[Resolution, str] = {
    "retry": "Do the step again from its beginning. Only if it is safe to do twice.",
    "skip": "Go on with the next step and leave this one undone.",
    "done": "It was done: you have looked at the provider and seen it. Go on with the next step.",
    "roll-back": "Give this run up and ask for the action that repairs it. That one has its own plan.",
}


class ResolveDialog(Confirm):
    """Dismissed with the chosen resolution."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_RESOLVE)

    def __init__(self, scene: Scene, run_id: str) -> None:
        super().__init__(scene)
        self.run_id = run_id
        self.chosen: Resolution | None = None

    @property
    def run(self) -> RunState | None:
        return self.scene.view.state.runs.get(self.run_id)

    @property
    def seq(self) -> int:
        """The last event of the run as it is shown."""
        return self.run.seq if self.run else 0

    def about(self) -> object:
        return self.seq

    def ask_anew(self) -> None:
        self.chosen = None
        super().ask_anew()

    def title_spans(self) -> list[Span]:
        return [Span(f" {self.run_id} was interrupted: how does it go on?", "title")]

    def body(self, width: int) -> list[Row]:
        run = self.run
        rows = []
        index = run.current_step if run else None
        if run is not None and run.plan is not None and index is not None:
            planned, step = run.plan.steps[index], run.steps[index]
            rows.append(line(width, [Span(f" step {index + 1}: "), Span(planned.does, "title")]))
            for text in (run.reason or step.detail, f"it ran: {planned.command}"):
                rows += [line(width, [Span(f" {piece}", "warn")]) for piece in wrap(text, width - 2, most=4)]
            if step.provider_id:
                rows.append(line(width, [Span(f" the provider knows it as {step.provider_id}", "dim")]))
        for resolution, meaning in MEANINGS.items():
            key = self._key(resolution)
            chosen = resolution == self.chosen
            pointer = self.scene.glyphs.pointer if chosen else " "
            back = "cursor" if chosen else ""
            rows.append(Row())
            rows.append(line(width, [Span(f"{pointer}{key} ", "key"), Span(resolution, "title")], back=back))
            rows += [line(width, [Span(f"   {p}", "dim")]) for p in wrap(meaning, width - 4, most=3)]
        return rows

    def hindrance(self) -> str:
        run = self.run
        if run is None or run.status != "interrupted":
            return f"it is {run.status if run else 'gone'}: somebody has decided"
        return "" if self.chosen else f"choose {', '.join(map(self._key, MEANINGS))}"

    def _key(self, resolution: Resolution) -> str:
        return self.scene.keys[f"resolve.{resolution}"]

    def asks(self) -> str:
        return f"{self.chosen}"

    def action_choose(self, resolution: Resolution) -> None:
        self.chosen = resolution
        self.redraw()

    def _confirm(self) -> None:
        if not self.bar():
            self.dismiss(self.chosen)
