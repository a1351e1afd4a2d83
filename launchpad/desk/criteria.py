"""Verbs on the rollback criteria."""

from launchpad.desk.decision import Context, Proposal, must_match, optional_words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev


def mark(ctx: Context, command: cmd.MarkCriterion) -> Proposal:
    """The same mark again says that somebody has looked anew."""
    criteria = ctx.definition.rollback_criteria
    by_hand = criteria.by_hand if criteria else {}
    if command.criterion not in by_hand:
        known = f"people judge: {', '.join(by_hand)}" if by_hand else "see `rollback_criteria:`"
        raise BadInput(f"there is no rollback criterion {command.criterion} to mark", hint=known)
    if ctx.state.launched_at is None:
        raise Refused("nothing is out yet that could be rolled back", hint="the criteria count from then on")
    event = ev.CriterionMarked(criterion=command.criterion, met=command.met)
    before = ctx.state.marks.get(command.criterion)
    must_match(event.subject, before.seq if before else 0, command.expect)
    return Proposal(
        [event],
        f"{command.criterion} is {'met' if command.met else 'not met'}",
        text=optional_words(command.text),
        expect={"phase": ctx.state.phase_seq},
    )
