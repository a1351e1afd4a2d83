"""What somebody must know who comes back."""

from collections.abc import Iterator

from launchpad.rules.handover import Chapter, Handover
from screens.render.row import Row, Span, fit, line, rule, wrap
from screens.render.scene import Scene

_STAMP = 10
_WHO = 12


def rows(scene: Scene, found: Handover, width: int) -> list[Row]:
    """What is so now, then what happened since, the gravest first."""
    drawn = [line(width, [Span(f" {piece}", "title")]) for piece in wrap(found.standing, width - 2)]
    for told in found.now:
        drawn += [line(width, [Span(f"   {piece}")]) for piece in wrap(told, width - 4)]
    since = f"since {scene.clock(found.since)}" if found.since else "so far"
    drawn += [Row(), line(width, [Span(f" {since}: {found.headline or 'nothing happened'}", "accent")])]
    for chapter in found.chapters:
        drawn += [Row(), rule(width, [Span(chapter.name.upper(), "title")], stroke=scene.glyphs.stroke)]
        drawn += _chapter(scene, chapter, width)
    return drawn


def _chapter(scene: Scene, chapter: Chapter, width: int) -> Iterator[Row]:
    indent = _STAMP + _WHO + 1
    for told in chapter.lines:
        first, *rest = wrap(told.text, width - indent - 1)
        stamp = Span(fit(f" {scene.stamp(told.at)}", _STAMP), "dim")
        yield line(width, [stamp, Span(fit(told.by, _WHO) + " ", "accent"), Span(first, told.style)])
        yield from (line(width, [Span(" " * indent), Span(piece, told.style)]) for piece in rest)
    if chapter.left_out:
        yield line(width, [Span(f" and {chapter.left_out} more before", "dim")])
