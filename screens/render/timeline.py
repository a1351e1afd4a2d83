"""What happened, one event a row."""

from launchpad.model.journal import Recorded
from launchpad.model.values import format_instant
from launchpad.rules.narrate import narrate
from screens.render.long import Long
from screens.render.row import Row, Span, fit, line
from screens.render.scene import Scene

WIDE = 100
"""From this width on rows carry the date and the event's number."""


_SHORT, _NAME = 8, 12
"""Cells that a name has at least, and that a longer one has at every width."""


def heading(scene: Scene, count: int) -> list[Span]:
    """The panel's title with the number of events."""
    zone = scene.view.definition.zone
    events = "1 event" if count == 1 else f"{count} events"
    return [Span("TIMELINE", "title"), Span(f" {events}, {zone}", "dim")]


def row(scene: Scene, recorded: Recorded, width: int) -> Row:
    """One event: when, who, what."""
    told = sentence(scene, recorded, width)
    claimed = [Span(" claimed", "warn")] if recorded.auth == "claimed" else []
    number = [Span(f"  #{recorded.seq} ", "dim")] if width >= WIDE else []
    return line(width, [*told.head, told.text], [*claimed, *number])


def sentence(scene: Scene, recorded: Recorded, width: int) -> Long:
    """The same, however long it is."""
    told = narrate(recorded, scene.view.definition, scene.view.state.amendments)
    zone = scene.view.definition.zone
    when = format_instant(recorded.at, zone, date=True) if width >= WIDE else scene.stamp(recorded.at)
    name = fit(recorded.actor, _actors(scene, width)) + " "
    actor = Span(name, "accent" if recorded.actor == scene.me.name else "text")
    return Long((Span(f" {when} ", "dim"), actor), Span(told.text, told.style))


def _actors(scene: Scene, width: int) -> int:
    """Cells for who did it: as many as the longest name takes, but not at the cost of what was done."""
    return max(_SHORT, min(scene.longest_name, max(_NAME, width // 6)))


def rests_on(scene: Scene, recorded: Recorded) -> object:
    """All that `row` is made of besides the width."""
    return recorded, scene.view.definition, scene.view.state.amendments, scene.setting


def plain(scene: Scene, recorded: Recorded) -> str:
    """The event as a line of text."""
    when = format_instant(recorded.at, scene.view.definition.zone, date=True)
    told = narrate(recorded, scene.view.definition, scene.view.state.amendments)
    return f"{when} {recorded.actor} {told.text}"


def details(scene: Scene, recorded: Recorded) -> list[Span]:
    """All there is to read of an event: of an amendment, each difference."""
    amendment = next((a for a in scene.view.state.amendments if a.seq == recorded.seq), None)
    if amendment is None:
        return [Span(plain(scene, recorded))]
    when = format_instant(recorded.at, scene.view.definition.zone, date=True)
    return [
        Span(f"{when} {recorded.actor} amended the definition: {amendment.reason}", "title"),
        *(Span(difference.sentence) for difference in amendment.differences),
        *(Span(f"lapsed: {lapsed}", "warn") for lapsed in amendment.lapsed),
    ]
