"""smoke: walks through the product, how they ended, and now."""

import argparse
import time

from launchpad.cli import shapes, words
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.cli.verdicts import gravest
from launchpad.errors import Exit, Unreachable
from launchpad.model import commands as cmd
from launchpad.model.smoke import SmokeFact, SmokeVerdict, line_of
from launchpad.model.state import SmokeState
from launchpad.rules.age import ago

_WAIT = 60.0
"""Seconds to wait for an outcome beyond the time that the suite may take."""


@command(
    "smoke",
    "smoke tests: how each ended last, or run one now",
    argument("suite", metavar="NAME", nargs="?", help="the one to run; absent: list all"),
    argument("--wait", action="store_true", help="until it has run; the exit status is the outcome"),
    example="launchpad smoke storefront --wait",
    details="The engine runs it, on its host. Exit status of the list and of --wait: 0 passed, 1 failed,"
    " 5 unknown or not run yet.",
)
def smoke(shell: Shell, options: argparse.Namespace) -> int:
    if options.suite is None:
        return _list(shell)
    done = shell.desk.perform(cmd.RunSmoke(suite=options.suite))
    if not options.wait:
        shell.answer(done)
        return Exit.DONE
    shell.out.say(done.message)
    known = _answered(shell, options.suite)
    assert known.last is not None, "it was answered"
    shell.out.result(shapes.smoke(options.suite, known), _lines(options.suite, known.last))
    return gravest([known.last.verdict])


def _list(shell: Shell) -> int:
    state, now = shell.session.state, shell.session.clock()
    suites = state.definition.smoke if state.definition else {}
    if not suites:
        shell.out.say("no smoke tests are defined")
    known = {name: state.smoke.get(name, SmokeState()) for name in suites}
    rows = [("smoke test", "verdict", "when", "outcome")]
    for name, one in known.items():
        when = ago(one.at, now) if one.last else "never"
        verdict = one.last.verdict if one.last else "unknown"
        rows.append((name, verdict, when, one.last.sentence if one.last else "has not run yet"))
    shell.out.result(
        {"smoke": [shapes.smoke(name, one) for name, one in known.items()]},
        shell.out.table(rows, words.STYLES) if suites else [],
    )
    verdicts: list[SmokeVerdict] = [one.last.verdict if one.last else "unknown" for one in known.values()]
    return gravest(verdicts)


def _answered(shell: Shell, name: str) -> SmokeState:
    """The outcome, once it is there. Raises `Unreachable` if it stays away."""
    definition = shell.session.state.definition
    assert definition is not None, "the desk knows the suite"
    deadline = time.monotonic() + definition.smoke[name].timeout + _WAIT
    while True:
        known = shell.session.state.smoke.get(name)
        if known is not None and known.last is not None and not known.requested:
            return known
        if time.monotonic() > deadline:
            raise Unreachable(f"no engine has run the smoke test {name}", hint="see `launchpad status`")
        shell.next_event(1.0)


def _lines(name: str, fact: SmokeFact) -> list[str]:
    steps = [line_of(number, len(fact.steps), step) for number, step in enumerate(fact.steps, 1)]
    return [*steps, f"{name}: {fact.verdict}, {fact.sentence}"]
