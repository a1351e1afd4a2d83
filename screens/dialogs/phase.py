"""Entering the next phase: what its gate says, and how to go against it."""

from launchpad.model.definition import Phase
from launchpad.model.plan import GateReport
from screens.dialogs.confirm import Confirm
from screens.render import gate as gate_rows
from screens.render import plan as plan_rows
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene
from screens.render.words import VERDICTS, glyph

_MEANS: dict[Phase, str] = {
    "pre-launch": "",
    "launch": "The release goes out: T-0. From here on the first line tells how it is doing.",
    "post-launch": "The release is out: what follows is watching and tidying up.",
}
_NAMED = 8
"""Most items that are told by name."""


class PhaseDialog(Confirm):
    """Dismissed with `Confirmed` when the phase is to be entered."""

    def __init__(self, scene: Scene, phase: Phase) -> None:
        super().__init__(scene)
        self.phase = phase

    @property
    def gate(self) -> GateReport | None:
        view = self.scene.view
        return view.gate if view.next_phase == self.phase else None

    def title_spans(self) -> list[Span]:
        return [Span(f" Enter {self.phase}?", "title"), Span(f"  from {self.scene.view.state.phase}", "dim")]

    def body(self, width: int) -> list[Row]:
        rows = [line(width, [Span(f" {piece}")]) for piece in wrap(_MEANS[self.phase], width - 2)]
        rows.append(Row())
        gate = self.gate
        if gate is None:
            return [*rows, *self._ungated(width)]
        return [*rows, line(width, gate_rows.heading(gate)), *gate_rows.full(gate, width, self.scene.glyphs)]

    def _ungated(self, width: int) -> list[Row]:
        """Nothing holds the phase back: how the launch stands, and what of this phase has to be done yet."""
        view = self.scene.view
        said = VERDICTS[view.standing.verdict]
        told = f"{glyph(self.scene.glyphs, said)} {view.standing.sentence}"
        rows = [line(width, [Span(" no gate is defined for it", "dim")])]
        rows += [line(width, [Span(f" {piece}", said.style)]) for piece in wrap(told, width - 2)]
        items = [i for i in view.items if i.state.item.required and i.state.item.phase == view.state.phase]
        left = [i.id for i in items if not i.finished]
        if left:
            names = ", ".join(left[:_NAMED]) + (f" and {len(left) - _NAMED} more" if left[_NAMED:] else "")
            still = f"{self.scene.glyphs.warn} {len(left)} of {len(items)} required items are open: {names}"
            rows += [line(width, [Span(f" {piece}", "warn")]) for piece in wrap(still, width - 2)]
        return rows

    def hindrance(self) -> str:
        view = self.scene.view
        return "" if view.next_phase == self.phase else f"the launch is in {view.state.phase} now"

    def against(self) -> str:
        return "; ".join(why for why in (self._held, plan_rows.against(self.gate)) if why)

    def blockers(self) -> frozenset[str]:
        return plan_rows.blockers(self.gate) | ({self._held} if self._held else set())

    @property
    def _held(self) -> str:
        hold = self.scene.view.state.hold if self.phase == "launch" else None
        return f"{hold.by} holds the countdown: {hold.reason}" if hold is not None else ""

    def asks(self) -> str:
        return f"enter {self.phase}"
