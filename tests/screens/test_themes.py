"""Every style in every theme can be read."""

import pytest
from rich.color import ANSI_COLOR_NAMES
from rich.style import Style
from textual.color import Color

from launchpad.model.preferences import GLYPHS, THEMES
from screens import themes
from screens.glyphs import SETS
from screens.themes import PALETTES, Palette, styles

READ = ("text", "dim", "accent", "info", "ok", "warn", "bad", "unknown")


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [c / 255 for c in Color.parse(colour).rgb]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("name", READ)
def test_texts_stand_out_from_their_backgrounds(palette: Palette, name: str) -> None:
    colour = getattr(palette, name)
    assert _contrast(colour, palette.background) >= 4.5
    assert _contrast(colour, palette.cursor) >= 3.0
    for ground in (palette.ground_production, palette.ground_rehearsal):
        assert _contrast(colour, ground) >= 4.5
    if name not in ("text", "accent"):
        assert _contrast(palette.on_badge, colour) >= 4.5


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


def test_what_may_be_chosen_is_what_there_is() -> None:
    assert tuple(themes.CHOICES) == THEMES
    assert tuple(SETS) == GLYPHS


@pytest.mark.parametrize("theme", [*themes.CHOICES, themes.NO_COLOUR])
def test_production_staging_and_rehearsal_have_different_grounds(theme: str) -> None:
    known = styles(theme)
    grounds = [known["back:production"], known["back:rehearsal"], Style.null()]
    assert len(set(grounds)) == 3
    assert known["back:production"] not in (known["text"], known["back:bar"])
