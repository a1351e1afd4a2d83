"""The roll-call: each team's answer."""

from collections.abc import Iterator

from launchpad.model.state import PollState
from launchpad.rules.polls import Ballot
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.scene import Scene
from screens.render.words import GATES, VERDICTS, glyph

_VERDICT = 9


def heading(scene: Scene) -> list[Span]:
    """The panel's title with the count."""
    title = [Span("GO / NO-GO", "title")]
    poll, ballots = scene.view.state.poll, scene.view.ballots
    if poll is None:
        return [*title, Span(" not called", "dim")]
    go = sum(ballot.verdict == "GO" for ballot in ballots)
    style = "bad" if any(b.verdict == "NO-GO" for b in ballots) else "ok" if go == len(ballots) else "unknown"
    closed = f"  closed by {poll.closed_by}" if poll.closed_at else ""
    return [*title, Span(f" {go}/{len(ballots)}", style), Span(closed, "dim")]


def row(scene: Scene, ballot: Ballot, width: int) -> Row:
    """A team, how its answer counts, and why."""
    said = GATES[ballot.verdict]
    return line(
        width,
        [
            Span(" " + fit(f"{glyph(scene.glyphs, said)} {said.word}", _VERDICT), said.style),
            Span(fit(ballot.team, 12) + " ", "text"),
            Span(ballot.sentence, "dim" if ballot.verdict == "GO" else said.style),
        ],
    )


def full(scene: Scene, ballot: Ballot, width: int) -> Iterator[Row]:
    """The same, wrapped rather than cut."""
    said = GATES[ballot.verdict]
    sign = Span(" " + fit(f"{glyph(scene.glyphs, said)} {said.word}", _VERDICT), said.style)
    style = "dim" if ballot.verdict == "GO" else said.style
    first, *rest = wrap(ballot.sentence, width - _VERDICT - 2)
    yield line(width, [sign, Span(first, style)])
    for piece in rest:
        yield line(width, [Span(" " * (_VERDICT + 1)), Span(piece, style)])


def plain(ballot: Ballot) -> str:
    """A team's answer as a line of text."""
    return f"{ballot.team}: {ballot.verdict} ({ballot.sentence})"


def numbers(scene: Scene, poll: PollState, team: str, width: int) -> Iterator[Row]:
    """What an answer is about to be bound to; where one has lapsed, what it was bound to as well."""
    then = {seen.objective: seen for seen in (poll.votes[team].seen if team in poll.votes else ())}
    for shown in scene.view.objectives:
        reading = shown.reading
        said = VERDICTS[reading.verdict]
        sign = f"{glyph(scene.glyphs, said)} {said.word}"
        yield line(width, [Span(" " + fit(sign, _VERDICT), said.style), Span(shown.sentence)])
        told = [f"now {reading.evidence}"]
        if shown.name in then:
            told.append(f"then {then[shown.name].evidence}")
        yield line(width, [Span(" " * (_VERDICT + 1)), Span("; ".join(told), "dim")])
    for alert in scene.view.alerts:
        text = f"alert {alert.state.name} {alert.state.status}: {alert.rule}, now {alert.shown}"
        for piece in wrap(text, width - 2):
            yield line(width, [Span(f" {piece}", "bad" if alert.state.status == "firing" else "warn")])
    if not scene.view.alerts:
        yield line(width, [Span(" no alert is pending or firing", "dim")])
