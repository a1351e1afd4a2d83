"""Long lines are read from further right, or over several rows."""

from screens.acts.base import Acting
from screens.widgets.listing import ListPanel


class ReadingActs(Acting):
    """For the lists whose lines may be longer than the panel is wide: the timeline and the log."""

    def _long(self) -> ListPanel:
        """The list that has the focus, if it is one of them; else the log, if that can be seen."""
        chosen = self.board.focused_panel
        return chosen if chosen is not None and chosen.has_long_lines else self.board.panel("action")

    def action_wrap(self) -> None:
        """All of each line, or as much as fits into one row."""
        panel = self._long()
        panel.wrap()
        name = "the log" if panel.id == "action" else f"the {panel.id}"
        self.say(f"{name} shows {'all of each line' if panel.wraps else 'a row for each line'}", "info")

    def action_sideways(self, way: int) -> None:
        """Half a panel to the right, or to the left."""
        panel = self._long()
        moved = panel.sideways(way)
        if not moved and panel.wraps:
            self.say(self.scene.hint("log.wrap", "shows one row a line, which goes sideways"), "info")
        elif not moved:
            self.say("the lines end here" if way > 0 else "the lines begin here", "info")
