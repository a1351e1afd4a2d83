"""Lists sorted by one of their columns."""

from screens import dialogs
from screens.acts.base import Acting
from screens.render.orders import Sorting

_ORDERED = {"timeline": "is always newest first", "action": "has its lines as they come"}
"""Why some lists can't be sorted."""


class SortActs(Acting):
    """For the list that has the focus."""

    def action_sort(self) -> None:
        """Asks for the column."""
        panel = self.board.focused_panel or self.board.panel("checklist")
        columns = panel.columns
        if not columns:
            self.say(
                f"the {panel.id} {_ORDERED.get(str(panel.id), 'has the order of the definition')}", "info"
            )
            return

        def chosen(number: int) -> None:
            column = columns[number - 1] if number else None
            before = panel.sorting
            again = before is not None and before.column == column and not before.down
            panel.sort(Sorting(column, down=again) if column is not None else None)

        self.ask(dialogs.SortDialog(self.scene, str(panel.id), columns, panel.sorting), chosen)
