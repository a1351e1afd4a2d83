"""A launch told line by line as it goes on: for logs, pipes and screen readers."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from launchpad.cli import shapes, words
from launchpad.cli.output import Output
from launchpad.cli.shell import Shell
from launchpad.model.events import MessageIntended
from launchpad.model.journal import Recorded
from launchpad.model.plan import GATE_VERDICTS, GateVerdict
from launchpad.model.text import clean
from launchpad.model.values import format_instant
from launchpad.rules.narrate import narrate
from launchpad.rules.view import View
from launchpad.rules.view.brief import brief

_TICK = 1.0
"""Seconds between two looks; an event is seen at once."""
OnView = Callable[[View, bool], None]
"""Called with each view, and whether its verdict or what fires differs from the one before."""


def tell(shell: Shell, *, short: bool) -> GateVerdict:
    """Prints a line for each event and for each change of the verdict, until interrupted; only the latter
    if `short`. No line is ever changed, and the cursor never moved."""
    told = len(shell.session.events)

    def on_view(view: View, differs: bool) -> None:
        nonlocal told
        events = shell.session.events[told:]
        told += len(events)
        if not short:
            _print_events(shell.out, view, events)
        if differs:
            print_standing(shell.out, view)

    return look(shell, None, on_view)


def look(shell: Shell, until: float | None, on_view: OnView) -> GateVerdict:
    """Looks at the launch again and again, until that time of the monotonic clock; returns the worst verdict
    seen."""
    worst: GateVerdict = "GO"
    before: tuple[str, ...] | None = None
    while True:
        view = shell.session.view()
        worst = max(worst, view.verdict, key=GATE_VERDICTS.index)
        firing = tuple(alert.state.name for alert in view.alerts if alert.state.status == "firing")
        standing = (view.verdict, view.health, view.state.phase, *firing)
        on_view(view, standing != before)
        before = standing
        if until is not None and time.monotonic() >= until:
            return worst
        # Age and stillness change a verdict as well, without any event.
        shell.next_event(_TICK if until is None else max(0.0, min(_TICK, until - time.monotonic())))


def print_standing(out: Output, view: View) -> None:
    """One line: the verdict, and how things stand."""
    sentence = brief(view)
    text = f"{out.paint(words.STYLES[view.verdict], f'{view.verdict:<5}')} {sentence}"
    _line(out, {**_standing(view), "sentence": sentence}, text)


def _standing(view: View) -> dict[str, Any]:
    """What every line of JSON holds."""
    return {"at": shapes.instant(view.now), "verdict": view.verdict, "health": view.health}


def _print_events(out: Output, view: View, events: Sequence[Recorded]) -> None:
    for recorded in events:
        # That a message is on its way is told once it has got somewhere.
        if isinstance(recorded.event, MessageIntended):
            continue
        sentence = narrate(recorded, view.definition, view.state.amendments).text
        about = {"seq": recorded.seq, "kind": recorded.kind, "actor": recorded.actor, "sentence": sentence}
        data = {**_standing(view), **about, "at": shapes.instant(recorded.at)}
        when = format_instant(recorded.at, view.definition.zone)
        _line(out, data, clean(f"{when} {recorded.actor}: {sentence}", 2000))


def _line(out: Output, data: dict[str, Any], text: str) -> None:
    if out.json:
        out.line(data)
    else:
        out.result(data, [text])
