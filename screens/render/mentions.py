"""What mentions somebody, in full."""

from collections.abc import Collection, Sequence

from launchpad.model.journal import Recorded
from launchpad.rules.narrate import narrate
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.scene import Scene

_STAMP = 10
_WHO = 12


def rows(scene: Scene, called: Sequence[Recorded], unread: Collection[int], width: int) -> list[Row]:
    """Who called and with which words; what is new stands out."""
    if not called:
        hint = "nobody has mentioned you yet; @NAME or @TEAM in a note or a comment calls somebody"
        return [line(width, [Span(f" {piece}", "dim")]) for piece in wrap(hint, width - 2)]
    drawn = []
    indent = 2 + _STAMP + _WHO + 1
    for recorded in called:
        new = recorded.seq in unread
        style = "title" if new else "text"
        first, *rest = wrap(narrate(recorded, scene.view.definition).text, width - indent - 1)
        sign = Span(f" {scene.glyphs.here if new else ' '}", "warn")
        stamp = Span(fit(f" {scene.stamp(recorded.at)}", _STAMP), "dim")
        drawn.append(
            line(width, [sign, stamp, Span(fit(recorded.actor, _WHO) + " ", "accent"), Span(first, style)])
        )
        drawn += [line(width, [Span(" " * indent), Span(piece, style)]) for piece in rest]
    return drawn
