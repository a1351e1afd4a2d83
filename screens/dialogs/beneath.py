"""What can be seen of the screens under a dialog."""

from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip


def beneath(dialog: Screen[Any], size: Size) -> list[Strip]:
    """What lies under the dialog within `size`, in the dialog's shade: a line for each row.

    As Textual's own, but each style is shaded once, not each piece of text: there are some thousand of those,
    and they are all gone through again for whatever changes under the dialog.
    """
    shade = dialog.styles.background
    stack = dialog.app.screen_stack
    # One that has just ended may be painted once more.
    below = stack[(stack.index(dialog) if dialog in stack else len(stack)) - 1]
    blank = Strip.blank(size.width, Style.from_color(bgcolor=shade.rich_color if shade.a else None))
    lines = [_shaded_line(line, shade) for line in below._compositor.render_strips(size)]  # noqa: SLF001
    for each in dialog.get_line_filters():
        lines = [line.apply_filter(each, shade) for line in lines]
    lines = [line.crop_extend(0, size.width, None) for line in lines[: size.height]]
    return lines + [blank] * (size.height - len(lines))


def _shaded_line(line: Strip, shade: Color) -> Strip:
    return Strip([Segment(text, _shaded(style, shade)) for text, style, _control in line], line.cell_length)


@lru_cache(maxsize=1024)
def _shaded(style: Style | None, shade: Color) -> Style:
    """The style under a shade, and without what a click there would do."""
    if style is None:
        return Style.null()
    plain = style.clear_meta_and_links()
    if not shade.a:
        return plain
    colours = [
        (Color.from_rich_color(colour) + shade).rich_color if colour is not None else None
        for colour in (plain.color, plain.bgcolor)
    ]
    return plain + Style.from_color(*colours)
