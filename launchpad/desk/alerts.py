"""Verbs on who is told of an alert."""

from launchpad.desk.decision import Context, Proposal, already, words
from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.text import clean
from launchpad.model.values import SECOND, format_duration

LONGEST_SILENCE = 7 * 86400.0
"""Seconds."""


def silence(ctx: Context, command: cmd.SilenceAlert) -> Proposal | Done:
    """A silence that is already there gives way to the new one."""
    _known(ctx, command.alert)
    if not 0 < command.seconds <= LONGEST_SILENCE:
        most = format_duration(LONGEST_SILENCE)
        raise BadInput(f"a silence needs a duration above zero, of at most {most}")
    event = ev.AlertSilenced(alert=command.alert, until=ctx.now + round(command.seconds * SECOND))
    return Proposal(
        [event],
        f"silenced {command.alert} for {format_duration(command.seconds)}",
        text=words(command.text, "a silence"),
    )


def unsilence(ctx: Context, command: cmd.UnsilenceAlert) -> Proposal | Done:
    _known(ctx, command.alert)
    event = ev.AlertUnsilenced(alert=command.alert)
    held = ctx.state.silences.get(command.alert)
    if held is None or not held.lasts(ctx.now):
        return already(ctx.state.seq, event.subject, f"{command.alert} is not silenced")
    return Proposal([event], f"{command.alert} is heard again", expect={event.subject: held.seq})


def channel_test(ctx: Context, command: cmd.RecordChannelTest) -> Proposal | Done:
    if command.channel not in ctx.definition.channels:
        raise BadInput(f"there is no channel {clean(command.channel, 40)}", hint="see `channels:`")
    if command.to != command.channel and command.to not in ctx.definition.contacts:
        raise BadInput(f"there is no contact {clean(command.to, 40)}", hint="see `contacts:`")
    event = ev.ChannelTested(
        channel=command.channel, to=command.to, outcome=command.outcome, detail=clean(command.detail, 300)
    )
    return Proposal([event], f"recorded the test of {command.channel}")


def _known(ctx: Context, alert: str) -> None:
    if alert not in ctx.definition.alerts:
        raise BadInput(f"there is no alert {alert}", hint="see `launchpad alerts`")
