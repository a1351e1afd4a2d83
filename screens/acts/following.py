"""The checklist on the screen follows the phase that somebody entered."""

from time import monotonic

from textual.events import Event, Key

from launchpad.rules.view import View
from screens.acts.base import Acting


class PhaseFollowing(Acting):
    """Goes from the old phase's checklist to the new one's, but never under a finger."""

    FINGER = 3.0
    """Seconds after a key during which nothing moves by itself."""
    _pressed_at = float("-inf")
    _left_phase = ""
    """The phase whose checklist is on the screen though it is over; empty where there is none."""

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key):
            self._pressed_at = monotonic()
        await super().on_event(event)

    def follow_phase(self, before: View, after: View) -> None:
        """Takes in that time has passed; what is on the screen is what was shown before."""
        if before.state.phase != after.state.phase and self.board.tab == before.state.phase:
            self._left_phase = before.state.phase
        if not self._left_phase:
            return
        phase = after.state.phase
        if self.board.tab != self._left_phase or phase == self._left_phase:
            self._left_phase = ""  # the operator went elsewhere, or the phase came back
        elif monotonic() - self._pressed_at >= self.FINGER and self._idle():
            self._left_phase = ""
            self._go(phase)
            told = f"{phase} was entered: this is its checklist"
            self.say(told, "info", lambda: self.board.tab == phase)

    def _idle(self) -> bool:
        """Whether nothing is open that is about what is on the screen now."""
        return len(self.screen_stack) == 1 and not self.labels and not self.query_one("#query").has_focus

    def _go(self, phase: str) -> None:
        """A list of what is mine stays, and so does what is zoomed."""
        if self.board.mine or self.board.zoomed not in (None, "checklist"):
            self.board.tab = phase
            return
        self.board.go(phase, focus=False)
        self.board.panel("checklist").to_top()
