"""Smoke tests, asked for."""

from launchpad.desk.decision import Context, Proposal
from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done


def run(ctx: Context, command: cmd.RunSmoke) -> Proposal | Done:
    suites = ctx.definition.smoke
    if command.suite not in suites:
        names = ", ".join(suites) or "none is defined"
        raise BadInput(f"there is no smoke test {command.suite}", hint=f"there are: {names}")
    known = ctx.state.smoke.get(command.suite)
    subject = f"smoke:{command.suite}"
    if known is not None and known.requested:
        told = f"the smoke test {command.suite} is asked for already"
        return Done(seq=known.requested, subject=subject, message=told, already=True)
    return Proposal([ev.SmokeRequested(suite=command.suite)], f"asked for the smoke test {command.suite}")
