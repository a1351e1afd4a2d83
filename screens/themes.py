"""How the face looks, as data: every style name that rows use, for every theme."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace
from rich.color import ColorSystem
from rich.style import Style

from launchpad.model.preferences import Theme


class Palette(Struct, frozen=True):
    """The colours of a theme. Text colours stand on `background`, badge colours under `on_badge`."""

    name: str
    title: str
    dark: bool
    background: str
    surface: str
    text: str
    dim: str
    faint: str
    accent: str
    info: str
    ok: str
    warn: str
    bad: str
    unknown: str
    cursor: str
    cursor_faint: str
    bar: str
    on_badge: str
    trend: str
    rehearsal: str
    ground_production: str
    """Under the first line, so that production can't be taken for anything else."""
    ground_rehearsal: str


DARK = Palette(
    name="dark", title="Dark", dark=True, background="#12161c", surface="#1a2029", text="#d7dde5",
    dim="#8b98a8", faint="#465160", accent="#7cb7ff", info="#8fd3e8", ok="#7fd18b", warn="#f2b757",
    bad="#ff7b72", unknown="#d5b3ff", cursor="#223044", cursor_faint="#1e2732", bar="#1e2732",
    on_badge="#10141a", trend="#5fa8d3", rehearsal="#8fd3e8", ground_production="#3b1419",
    ground_rehearsal="#0f303a",
)  # fmt: skip
LIGHT = Palette(
    name="light", title="Light", dark=False, background="#fbfbf8", surface="#f0f0ea", text="#1d232b",
    dim="#5a6572", faint="#b4bac2", accent="#0a58b0", info="#0b6275", ok="#17672c", warn="#855000",
    bad="#b3201a", unknown="#6b35a8", cursor="#d5e4f7", cursor_faint="#ebeff4", bar="#e8e9e4",
    on_badge="#ffffff", trend="#22638f", rehearsal="#0b6275", ground_production="#fbdcd8",
    ground_rehearsal="#d6eef2",
)  # fmt: skip
CONTRAST = Palette(
    name="high-contrast", title="High contrast", dark=True, background="#000000", surface="#0a0a0a",
    text="#ffffff", dim="#d0d0d0", faint="#8a8a8a", accent="#73ccff", info="#7fffff", ok="#4dff5c",
    warn="#ffd000", bad="#ff938a", unknown="#e6b8ff", cursor="#00264d", cursor_faint="#1c1c1c", bar="#1c1c1c",
    on_badge="#000000", trend="#73ccff", rehearsal="#7fffff", ground_production="#4a0000",
    ground_rehearsal="#00222c",
)  # fmt: skip
# After Okabe and Ito: blue for good, orange and vermilion for trouble; told apart by deuter- and protanopes.
COLOUR_BLIND = Palette(
    name="colour-blind", title="Colour-blind safe", dark=True, background="#12161c", surface="#1a2029",
    text="#dde2e8", dim="#94a0ae", faint="#465160", accent="#9ccdf0", info="#9ccdf0", ok="#56b4e9",
    warn="#f0e442", bad="#ff9a4d", unknown="#d9a6c6", cursor="#263448", cursor_faint="#1e2732", bar="#1e2732",
    on_badge="#10141a", trend="#7fa6c4", rehearsal="#9ccdf0", ground_production="#40240a",
    ground_rehearsal="#0f2c40",
)  # fmt: skip
PALETTES: Mapping[str, Palette] = {p.name: p for p in (DARK, LIGHT, CONTRAST, COLOUR_BLIND)}
# The terminal's own sixteen colours: they suit its background, whatever that is. Of its blues the dark one is
# lost on black; the bright one is read on black and on white.
TERMINAL = Palette(
    name="terminal", title="The terminal's own colours", dark=True, background="default", surface="default",
    text="default", dim="bright_black", faint="bright_black", accent="bright_blue", info="cyan", ok="green",
    warn="yellow", bad="red", unknown="magenta", cursor="bright_black", cursor_faint="default",
    bar="default", on_badge="black", trend="cyan", rehearsal="cyan", ground_production="default",
    ground_rehearsal="default",
)  # fmt: skip
CHOICES: Mapping[str, Palette] = {**PALETTES, TERMINAL.name: TERMINAL}
"""What an operator may choose."""
_FULL = ("truecolor", "24bit")
"""What COLORTERM says of a terminal with all colours."""
NO_COLOUR = "no-colour"
"""The theme for NO_COLOR: bold, underlined and reversed instead of coloured."""


OF_TERMINAL = (TERMINAL.name, NO_COLOUR)
"""Themes without colours of their own."""


def choose(wanted: Theme | None, environ: Mapping[str, str]) -> str:
    """The theme to begin with: NO_COLOR wins over any wish; sixteen colours are the terminal's own."""
    if "NO_COLOR" in environ:
        return NO_COLOUR
    return wanted or (TERMINAL.name if few_colours(environ) else DARK.name)


def few_colours(environ: Mapping[str, str]) -> bool:
    """Whether the terminal says of itself that it has sixteen colours or fewer, by Rich's own rules."""
    if environ.get("COLORTERM", "").strip().lower() in _FULL:
        return False
    return not environ.get("TERM", "").lower().endswith(("-256color", "kitty", "-direct"))


def greys_only(environ: Mapping[str, str]) -> bool:
    """Whether the terminal has 256 colours, of which none but the greys are dark or pale."""
    full = environ.get("COLORTERM", "").strip().lower() in _FULL
    return not full and not few_colours(environ)


