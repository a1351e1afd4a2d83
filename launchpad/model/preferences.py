"""How one person likes the face: a matter of theirs, not of a launch."""

from typing import Literal, get_args

from launchpad.model.values import Value

Theme = Literal["dark", "light", "high-contrast", "colour-blind", "terminal"]
THEMES: tuple[Theme, ...] = get_args(Theme)
GlyphSet = Literal["braille", "unicode", "ascii"]
GLYPHS: tuple[GlyphSet, ...] = get_args(GlyphSet)


class Preferences(Value):
    """What is not said is chosen by what the terminal can show."""

    theme: Theme | None = None
    """Absent: dark, or `terminal` (the terminal's own sixteen colours) where there are no more."""
    glyphs: GlyphSet | None = None
    """Absent: as rich as the locale allows."""
    mouse: bool = True
    """Whether the face takes the mouse; else selecting and copying are the terminal's own."""
    bell: bool = True
    """Whether an alert that is worth waking somebody rings."""
    tour: bool = True
    """Whether the first start shows what is where."""
    keys: dict[str, str] = {}
    """Id of a binding → its keys, parted by commas; nothing takes its key away."""


USUAL = Preferences()
"""Of somebody who has said nothing."""
