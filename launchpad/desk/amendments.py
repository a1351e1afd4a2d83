"""The verb on the definition: amend."""

from launchpad.desk.decision import DEFINITION, Context, Proposal, already, words
from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.definition import FORMAT
from launchpad.model.differences import differences, summary
from launchpad.rules.amendment import hindrances

_SAID = 2
"""Hindrances that one refusal names."""


def amend(ctx: Context, command: cmd.Amend) -> Proposal | Done:
    before, after = ctx.definition, command.definition
    state = ctx.state
    base, digest = before.digest(), after.digest()
    if command.base != base:
        last = state.amendments[-1] if state.amendments else None
        if digest == base and last is not None:
            return already(last.seq, DEFINITION, f"{last.by} has already amended it so")
        by = f" by {last.by}" if last else ""
        raise Refused(
            f"the definition was amended{by} since you read it", hint="look at the difference again"
        )
    if digest == base:
        raise Refused("nothing differs from the definition that holds", hint="there is nothing to amend")
    if stands := hindrances(state, after, ctx.locks()):
        more = f"; and {len(stands) - _SAID} more" if len(stands) > _SAID else ""
        raise Refused("; ".join(stands[:_SAID]) + more, hint="`launchpad amend --check` names all")
    # A run that starts, or a roll that is called, at the same instant may use what is taken away.
    runs = {f"run:{run.id}": run.seq for run in state.runs.values() if not run.ended}
    return Proposal(
        [ev.LaunchAmended(definition=after, digest=digest, base=base, format=FORMAT)],
        f"amended {summary(differences(before, after))}",
        text=words(command.text, "an amendment"),
        expect={**runs, "poll": state.poll.seq if state.poll else 0, "seat": state.seat_seq},
    )
