"""Smoke tests: how each ended last, step by step."""

from collections.abc import Iterator

from launchpad.model.smoke import SmokeStepFact
from launchpad.model.state import SmokeState
from launchpad.rules.age import ago
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.scene import Scene
from screens.render.words import VERDICTS, Said, glyph

_VERDICT = 11
_NOT_RUN = Said("not run", "dim")


def rows(scene: Scene, width: int) -> list[Row]:
    """Every smoke test of the definition."""
    suites = scene.view.definition.smoke
    if not suites:
        return [line(width, [Span(" no smoke tests are defined", "dim")])]
    drawn: list[Row] = []
    for name, suite in suites.items():
        known = scene.view.state.smoke.get(name, SmokeState())
        title = f" {name}: {suite.title}" if suite.title else f" {name}"
        drawn += [line(width, [Span(title, "title")]), *outcome(scene, known, width), Row()]
    return drawn[:-1]


def outcome(scene: Scene, known: SmokeState, width: int) -> Iterator[Row]:
    """A smoke test's last outcome."""
    if known.requested:
        yield line(width, [Span(" it is being run now", "accent")])
    if known.last is None:
        yield line(width, [Span(" it has not run yet", "unknown")])
        return
    said = VERDICTS[known.last.verdict]
    of = f" in {known.run}" if known.run else ""
    when = f"{scene.time(known.at)}, {ago(known.at, scene.view.now)}"
    told = f"{said.word}{of} at {when}: {known.last.sentence}"
    yield from (line(width, [Span(f" {piece}", said.style)]) for piece in wrap(told, width - 2, most=4))
    for step in known.last.steps:
        yield from _step(scene, step, width)


def _step(scene: Scene, step: SmokeStepFact, width: int) -> Iterator[Row]:
    said = _NOT_RUN if step.verdict == "not run" else VERDICTS[step.verdict]
    sign = Span(fit(f" {glyph(scene.glyphs, said)} {said.word}", _VERDICT), said.style)
    first, *more = wrap(step.sentence, width - _VERDICT - 1, most=4)
    yield line(width, [sign, Span(first)])
    yield from (line(width, [Span(" " * _VERDICT), Span(piece)]) for piece in more)
