"""Labels over what they name."""

from collections.abc import Mapping

from textual.strip import Strip

from screens.render.row import Row, Span
from screens.widgets.painter import Painter


def tagged(strips: list[Strip], labels: Mapping[int, str], painter: Painter) -> list[Strip]:
    """The strips with labels, by their places, over their first cells."""
    shown = list(strips)
    for y, label in labels.items():
        if label:
            given = painter.strip(Row((Span(label, "badge-label"),)), len(label))
            shown[y] = Strip.join((given, shown[y].crop(len(label))))
    return shown
