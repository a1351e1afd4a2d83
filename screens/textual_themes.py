"""The palettes for what Textual draws itself: dialogs' frames, inputs, the palette."""

from textual.theme import Theme

from screens import themes


def textual_themes(*, greys: bool = False) -> list[Theme]:
    """Those of all palettes, and those of the terminal's own colours."""
    palettes = [themes.greyed(p) if greys else p for p in themes.PALETTES.values()]
    return [*map(_theme, palettes), *map(_ansi_theme, themes.OF_TERMINAL)]


def _theme(p: themes.Palette) -> Theme:
    return Theme(
        name=p.name,
        primary=p.accent,
        secondary=p.info,
        accent=p.accent,
        warning=p.warn,
        error=p.bad,
        success=p.ok,
        foreground=p.text,
        background=p.background,
        surface=p.surface,
        panel=p.bar,
        dark=p.dark,
        variables={
            "block-cursor-background": p.cursor,
            "block-cursor-foreground": p.text,
            "block-cursor-blurred-background": p.cursor,
            "block-cursor-blurred-foreground": p.text,
            "input-selection-background": p.cursor,
            "border": p.faint,
        },
    )


def _ansi_theme(name: str) -> Theme:
    """For what Textual draws itself where colours are the terminal's own, or none."""
    plain = "ansi_default"
    return Theme(
        name=name,
        primary=plain,
        secondary=plain,
        warning=plain,
        error=plain,
        success=plain,
        accent=plain,
        foreground=plain,
        background=plain,
        surface=plain,
        panel=plain,
        boost=plain,
        ansi=True,
        variables={
            "ansi-background": plain,
            "ansi-foreground": plain,
            "border-blurred": plain,
            "block-cursor-background": plain,
            "block-cursor-foreground": plain,
            "block-cursor-text-style": "reverse",
            "block-cursor-blurred-text-style": "reverse",
            "input-cursor-background": plain,
            "input-cursor-foreground": plain,
            "input-cursor-text-style": "reverse",
            "input-selection-background": plain,
            "input-selection-foreground": plain,
            "screen-selection-background": plain,
            "screen-selection-foreground": plain,
        },
    )
