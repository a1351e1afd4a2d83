"""What the panels tell before Textual is loaded, which takes longer than all else at the start. Nothing in it
has the focus yet, and no key acts."""

from collections.abc import Sequence

from launchpad.model.journal import Recorded
from launchpad.model.samples import LogLine
from screens import panels, room
from screens.layout import Place, arrange, places, tiny
from screens.render import head
from screens.render import tiny as tiny_rows
from screens.render.listing import Listing
from screens.render.row import Row, Rows, Span, line, rule
from screens.render.scene import Scene

NOT_YET = "keys act in a moment …"
"""Stands where keys will."""


def rows(scene: Scene, events: list[Recorded], log: Sequence[LogLine], width: int, height: int) -> Rows:
    """What is seen of a scene on a terminal of this size."""
    last = {(height - 1, 0): line(width, [Span(f" {NOT_YET}", "key-label")], back="bar")}
    if tiny(width, height):
        drawn = tiny_rows.rows(scene, width, height)[: height - 1]
        return {(y, 0): _wide(row, width) for y, row in enumerate(drawn)} | last
    view, phase = scene.view, scene.view.state.phase
    chosen = arrange(width, height, phase, None, room.needed(view, width))
    beside = panels.Beside(
        phase,
        mine=False,
        two_lines=room.two_lines(view, chosen, width, height),
        detail=room.detail(view, chosen),
        run=view.run,
        log=log,
        events=events,
    )
    makers = panels.makers(scene, beside, panels.TimelineListing())
    seen = {
        (0, 0): head.first_line(scene, width),
        (1, 0): head.tab_line(scene, phase, width),
        (2, 0): head.alert_line(scene, width),
        **last,
    }
    for name, place in places(chosen, width, height).items():
        for y, row in enumerate(_panel(makers[name](), place, scene.glyphs.stroke)):
            seen[place.y + y, place.x] = _wide(row, place.width)
    return seen


def _panel(listing: Listing, place: Place, stroke: str) -> list[Row]:
    """As a panel that was not scrolled, and has no cursor."""
    width, left = place.width - 2, max(0, place.height - 1)
    above = listing.above(width, left)[:left]
    left -= len(above)
    foot = listing.foot(width, left)[:left]
    count = len(listing.entries)
    first = max(0, count - (left - len(foot))) if listing.follows else 0
    entries = [listing.draw(each, width) for each in listing.entries[first : first + left - len(foot)]]
    under = foot if entries else listing.empty(width)[:left]
    title, remark = listing.heading(place.width, count)
    # An entry begins behind the column of its list's pointer, and all else in line with it.
    below = [Row((Span(" "), *row.spans), row.back) for row in (*above, *entries, *under)]
    return [rule(place.width, title, remark, stroke=stroke), *below][: place.height]


def _wide(row: Row, width: int) -> Row:
    return line(width, row.spans, back=row.back)
