"""status, watch, launches, alerts: looking at a launch."""

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from launchpad.cli import shapes, words
from launchpad.cli.command import argument, command
from launchpad.cli.output import Output
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model.plan import GATE_VERDICTS, GateVerdict
from launchpad.model.text import clean
from launchpad.model.values import parse_duration
from launchpad.rules.view import View
from launchpad.rules.view.brief import brief

_TICK = 1.0
"""Seconds between two looks; an event is seen at once."""


@command(
    "status",
    "how the launch stands; the exit status is the verdict",
    argument("--brief", action="store_true", help="one sentence to paste"),
    argument("--watch", action="store_true", help="go on until interrupted"),
    example="launchpad status --brief",
    details="Exit status: 0 GO, 1 NO-GO, 5 HOLD (something is unknown).",
)
def status(shell: Shell, options: argparse.Namespace) -> int:
    if not options.watch:
        return words.EXIT[print_status(shell, short=options.brief).verdict]
    if sys.stdout.isatty() and not shell.out.json:
        _repaint(shell, short=options.brief)
    _each_change(shell, None, lambda view: _print_change(shell.out, view))
    return Exit.DONE


def print_status(shell: Shell, *, short: bool = False) -> View:
    """Prints how the launch stands and returns what was printed."""
    view = shell.session.view()
    if short:
        sentence = brief(view)
        shell.out.result({"sentence": sentence, "verdict": view.verdict, "health": view.health}, [sentence])
    else:
        shell.out.result(shapes.launch(view), words.status(view, shell.out))
    return view


def _repaint(shell: Shell, *, short: bool) -> NoReturn:
    """Draws the status again and again in the same place, until interrupted."""
    try:
        while True:
            view = shell.session.view()
            lines = [brief(view)] if short else list(words.status(view, shell.out))
            fitting = lines[: shutil.get_terminal_size().lines - 1]
            body = "".join(f"{line}\x1b[K\n" for line in fitting)
            # Without wrapping, a long line stays one line.
            sys.stdout.write(f"\x1b[?7l\x1b[H{body}\x1b[J")
            sys.stdout.flush()
            _look_again(shell)
    finally:
        sys.stdout.write("\x1b[?7h")
        sys.stdout.flush()


def _each_change(shell: Shell, until: float | None, on_change: Callable[[View], None]) -> GateVerdict:
    """Calls back with each view whose verdict or sentence differs; returns the worst verdict seen."""
    worst: GateVerdict = "GO"
    before: tuple[str, ...] | None = None
    while True:
        view = shell.session.view()
        worst = max(worst, view.verdict, key=GATE_VERDICTS.index)
        firing = tuple(alert.state.name for alert in view.alerts if alert.state.status == "firing")
        standing = (view.verdict, view.health, view.state.phase, *firing)
        if standing != before:
            before = standing
            on_change(view)
        if until is not None and time.monotonic() >= until:
            return worst
        _look_again(shell, until)


def _look_again(shell: Shell, until: float | None = None) -> None:
    """Waits for the next event, but never long: age and stillness change a verdict as well."""
    shell.next_event(_TICK if until is None else max(0.0, min(_TICK, until - time.monotonic())))


def _print_change(out: Output, view: View) -> None:
    sentence = brief(view)
    data = {
        "at": shapes.instant(view.now),
        "verdict": view.verdict,
        "health": view.health,
        "sentence": sentence,
    }
    if out.json:
        out.line(data)
    else:
        out.result(data, [f"{view.verdict:<5} {sentence}"])


@command(
    "watch",
    "watch for a while; the exit status is the worst verdict seen",
    argument("--for", dest="span", metavar="DURATION", required=True, help="how long, such as 5m"),
    example="launchpad watch --for 5m && launchpad phase post-launch",
    details="Exit status: 0 GO throughout, 1 NO-GO at some time, 5 HOLD at some time.",
)
def watch(shell: Shell, options: argparse.Namespace) -> int:
    until = time.monotonic() + duration(options.span)
    return words.EXIT[_each_change(shell, until, lambda view: _print_change(shell.out, view))]


@command("launches", "the launches in the store", example="launchpad launches --json")
def launches(shell: Shell, _options: argparse.Namespace) -> int:
    entries = shell.store.launches()
    rows = [("launch", "product", "version", "environment", "opened", "events", "outcome")]
    data = []
    for entry in entries:
        opened = shapes.instant(entry.opened_at) or ""
        outcome = entry.closed or "open"
        rows.append(
            (
                entry.launch,
                entry.product,
                entry.version,
                entry.environment,
                opened[:16] + "Z",
                str(entry.seq),
                outcome,
            )
        )
        data.append(
            {
                "launch": entry.launch,
                "product": entry.product,
                "version": entry.version,
                "environment": entry.environment,
                "opened_at": opened,
                "outcome": entry.closed,
                "head": {"seq": entry.seq, "hash": entry.hash},
            }
        )
    shell.out.result(data, shell.out.table(rows) if entries else [])
    if not entries:
        shell.out.say(f"there is no launch in {shell.store.url}")
    return Exit.DONE


@command(
    "alerts",
    "alerts that are pending or firing",
    example="launchpad alerts",
    details="Exit status: 1 while one is firing.",
)
def alerts(shell: Shell, _options: argparse.Namespace) -> int:
    view = shell.session.view()
    shell.out.result(
        [shapes.alert(alert) for alert in view.alerts],
        words.alerts(view.alerts, shell.out) if view.alerts else [],
    )
    if not view.alerts:
        shell.out.say("no alert is pending or firing")
    return Exit.NO if any(alert.state.status == "firing" for alert in view.alerts) else Exit.DONE


def duration(text: str) -> float:
    """Seconds in an option's duration. Raises `BadInput`."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(f"{clean(text, 40)!r}: {error}") from None
