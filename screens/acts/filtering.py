"""Narrowing a list to what contains some words."""

from textual.widgets import Input

from screens.acts.base import Acting
from screens.widgets.listing import ListPanel


class FilterActs(Acting):
    """The filter's line under the panels, and the list that it is about."""

    filtered: ListPanel | None = None
    """The list that was filtered last."""

    def action_filter(self) -> None:
        self.filtered = panel = self.board.focused_panel or self.board.panel("checklist")
        query = self.query_one("#query", Input)
        query.value = panel.query_text
        query.action_select_all()
        query.display = True
        self.around.message.display = False
        # Not `query.focus()`, which waits its turn: the next key is for the filter already.
        self.screen.set_focus(query)
        self._tell_keys()

    def filter_by(self, text: str) -> None:
        """Lists what contains these words."""
        if self.filtered is not None:
            self.filtered.filter(text)

    def end_filter(self) -> None:
        """Goes back to the list, which stays filtered; if it has lost its place meanwhile, to the checklist:
        no key acts on what can't be seen."""
        if self.filtered is not None:
            self.screen.set_focus(self.filtered if self.filtered.display else self.board.panel("checklist"))

    def on_input_blurred(self, event: Input.Blurred) -> None:
        if event.input.id == "query":
            event.input.display = False
            self.around.message.display = True
            self._tell_keys()

    def _tell_keys(self) -> None:
        """The last line names other keys while a filter is written."""
        self.call_after_refresh(self.around.footer.redraw)

    def action_match(self, by: int) -> None:
        panel = self.board.focused_panel
        if panel is None or not panel.query_text:
            self.say(self.scene.hint("filter", "filters the list first"), "info")
            return
        panel.action_move(by)
