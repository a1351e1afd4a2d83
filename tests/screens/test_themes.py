"""Every style in every theme can be read."""

import pytest
from rich.color import ANSI_COLOR_NAMES, ColorSystem
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from launchpad.model.preferences import GLYPHS, THEMES
from screens import themes
from screens.glyphs import SETS, UNICODE
from screens.render.row import Row, Span
from screens.themes import PALETTES, Palette, styles
from screens.widgets.painter import Painter

DECORATION = ("faint", "rule")
"""Lines, gaps and the thumb of a list: nothing to read."""
GROUNDS = ("", "cursor", "cursor-faint", "bar", "production", "rehearsal", "surface")


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [c / 255 for c in Color.parse(colour).rgb]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("greys", [False, True], ids=["full", "256"])
@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("role", [name for name in styles("dark") if not name.startswith("back:")])
def test_texts_stand_out_from_every_ground(palette: Palette, role: str, greys: bool) -> None:
    """WCAG 2.2, 1.4.3 (AA), and 1.4.6 (AAA) in high contrast."""
    painter = Painter(palette.name, UNICODE, greys=greys)
    least = 7.0 if palette.name == "high-contrast" else 4.5
    for ground in ("alarm",) if role == "alarm" else GROUNDS if role not in DECORATION else ():
        style = painter.style(role, ground)
        assert style.color
        assert style.bgcolor
        assert _contrast(style.color.name, style.bgcolor.name) >= least, (role, ground)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_grounds_stay_grey_where_there_are_256_colours(palette: Palette) -> None:
    def drawn(colour: str) -> tuple[int, int, int]:
        return RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()

    grey = themes.greyed(palette)
    assert all(len(set(drawn(ground))) == 1 for ground in (grey.surface, grey.cursor, grey.bar))
    assert len({drawn(ground) for ground in (grey.background, grey.cursor, grey.bar)}) == 3


def test_greys_are_for_terminals_of_256_colours() -> None:
    assert themes.greys_only({"TERM": "xterm-256color"})
    assert not themes.greys_only({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    assert not themes.greys_only({"TERM": "xterm"})


def test_a_badge_can_be_told_from_a_reversed_line() -> None:
    painter = Painter(themes.NO_COLOUR, UNICODE)
    for badge in ("badge-production", "badge-bad", "badge-unknown", "badge-environment", "badge-idle"):
        assert painter.style(badge).reverse
        assert not painter.style(badge, "production").reverse


@pytest.mark.parametrize("theme", [*themes.CHOICES, themes.NO_COLOUR])
def test_every_theme_knows_every_style(theme: str) -> None:
    assert styles(theme).keys() == styles("dark").keys()


def test_without_colour_there_is_none() -> None:
    assert all(style.color is None and style.bgcolor is None for style in styles(themes.NO_COLOUR).values())


def test_no_color_wins_over_a_wish() -> None:
    assert themes.choose("light", {"NO_COLOR": ""}) == themes.NO_COLOUR
    assert themes.choose("light", {}) == "light"
    assert themes.choose(None, {"TERM": "xterm-256color"}) == "dark"


def test_sixteen_colours_are_left_to_the_terminal() -> None:
    for term in ("xterm", "screen", "linux", "vt100"):
        assert themes.choose(None, {"TERM": term}) == "terminal"
        assert themes.choose("light", {"TERM": term}) == "light", "whoever wishes knows better"
    assert themes.choose(None, {"TERM": "xterm", "COLORTERM": "truecolor"}) == "dark"
    names = {style.color.name for style in styles("terminal").values() if style.color}
    assert names <= set(ANSI_COLOR_NAMES) | {"default"}


XTERM = {"bright_blue": "#5c5cff", "default": "#808080"}
"""As xterm has them."""


def test_keys_are_read_on_black_and_on_white_in_sixteen_colours() -> None:
    known = styles("terminal")
    for role in ("key", "accent", "title-focus", "code"):
        colour = known[role].color
        shown = XTERM[colour.name if colour else "default"]
        for ground in ("#000000", "#ffffff"):
            assert _contrast(shown, ground) > 3.9, role


def test_the_line_under_a_word_ends_with_the_word() -> None:
    painter = Painter(themes.NO_COLOUR, UNICODE)
    strip = painter.strip(Row((Span("  unknown   ", "unknown"), Span("x"))), 20)
    assert [s.text for s in strip if s.style and s.style.underline] == ["unknown"]
    assert strip.text == "  unknown   x".ljust(20)
    whole = painter.strip(Row((Span(" Acme  ", "title"),), "rehearsal"), 9)
    assert all(s.style and s.style.underline for s in whole), "its ground is a line"


def test_what_may_be_chosen_is_what_there_is() -> None:
    assert tuple(themes.CHOICES) == THEMES
    assert tuple(SETS) == GLYPHS


@pytest.mark.parametrize("theme", [*themes.CHOICES, themes.NO_COLOUR])
def test_production_staging_and_rehearsal_have_different_grounds(theme: str) -> None:
    known = styles(theme)
    grounds = [known["back:production"], known["back:rehearsal"], Style.null()]
    assert len(set(grounds)) == 3
    assert known["back:production"] not in (known["text"], known["back:bar"])
