"""The signs that states are drawn with, for terminals of three abilities."""

import locale
from collections.abc import Mapping

from msgspec import Struct
from rich.cells import cell_len

from launchpad.model.preferences import GlyphSet


class Glyphs(Struct, frozen=True):
    """One set of signs. Every sign is one cell wide."""

    name: str
    ok: str = "✓"
    bad: str = "✗"
    unknown: str = "?"
    warn: str = "!"
    idle: str = "·"
    skipped: str = "-"
    run: str = "▶"
    stroke: str = "─"
    pointer: str = "▌"
    here: str = "●"
    thumb: str = "┃"
    mark: str = "▼"
    scale: str = "▁▂▃▄▅▆▇█"
    """From least to most, for trends."""
    at_least: str = "≥"
    """The only one that may take two cells: half of it says something else."""
    gap: str = "·"
    """A trend's column without data."""
    braille: bool = False
    """Whether a trend may put two points into one cell."""
    substitutes: Mapping[int, str] | None = None
    """For terminals that can't show more than ASCII."""
    keys: Mapping[str, str] = {}
    """A key's sign → its name, where a substitute of the sign would be the name of another key."""

    def key(self, told: str) -> str:
        """A key as an operator finds it on the keyboard."""
        return self.keys.get(told, told)

    def shown(self, text: str) -> str:
        """`text` as this terminal can show it, as wide as before."""
        if self.substitutes is None or text.isascii():
            return text
        plain = text.translate(self.substitutes)
        return plain if plain.isascii() else "".join(c if c.isascii() else "?" * cell_len(c) for c in plain)


BRAILLE = Glyphs(name="braille", braille=True)
UNICODE = Glyphs(name="unicode")
ASCII = Glyphs(
    name="ascii",
    ok="+",
    bad="x",
    run=">",
    stroke="-",
    pointer=">",
    here="*",
    thumb="|",
    mark="v",
    idle=".",
    skipped="-",
    scale="_.,:-=+#",
    at_least=">=",
    gap=" ",
    keys={"↑": "up", "↓": "down", "←": "left", "→": "right", "⌫": "backspace"},
    substitutes=str.maketrans(
        {
            "…": "~", "·": ".", "\u2013": "-", "\u2014": "-", "─": "-", "│": "|", "✓": "+", "✗": "x",
            "▶": ">", "▌": ">", "●": "*", "▼": "v", "→": ">", "≥": ">", "≤": "<", "\u2018": "'",
            "\u2019": "'", "“": '"', "”": '"', "↑": "^", "↓": "v", "⌫": "<",
            # What Textual draws itself: frames, and the ends of a scrollbar's thumb.
            **dict.fromkeys("╭╮╰╯", "+"), **dict.fromkeys("▁▂▃▄▅▆▇▔▎▊", " "),
        }
    ),
)  # fmt: skip
SETS = {glyphs.name: glyphs for glyphs in (BRAILLE, UNICODE, ASCII)}


def choose(wanted: GlyphSet | None, environ: Mapping[str, str]) -> Glyphs:
    """The set that is wanted, else the richest that the locale's encoding carries."""
    if wanted is not None:
        return SETS[wanted]
    # Python takes a C locale for UTF-8; the terminal behind it may not.
    told = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), None)
    speaks = locale.getpreferredencoding(do_setlocale=False) if told is None else told
    if "utf8" not in speaks.lower().replace("-", ""):
        return ASCII
    # The Linux console's font has blocks but no braille.
    return UNICODE if environ.get("TERM") == "linux" else BRAILLE
