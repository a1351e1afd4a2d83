"""The tour of the first start, and the help that offers it again."""

import contextlib
from pathlib import Path

from screens import dialogs, hints
from screens.acts.base import Acting
from screens.layout import tiny

_SEEN = "tour-seen"


class TourActs(Acting):
    """What is where."""

    memory: Path | None
    """A folder for what is to be known the next time; None: nothing is, so nobody is asked twice."""
    _tour_offered = False

    def offer_tour(self) -> None:
        """Begins the tour at somebody's first start, unless there is something more urgent to see."""
        if self._tour_offered or self.memory is None or not self.preferences.tour:
            return
        urgent = any(alert.unacknowledged for alert in self.scene.view.alerts)
        if urgent or tiny(*self.size) or len(self.screen_stack) > 1 or (self.memory / _SEEN).exists():
            return
        self._tour_offered = True
        self.action_tour()

    def action_tour(self) -> None:
        self.ask(dialogs.Tour(self.scene), self._toured)

    def _toured(self, seen: bool) -> None:
        # Taken away by an alert it comes again at the next start, not in the middle of the work.
        if seen and self.memory is not None:
            # Whoever can't write there sees it again: no reason to bother them with more.
            with contextlib.suppress(OSError):
                self.memory.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self.memory / _SEEN).touch()

    def action_help(self) -> None:
        focused = self.screen.focused
        panel = str(focused.id) if focused is not None else ""
        told = dialogs.Help(self.scene, panel, lambda: hints.all_keys(self))
        self.ask(told, lambda _wanted: self.action_tour())
