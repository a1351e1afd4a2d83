"""A gate's conditions, each with its verdict and its numbers."""

from collections.abc import Iterator
from typing import NamedTuple

from launchpad.model.plan import ConditionReport, GateReport
from screens.glyphs import Glyphs
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.words import GATES, glyph

_VERDICT = 9


def heading(gate: GateReport | None) -> list[Span]:
    """The panel's title: whose gate, and how it stands."""
    if gate is None:
        return [Span("GATE", "title"), Span(" none", "dim")]
    said = GATES[gate.verdict]
    count = f" {gate.met}/{len(gate.conditions)}"
    return [Span(f"GATE {gate.gate} ", "title"), Span(said.word, said.style), Span(count, "dim")]


class Part(NamedTuple):
    """A condition, or the line of numbers under it."""

    condition: ConditionReport
    numbers: bool


def parts(gate: GateReport) -> list[Part]:
    """Two lines for each condition, so that neither it nor its numbers are cut short."""
    return [Part(condition, numbers) for condition in gate.conditions for numbers in (False, True)]


def part(shown: Part, width: int, glyphs: Glyphs) -> Row:
    """One of a condition's two lines."""
    said = GATES[shown.condition.verdict]
    if shown.numbers:
        style = "dim" if shown.condition.verdict == "GO" else said.style
        return line(width, [Span(" " * (_VERDICT + 1)), Span(shown.condition.detail, style)])
    advisory = "  advisory" if shown.condition.advisory else ""
    sign = Span(" " + fit(f"{glyph(glyphs, said)} {said.word}", _VERDICT), said.style)
    return line(width, [sign, Span(shown.condition.name), Span(advisory, "dim")])


def row(condition: ConditionReport, width: int, glyphs: Glyphs) -> Row:
    """A condition on one line, for where there is no room for two."""
    said = GATES[condition.verdict]
    name = condition.name + (" (advisory)" if condition.advisory else "")
    room = max(14, (width - _VERDICT - 2) * 5 // 11)
    return line(
        width,
        [
            Span(" " + fit(f"{glyph(glyphs, said)} {said.word}", _VERDICT), said.style),
            Span(fit(name, room), "text"),
            Span(" "),
            Span(condition.detail, "dim" if condition.verdict == "GO" else said.style),
        ],
    )


def full(gate: GateReport, width: int, glyphs: Glyphs) -> Iterator[Row]:
    """Every condition in full, wrapped rather than cut."""
    for condition in gate.conditions:
        said = GATES[condition.verdict]
        advisory = "  advisory: shown, does not block" if condition.advisory else ""
        yield line(
            width,
            [
                Span(fit(f"{glyph(glyphs, said)} {said.word}", _VERDICT), said.style),
                Span(condition.name),
                Span(advisory, "dim"),
            ],
        )
        for piece in wrap(condition.detail, width - _VERDICT, most=6):
            yield line(width, [Span(" " * _VERDICT), Span(piece, "dim")])


def plain(condition: ConditionReport) -> str:
    """The condition as a line of text."""
    return f"{condition.verdict} {condition.name}: {condition.detail}"
