"""Looking at what mentions one."""

from launchpad.desk.decision import Context, Proposal, already
from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.rules.mentions import read_upto


def read(ctx: Context, command: cmd.ReadMentions) -> Proposal | Done:
    if not 1 <= command.upto <= ctx.state.seq:
        raise BadInput(f"there is no event {command.upto}; the last is {ctx.state.seq}")
    if command.upto <= read_upto(ctx.identity, ctx.state):
        return already(ctx.state.seq, "mentions", "these mentions were read before")
    return Proposal([ev.MentionsRead(upto=command.upto)], "read what mentions you")
