"""The heading of a list: its name, what it counts, and how it is looked at."""

from collections.abc import Sequence
from typing import NamedTuple

from screens.render.orders import Sorting
from screens.render.row import Row, Span, rule


class Headed(NamedTuple):
    """All that a heading is made of, besides its width."""

    title: Sequence[Span]
    remark: Sequence[Span]
    """At the right end."""
    focused: bool
    sought: str
    """What a filter looks for."""
    sorting: Sorting | None
    column: int
    """Cells of long lines that are out of sight at the left."""
    below: int
    """Entries that came while the reader had gone back."""
    stroke: str

    def row(self, width: int) -> Row:
        """The heading on its rule."""
        title, remark = [*self.title], self.remark
        if self.sorting is not None:
            # Right after the name: what the rest counts gives way where there is no room for both.
            named = next((i for i, s in enumerate(title) if s.style != "title"), len(title))
            title.insert(named, self.sorting.said)
        if self.focused:
            title = [Span(s.text, "title-focus" if s.style == "title" else s.style) for s in title]
        if self.sought:
            title.append(Span(f" /{self.sought}", "accent"))
        if self.column:
            title.append(Span(f" from column {self.column + 1}", "accent"))
        if self.below:
            remark = [Span(f"{self.below} newer below", "warn"), Span("  "), *remark]
        drawn = rule(width, title, remark, stroke=self.stroke)
        if not self.focused:
            return drawn
        return Row(tuple(Span(s.text, "rule-focus" if s.style == "rule" else s.style) for s in drawn.spans))
