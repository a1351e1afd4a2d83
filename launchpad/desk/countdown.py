"""Verbs on the countdown: hold, resume, slip."""

import math

from launchpad.desk.decision import Context, Proposal, already, must_match, optional_words, words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.values import format_duration

_SUBJECT = "countdown"
_FARTHEST = 366 * 86400.0
"""Most seconds by which T-0 moves at once."""


def _counting(ctx: Context) -> None:
    """Raises Refused unless there is a countdown to change."""
    if ctx.state.t0 is None:
        raise Refused("this launch has no T-0", hint="give it one: `t0` under `launch:`")
    if ctx.state.phase != "pre-launch":
        raise Refused(f"the countdown is over: the launch is in {ctx.state.phase}")


def hold(ctx: Context, command: cmd.HoldCountdown) -> Proposal | Done:
    _counting(ctx)
    state = ctx.state
    if state.hold is not None:
        return already(state.countdown_seq, _SUBJECT, f"{state.hold.by} already holds the countdown")
    # No expectation of the operator's: stopping must not lose to a slip of the same moment.
    return Proposal(
        [ev.CountdownHeld()],
        "the countdown is held",
        text=words(command.text, "a hold"),
        expect={_SUBJECT: state.countdown_seq},
    )


def resume(ctx: Context, command: cmd.ResumeCountdown) -> Proposal | Done:
    _counting(ctx)
    state = ctx.state
    if state.hold is None:
        return already(state.countdown_seq, _SUBJECT, "the countdown is not held")
    must_match(_SUBJECT, state.countdown_seq, command.expect)
    lasted = format_duration((ctx.now - state.hold.since) / 1_000_000)
    return Proposal(
        [ev.CountdownResumed()],
        f"the countdown goes on; T-0 moved by {lasted}",
        expect={_SUBJECT: state.countdown_seq},
    )


def slip(ctx: Context, command: cmd.SlipCountdown) -> Proposal | Done:
    _counting(ctx)
    seconds = command.seconds
    if not math.isfinite(seconds) or seconds == 0 or abs(seconds) > _FARTHEST:
        raise BadInput("T-0 slips by a duration such as +30m or -10m, by a year at most")
    must_match(_SUBJECT, ctx.state.countdown_seq, command.expect)
    way = "later" if seconds > 0 else "earlier"
    return Proposal(
        [ev.CountdownSlipped(seconds=seconds)],
        f"T-0 is {format_duration(abs(seconds))} {way}",
        text=optional_words(command.text),
        expect={_SUBJECT: ctx.state.countdown_seq},
    )