def depth(environ: Mapping[str, str]) -> ColorSystem:
    """How many colours the terminal has, by its own word."""
    if few_colours(environ):
        return ColorSystem.STANDARD
    return ColorSystem.EIGHT_BIT if greys_only(environ) else ColorSystem.TRUECOLOR


def greyed(p: Palette) -> Palette:
    """The palette with grounds of a 256-colour terminal's own greys: the nearest of its other colours to a
    muted blue is a bright one, on which grey text is lost."""
    if p.dark:
        return replace(p, surface="#121212", cursor="#262626", cursor_faint="#1c1c1c", bar="#1c1c1c")
    return replace(p, surface="#f4f4f4", cursor="#e4e4e4", cursor_faint="#eeeeee", bar="#eeeeee")


def styles(theme: str, *, greys: bool = False) -> dict[str, Style]:
    """Style name → Rich style; `back:NAME` are the backgrounds of whole rows, in `greys` where the terminal
    has no better."""
    if theme == TERMINAL.name:
        return _of_terminal()
    if theme not in PALETTES:
        return _colourless()
    return _coloured(greyed(PALETTES[theme]) if greys else PALETTES[theme])


def _coloured(p: Palette) -> dict[str, Style]:
    def ink(colour: str, *, bold: bool = False, italic: bool = False) -> Style:
        return Style(color=colour, bgcolor=p.background, bold=bold, italic=italic)

    def badge(colour: str) -> Style:
        return Style(color=p.on_badge, bgcolor=colour, bold=True)

    return {
        "text": ink(p.text),
        "title": ink(p.text, bold=True),
        "title-focus": ink(p.accent, bold=True),
        "dim": ink(p.dim),
        "faint": ink(p.faint),
        "rule": ink(p.faint),
        "rule-focus": ink(p.accent),
        "accent": ink(p.accent),
        "info": ink(p.info),
        "ok": ink(p.ok),
        "warn": ink(p.warn),
        "bad": ink(p.bad, bold=True),
        "unknown": ink(p.unknown),
        "code": ink(p.info, italic=True),
        "trend": ink(p.trend),
        "trend-bad": ink(p.bad),
        "key": ink(p.accent, bold=True),
        "key-label": ink(p.dim),
        "tab": ink(p.dim),
        "tab-chosen": Style(color=p.text, bgcolor=p.cursor, bold=True),
        "alarm": badge(p.bad),
        "badge-production": badge(p.bad),
        "badge-environment": badge(p.info),
        "badge-rehearsal": badge(p.rehearsal),
        "badge-ok": badge(p.ok),
        "badge-unknown": badge(p.unknown),
        "badge-bad": badge(p.bad),
        "badge-idle": badge(p.dim),
        "badge-label": badge(p.accent),
        "back:cursor": Style(bgcolor=p.cursor),
        "back:cursor-faint": Style(bgcolor=p.cursor_faint),
        "back:alarm": Style(bgcolor=p.bad),
        "back:bar": Style(bgcolor=p.bar),
        "back:surface": Style(bgcolor=p.surface),
        "back:production": Style(bgcolor=p.ground_production),
        "back:rehearsal": Style(bgcolor=p.ground_rehearsal),
    }


def _of_terminal() -> dict[str, Style]:
    """Sixteen colours leave none for backgrounds and half tones: those are reversed and dimmed."""
    plain, dim, reverse = Style.null(), Style(dim=True), Style(reverse=True)
    table = _coloured(TERMINAL)
    # Bold black is a grey on many terminals, and black on red hard to read.
    table |= {name: style + Style(bold=False) for name, style in table.items() if name.startswith("badge")}
    red = Style(color="bright_white", bgcolor="red", bold=True)
    table |= dict.fromkeys(("alarm", "badge-production", "badge-bad"), red)
    table |= dict.fromkeys(("dim", "faint", "rule", "key-label", "tab"), dim)
    table |= {"tab-chosen": Style(reverse=True, bold=True), "back:cursor": reverse}
    # A command is read before it is confirmed: cyan on white is not.
    table["code"] = Style(italic=True)
    table |= {"back:production": reverse, "back:rehearsal": Style(underline=True)}
    return table | dict.fromkeys(("back:cursor-faint", "back:bar", "back:surface"), plain)


def _colourless() -> dict[str, Style]:
    plain, bold, dim = Style.null(), Style(bold=True), Style(dim=True)
    reverse, loud = Style(reverse=True), Style(reverse=True, bold=True)
    table = dict.fromkeys(_coloured(DARK), plain)
    table |= dict.fromkeys(("title", "key", "bad", "badge-ok", "trend-bad", "rule-focus"), bold)
    table |= dict.fromkeys(("dim", "faint", "rule", "key-label"), dim)
    table |= dict.fromkeys(("warn", "unknown", "title-focus"), Style(underline=True))
    table |= dict.fromkeys(("tab-chosen", "back:cursor", "badge-environment", "badge-idle"), reverse)
    table |= dict.fromkeys(("alarm", "back:alarm", "badge-production", "badge-bad"), loud)
    table |= dict.fromkeys(("badge-unknown", "badge-label"), loud)
    table |= {"badge-rehearsal": Style(bold=True, underline=True), "back:cursor-faint": bold}
    table |= {"back:production": reverse, "back:rehearsal": Style(underline=True)}
    return table
