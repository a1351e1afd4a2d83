"""Rows made into segments: style names become colours, signs become what the terminal can show."""

from collections.abc import Iterable, Iterator

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from screens import themes
from screens.glyphs import Glyphs
from screens.render.row import Row, Rows, Span, measured


class Ink:
    """Knows the theme and the glyphs; changing the theme makes a new one."""

    def __init__(self, theme: str, glyphs: Glyphs, *, greys: bool = False) -> None:
        self.glyphs = glyphs
        self.greys = greys
        self._styles = themes.styles(theme, greys=greys)

    def style(self, name: str, back: str = "") -> Style:
        """A style over the background of its row; badges keep their own."""
        style = self._styles.get(name) or self._styles["text"]
        under = self._styles[f"back:{back}"] if back else Style.null()
        if name.startswith("badge"):
            # Reversed on what is reversed it could not be told from it: it becomes a gap instead.
            lost = style.reverse and under.reverse and style.bgcolor is None
            return style + Style(reverse=False) if lost else style
        if not back:
            return style
        # Reversed, every colour would become a block of its own.
        return (Style(bold=style.bold, underline=style.underline) if under.reverse else style) + under

    def segments(self, row: Row, width: int, back: str = "") -> list[Segment]:
        """Exactly `width` cells; `back` overrides the row's own background."""
        under = back or row.back
        spans, taken = measured(row.spans, width)
        segments = [segment for span in spans for segment in self._segments(span, under)]
        rest = width - taken
        if rest > 0:
            segments.append(Segment(" " * rest, self.style("text", under)))
        return segments

    def painted(self, rows: Rows, width: int, height: int, depth: ColorSystem) -> str:
        """What writes rows on a whole terminal of this size, and their ground in all other cells."""
        told = []
        for y in range(height):
            drawn, at = [], 0
            for x, row in sorted((x, row) for (line, x), row in rows.items() if line == y):
                drawn += self.segments(Row(), x - at) + self.segments(row, row.width)
                at = x + row.width
            drawn += self.segments(Row(), width - at)
            styled = (f"\x1b[{_codes(s.style or Style.null(), depth)}m{s.text}" for s in drawn)
            told.append(f"\x1b[{y + 1};1H{''.join(styled)}\x1b[0m")
        return "".join(told)

    def _segments(self, span: Span, under: str) -> Iterable[Segment]:
        style = _leading_to(span.act, self.style(span.style, under))
        text = self.glyphs.shown(span.text)
        underlined = style.underline and not span.style.startswith("badge")
        # Under a rehearsal's first line the whole row is underlined.
        if not underlined or (under and self._styles[f"back:{under}"].underline):
            return (Segment(text, style),)
        return _without_padding(text, style)


def _without_padding(text: str, style: Style) -> Iterator[Segment]:
    """The line under a word ends with the word, not with its column."""
    word = text.strip(" ")
    bare = style + Style(underline=False)
    start = len(text) - len(text.lstrip(" "))
    for piece, drawn in ((text[:start], bare), (word, style), (text[start + len(word) :], bare)):
        if piece:
            yield Segment(piece, drawn)


def _leading_to(act: str, style: Style) -> Style:
    """The style with what Textual does when it is clicked."""
    return style + Style(meta={"@click": act}) if act else style


def _codes(style: Style, depth: ColorSystem) -> str:
    """The style as ECMA-48's SGR has it. Rich's own way keeps what it made for the first depth that it was
    asked for, and Textual may have another word for this terminal's."""
    shown = (style.bold, style.dim, style.italic, style.underline, style.reverse)
    codes = ["0", *(code for code, on in zip("12347", shown, strict=True) if on)]
    for colour, foreground in ((style.color, True), (style.bgcolor, False)):
        if colour is not None:
            codes += colour.downgrade(depth).get_ansi_codes(foreground=foreground)
    return ";".join(codes)
