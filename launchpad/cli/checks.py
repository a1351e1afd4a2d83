"""check: automated checks of items, run now."""

import argparse
import time
from collections import Counter
from collections.abc import Iterator

from launchpad.cli import words
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit, Unreachable
from launchpad.model import commands as cmd
from launchpad.model.definition import PHASES
from launchpad.model.events import CheckRequested, ReadingVerdict
from launchpad.model.state import CheckResult
from launchpad.rules.items import checks

_WAIT = 60.0
"""Seconds to wait for an answer beyond the longest timeout of a check."""
_EXIT: dict[ReadingVerdict, Exit] = {"ok": Exit.DONE, "unknown": Exit.HOLD, "bad": Exit.NO}
"""By how grave a verdict is: the worst is the command's."""


@command(
    "check",
    "run the automated check of an item now, or all of them",
    argument("item", metavar="ID", nargs="?", help="the item, as `launchpad items` names it"),
    argument("--all", dest="every", action="store_true", help="every check that has what it needs"),
    argument("--team", metavar="NAME", help="with --all: of this team's items only"),
    argument("--phase", choices=PHASES, help="with --all: of this phase only"),
    argument(
        "--wait", action="store_true", help="until the engine has run it; the exit status is the worst result"
    ),
    example="launchpad check --all --team qa --wait",
    details="They run side by side: a slow one keeps no other waiting. With --wait the exit status is 0"
    " passed, 1 failed, 5 unknown.",
)
def check(shell: Shell, options: argparse.Namespace) -> int:
    if (options.item is None) != options.every:
        raise BadInput("`check` takes the id of an item, or --all", hint="see `launchpad check --help`")
    if options.item and (options.team or options.phase):
        raise BadInput("--team and --phase go with --all", hint="see `launchpad check --help`")
    if options.every:
        return _all(shell, options)
    done = shell.desk.perform(cmd.RequestCheck(item=options.item))
    if not options.wait:
        shell.answer(done)
        return Exit.DONE
    shell.out.say(done.message)
    [(name, result)] = _answers(shell, [options.item])
    shell.out.result(_shape(name, result), [_line(name, result)])
    return _EXIT[result.verdict]


def _all(shell: Shell, options: argparse.Namespace) -> int:
    done = shell.desk.perform(cmd.RequestChecks(phase=options.phase, team=options.team))
    if not options.wait:
        shell.answer(done)
        return Exit.DONE
    shell.out.say(done.message)
    found = checks(shell.session.state.items, shell.session.clock(), options.phase, options.team)
    asked = {item.item.id: None for item in found.under_way}
    if not done.already:  # one that was fast has its answer by now
        since = shell.session.events[done.seq - 1 :]
        asked |= {e.event.item: None for e in since if isinstance(e.event, CheckRequested)}
    results = {}
    for name, result in _answers(shell, list(asked)):
        results[name] = result
        shell.out.say(_line(name, result))
    counts = Counter(result.verdict for result in results.values())
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _EXIT if counts[verdict])
    rows = [("item", "verdict", "reason")]
    rows += [(name, result.verdict, result.reason) for name, result in results.items()]
    shell.out.result(
        {
            "checked": [_shape(name, result) for name, result in results.items()],
            "waiting": [item.item.id for item in found.waiting],
        },
        [*shell.out.table(rows, words.STYLES), f"{len(results)} checked: {told or 'nothing'}"],
    )
    return max((_EXIT[verdict] for verdict in counts), key=list(_EXIT.values()).index, default=Exit.HOLD)


def _answers(shell: Shell, names: list[str]) -> Iterator[tuple[str, CheckResult]]:
    """Each item and what its check found, as the answers come. Raises `Unreachable` if one stays away."""
    items = shell.session.state.items
    timeouts = [check.timeout for name in names if (check := items[name].item.check)]
    deadline = time.monotonic() + _WAIT + max(timeouts, default=0.0)
    left = list(names)
    while left:
        for name in list(left):
            state = shell.session.state.items[name]
            if not state.check_requested and state.check is not None:
                left.remove(name)
                yield name, state.check
        if left and time.monotonic() > deadline:
            of = left[0] if len(left) == 1 else f"{left[0]} and {len(left) - 1} more"
            raise Unreachable(f"no engine has run the check of {of}", hint="see `launchpad status`")
        if left:
            shell.next_event(1.0)


def _shape(name: str, result: CheckResult) -> dict[str, str]:
    return {"item": name, "verdict": result.verdict, "reason": result.reason}


def _line(name: str, result: CheckResult) -> str:
    return f"{name}: {result.verdict} {result.reason}".rstrip()
