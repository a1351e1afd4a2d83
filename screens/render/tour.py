"""The cards of the first start: what is where, in the order in which the eye should meet it."""

from typing import NamedTuple

from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene


class Card(NamedTuple):
    """A title and a few sentences."""

    title: str
    text: str


def cards(scene: Scene) -> list[Card]:
    """With the keys as this operator has them."""
    hint = scene.hint
    around = [hint("panel.next", "goes through the panels"), hint("panel.zoom", "shows one alone")]
    around += [hint("filter", "filters a list"), hint("list.details", "shows an entry in full")]
    around += [hint("labels", "and a label go anywhere on the screen"), hint("jump.back", "comes back")]
    help_ = [hint("help", "explains where you are"), hint("palette", "finds every verb and every thing")]
    help_ += [hint("copy", "copies the line")]
    leaving = scene.rehearsal and "This is a rehearsal: it ends when you leave, and nothing of it is kept."
    return [
        Card(
            "The first line answers: where am I, and are we OK?",
            "Environment, release, phase and clock; then GO, HOLD or NO-GO and why; then how fresh the data"
            " is. HOLD means that something is not known, and unknown is never shown as healthy.",
        ),
        Card(
            "The third line is kept for the worst alert",
            "It says since when, and who is woken next. "
            + (hint("alert.acknowledge", "says that you have it") or "The palette says that you have it")
            + ". Without an alert it says what blocks the gate, or how things stand.",
        ),
        Card("Looking around", f"{_listed(around)}."),
        Card("Keys", f"The last line shows the keys that work for you now. {_listed(help_)}."),
        Card(
            "Nothing happens by accident",
            "What acts shows its plan first. Enter never confirms: y does what can be undone, and what can't"
            " takes the typed name of its target. Stopping is never held up: "
            + _listed([hint("run.abort", "aborts a run"), hint("countdown.hold", "holds the countdown")])
            + ".",
        ),
        Card(
            "Leaving ends nothing",
            leaving
            or f"{hint('quit', 'leaves and') or 'Leaving'} says what goes on without you: the engine is a"
            " process of its own, and everything that happened is in the journal.",
        ),
    ]


def rows(scene: Scene, number: int, width: int) -> list[Row]:
    """One card, its title first."""
    all_cards = cards(scene)
    card = all_cards[number]
    count = Span(f"{number + 1} of {len(all_cards)} ", "dim")
    texts = [line(width, [Span(f" {piece}")]) for piece in wrap(card.text, width - 2)]
    keys = [Span(" any key", "key"), Span(" goes on  ", "key-label"), Span("esc", "key")]
    return [
        line(width, [Span(f" {card.title}", "title")], [count]),
        Row(),
        *texts,
        Row(),
        line(width, [*keys, Span(" ends the tour for good", "key-label")]),
    ]


def _listed(hints: list[str]) -> str:
    return ", ".join(hint for hint in hints if hint)
