"""status, watch, launches, alerts: looking at a launch."""

import argparse
import time
from collections.abc import Callable

from launchpad.cli import shapes, words
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.cli.telling import look, print_standing, tell
from launchpad.errors import BadInput, Exit
from launchpad.model.text import clean
from launchpad.model.values import parse_duration
from launchpad.rules.view import View
from launchpad.rules.view.brief import brief


@command(
    "status",
    "how the launch stands; the exit status is the verdict",
    argument("--brief", action="store_true", help="one sentence to paste"),
    argument("--watch", action="store_true", help="a line for each change, until interrupted"),
    example="launchpad status --brief",
    details="Exit status: 0 GO, 1 NO-GO, 5 HOLD (something is unknown). With --watch each event and each "
    "change of the verdict (with --brief only the latter) is a line of its own, with --json a line of JSON; "
    "no line is changed later and the cursor stays where it is, so that it can be piped and read aloud.",
)
def status(shell: Shell, options: argparse.Namespace) -> int:
    if options.watch:
        return words.EXIT[tell(shell, short=options.brief)]
    return words.EXIT[print_status(shell, short=options.brief).verdict]


def print_status(shell: Shell, *, short: bool = False) -> View:
    """Prints how the launch stands and returns what was printed."""
    view = shell.session.view()
    if short:
        sentence = brief(view)
        shell.out.result({"sentence": sentence, "verdict": view.verdict, "health": view.health}, [sentence])
    else:
        shell.out.result(shapes.launch(view), words.status(view, shell.out))
    return view


@command(
    "watch",
    "watch for a while; the exit status is the worst verdict seen",
    argument("--for", dest="span", metavar="DURATION", required=True, help="how long, such as 5m"),
    example="launchpad watch --for 5m && launchpad phase post-launch",
    details="Exit status: 0 GO throughout, 1 NO-GO at some time, 5 HOLD at some time.",
)
def watch(shell: Shell, options: argparse.Namespace) -> int:
    until = time.monotonic() + duration(options.span)

    def on_view(view: View, differs: bool) -> None:
        if differs:
            print_standing(shell.out, view)

    return words.EXIT[look(shell, until, on_view)]


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


def duration(text: str, read: Callable[[str], float] = parse_duration) -> float:
    """Seconds in a duration of the command line. Raises `BadInput`."""
    try:
        return read(text)
    except ValueError as error:
        raise BadInput(f"{clean(text, 40)!r}: {error}") from None
