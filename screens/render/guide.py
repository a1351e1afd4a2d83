"""The help: every key that works, and what the signs mean."""

from collections.abc import Sequence

from launchpad.rules.view import Mark
from screens.render.footer import Hint
from screens.render.row import Row, Span, cell_len, fit, line, rule, wrap
from screens.render.scene import Scene
from screens.render.words import GATES, MARKS, VERDICTS, box, shown

_PANELS = {
    "objectives": "What the release is held to: now, limit, past, and how much of the error budget is left.",
    "rollouts": "What share of users has the release, what comes next, and what holds it.",
    "gate": "What must hold before the next phase. HOLD means that something is not known.",
    "alerts": "Rules whose threshold is crossed. Acknowledging says that somebody has it.",
    "checklist": "What has to be done, by whom, until when. Enter shows an item in full. "
    "/ takes words, !words, team:qa, @eva, is:open, is:overdue, is:mine and the like.",
    "poll": "The roll-call: each team's answer, bound to the numbers it was given on.",
    "people": "Who has this launch open, and who keeps runs off a target.",
    "timeline": "All that happened, newest first.",
    "action": "The action that runs, with its output. Without one: what is next for you.",
}
_HERE: dict[str, tuple[str, ...]] = {
    "objectives": ("jump", "criteria."),
    "gate": ("jump", "gate.", "phase."),
    "alerts": ("alert.", "incident.", "messages.", "jump"),
    "checklist": ("item.", "jump"),
    "poll": ("poll.", "jump"),
    "people": ("jump",),
    "timeline": ("note.", "handover.", "copy", "log.", "jump"),
    "action": ("run.", "action.", "copy", "log."),
}
"""Panel → how the ids of the keys begin that matter most there."""


def rows(scene: Scene, panel: str, keys: Sequence[Hint], width: int) -> list[Row]:
    """The help as rows; `panel` is where the operator stands."""
    drawn = []
    if panel in _PANELS:
        drawn += [line(width, [Span(f" {p}")]) for p in wrap(f"{panel}: {_PANELS[panel]}", width - 2)]
        drawn.append(Row())
    here = [key for key in keys if key.of.startswith(_HERE.get(panel, ())) or key.of.startswith("list.")]
    if here:
        drawn += [rule(width, [Span("KEYS HERE", "title")]), *_columns(here, width), Row()]
    drawn.append(rule(width, [Span("KEYS", "title"), Span(f" for {scene.me.role} {scene.me.name}", "dim")]))
    drawn += _columns([key for key in keys if key not in here], width)
    drawn += [Row(), rule(width, [Span("SIGNS", "title")])]
    drawn.append(line(width, [Span(" "), *_signs([shown(scene.glyphs, said) for said in VERDICTS.values()])]))
    drawn.append(line(width, [Span(" "), *_signs([shown(scene.glyphs, said) for said in GATES.values()])]))
    marks: list[Mark] = ["open", "done", "failed", "skipped", "stale"]
    spans = [Span(" ")]
    for mark in marks:
        spans += [box(scene.glyphs, mark), Span(f" {MARKS[mark].word}   ", MARKS[mark].style)]
    drawn.append(line(width, spans))
    drawn += [Row(), line(width, [Span(f" {scene.view.engine.sentence}", "dim")])]
    return drawn


def found(keys: Sequence[Hint], width: int) -> list[Row]:
    """Some of the keys, or a line that says that there are none."""
    return _columns(keys, width) if keys else [line(width, [Span(" no key does that here", "dim")])]


def _columns(keys: Sequence[Hint], width: int) -> list[Row]:
    half = width // 2 if width >= 64 else width
    of_key = max(10, *(cell_len(key.key) + 1 for key in keys))
    cells = [(Span(" " + fit(k.key, of_key), "key"), Span(fit(k.label, half - of_key - 1))) for k in keys]
    count = -(-len(cells) // (width // half))
    return [line(width, [span for cell in cells[index::count] for span in cell]) for index in range(count)]


def _signs(spans: Sequence[Span]) -> list[Span]:
    return [part for span in spans for part in (span, Span("   "))]
