"""Rollback criteria: whether anything speaks for taking the release back."""

from collections.abc import Iterator

from launchpad.model.state import RunState
from launchpad.rules.criteria import AdviceView, CriterionVerdict, CriterionView
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.scene import OF_ACTION, Scene
from screens.render.words import Said, glyph

_VERDICT = 12
_SAID: dict[CriterionVerdict, Said] = {
    "met": Said("MET", "bad"),
    "not met": Said("not met", "ok"),
    "unknown": Said("unknown", "unknown"),
}


def badge(scene: Scene, *, in_full: bool = False) -> list[Span]:
    """What must be seen of them at every time; nothing as long as nothing speaks for it."""
    advice = scene.view.advice
    if advice is None or not advice.in_force or scene.loading:
        return []
    if advice.verdict == "roll back":
        key = "" if advice.back else _key(scene, advice)
        told = advice.sentence if in_full else f"{_asked(advice.back)} {advice.met}/{len(advice.criteria)}"
        style = "badge-unknown" if advice.back else "badge-bad"
        return [Span(f" {told}{key and f' ({key})'} ", style), Span(" ")]
    if not advice.met:
        return []
    counted = f"{advice.met}/{len(advice.criteria)}"
    style = "unknown" if advice.verdict == "unknown" else "warn"
    said = f"rollback criteria {advice.count}" if in_full else f"criteria {counted}"
    return [Span(f"{scene.glyphs.warn} {said}  ", style)]


def _asked(back: RunState | None) -> str:
    """What is recommended, or that somebody does it or has done it: nobody shall do it twice."""
    if back is None:
        return "ROLL BACK?"
    if back.status == "succeeded":
        return "ROLLED BACK"
    return "ROLLBACK WAITS" if back.awaits_approval else "ROLLING BACK"


def _key(scene: Scene, advice: AdviceView) -> str:
    """The key that opens the plan of the way back, as this operator has it; may be empty."""
    return scene.keys.get(OF_ACTION + advice.run, "")


def rows(scene: Scene, width: int, chosen: str = "") -> list[Row]:
    """Every criterion in full; `chosen` is the name of one that is about to be marked."""
    advice = scene.view.advice
    if advice is None:
        return [line(width, [Span(" no rollback criteria are defined", "dim")])]
    drawn = [line(width, [Span(f" {piece}", "title")]) for piece in wrap(advice.sentence, width - 2)]
    since = advice.since
    if since is not None:
        drawn.append(line(width, [Span(f" recommended since {scene.time(since)}", "bad")]))
    drawn.append(Row())
    for criterion in advice.criteria:
        drawn += _criterion(scene, criterion, width, chosen=criterion.by_hand and criterion.name == chosen)
    return [*drawn, Row(), *_way_back(scene, advice, width)]


def _criterion(scene: Scene, criterion: CriterionView, width: int, *, chosen: bool) -> Iterator[Row]:
    said = _SAID[criterion.verdict]
    pointer = scene.glyphs.pointer if chosen else " "
    sign = Span(fit(f"{glyph(scene.glyphs, said)} {said.word}", _VERDICT), said.style)
    first, *more = wrap(criterion.sentence, width - _VERDICT - 2, most=3)
    yield line(width, [Span(pointer, "accent"), sign, Span(first, "title" if chosen else "text")])
    for piece in more:
        yield line(width, [Span(" " * (_VERDICT + 1)), Span(piece)])
    for piece in wrap(criterion.detail, width - _VERDICT - 2, most=3):
        yield line(width, [Span(" " * (_VERDICT + 1)), Span(piece, "dim")])


def _way_back(scene: Scene, advice: AdviceView, width: int) -> list[Row]:
    key = _key(scene, advice)
    how = f"{key} opens its plan" if key else "the palette has it"
    way = f"The way back is {advice.run}: {how}." if advice.run else "No action takes the release back."
    text = f"They recommend and never act. {way}"
    return [line(width, [Span(f" {piece}", "dim")]) for piece in wrap(text, width - 2)]
