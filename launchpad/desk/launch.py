"""Verbs on the launch itself: phases, alerts, notes, locks, redaction, close."""

import re

from launchpad.desk.decision import Context, Proposal, already, must_match, optional_words, words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.definition import PHASES
from launchpad.model.lifecycles import RUN_ACTIVE
from launchpad.model.text import clean
from launchpad.model.values import SECOND, format_duration
from launchpad.rules.incidents import leading
from launchpad.rules.locks import EVERYTHING, of_a_run, provider_of

_HASH = re.compile("[0-9a-f]{64}")
LONGEST_LOCK = 366 * 86400.0
"""Seconds."""


def reopen(ctx: Context, command: cmd.OpenLaunch) -> Proposal | Done:
    """A launch is opened by `open_launch`, before there is a desk for it."""
    if command.launch != ctx.state.launch:
        raise BadInput(f"this desk is for {ctx.state.launch}", hint=f"open {command.launch} from the shell")
    return already(1, "launch", f"{command.launch} is open")


def close(ctx: Context, command: cmd.CloseLaunch) -> Proposal | Done:
    active = next((run for run in ctx.state.runs.values() if run.status in RUN_ACTIVE), None)
    if active is not None:
        raise Refused(f"{active.id} is {active.status}", hint="see it to its end or abort it first")
    present = leading(ctx.state)
    if present is not None and command.outcome == "success":
        raise Refused(
            f"{present.id} is {present.status}", hint="resolve it first, or close with another outcome"
        )
    # A yes that comes at the same instant must not leave a run to be started in a closed launch.
    waiting = {f"run:{run.id}": run.seq for run in ctx.state.runs.values() if not run.ended}
    return Proposal(
        [ev.LaunchClosed(outcome=command.outcome)],
        f"closed as {command.outcome}",
        text=optional_words(command.text),
        expect={"launch": 1, **waiting},
    )


def enter_phase(ctx: Context, command: cmd.EnterPhase) -> Proposal | Done:
    state = ctx.state
    if state.phase == command.phase:
        return already(state.phase_seq, "phase", f"the launch is already in {command.phase}")
    must_match("phase", state.phase_seq, command.expect)
    step = PHASES.index(command.phase) - PHASES.index(state.phase)
    override = optional_words(command.override)
    if step != 1 and not override:
        raise Refused(
            f"from {state.phase} the launch goes to {PHASES[PHASES.index(state.phase) + 1]}"
            if state.phase != PHASES[-1]
            else f"{state.phase} is the last phase",
            hint="going anywhere else takes an override with a reason",
        )
    launching = command.phase == "launch"
    hold = state.hold if launching else None
    if hold is not None and not override:
        raise Refused(
            f"{hold.by} holds the countdown: {clean(hold.reason)}", hint="resume it, or override it"
        )
    gate = ctx.gate(command.phase)
    against = gate is not None and gate.verdict != "GO"
    if gate is not None and against and not override:
        blockers = "; ".join(f"{c.name}: {c.detail}" for c in gate.blockers[:3])
        raise Refused(f"gate {gate.gate} is {gate.verdict}: {blockers}", hint="mend it or override it")
    return Proposal(
        [
            ev.PhaseEntered(
                phase=command.phase,
                gate=gate,
                overridden=bool(override) and (against or hold is not None or step != 1),
            )
        ],
        f"entered {command.phase}",
        text=override,
        expect={"phase": state.phase_seq, **({"countdown": state.countdown_seq} if launching else {})},
    )


def note(_ctx: Context, command: cmd.WriteNote) -> Proposal | Done:
    return Proposal([ev.NoteWritten()], "noted", text=words(command.text, "a note"))


def acknowledge(ctx: Context, command: cmd.Acknowledge) -> Proposal | Done:
    alert = ctx.state.alerts.get(command.alert)
    if alert is None or alert.status not in ("pending", "firing"):
        if command.alert not in ctx.definition.alerts:
            raise BadInput(f"there is no alert {command.alert}", hint="see `launchpad alerts`")
        raise Refused(f"{command.alert} is not firing", hint="there is nothing to acknowledge")
    subject = f"alert:{command.alert}"
    if alert.acknowledged_by is not None:
        return already(
            alert.seq, subject, f"{command.alert} was already acknowledged by {alert.acknowledged_by}"
        )
    return Proposal(
        [ev.AlertAcknowledged(alert=command.alert)],
        f"acknowledged {command.alert}",
        text=optional_words(command.text),
        expect={subject: alert.seq},
    )


def lock(ctx: Context, command: cmd.Lock) -> Proposal | Done:
    _known_target(ctx, command.target)
    if not 0 < command.seconds <= LONGEST_LOCK:
        raise BadInput(f"a lock needs a duration above zero, of at most {format_duration(LONGEST_LOCK)}")
    until = ctx.now + round(command.seconds * SECOND)
    return Proposal(
        [ev.LockChanged(target=command.target, held=True, until=until)],
        f"locked {command.target} for {format_duration(command.seconds)}",
        text=words(command.text, "a lock"),
    )


def unlock(ctx: Context, command: cmd.Unlock) -> Proposal | Done:
    held = next((held for held in ctx.locks() if held.target == command.target), None)
    _known_target(ctx, command.target if held is None else provider_of(command.target))
    if held is None:
        return already(ctx.state.seq, f"lock:{command.target}", f"{command.target} is not locked")
    if held.owner != ctx.identity.name:
        ctx.require("director", f"releasing {held.owner}'s lock on {command.target}")
    if of_a_run(held):
        text = words(command.text, f"unlocking {command.target}, which {held.owner} holds: {held.reason},")
    else:
        text = optional_words(command.text)
    return Proposal(
        [ev.LockChanged(target=command.target, held=False)],
        f"unlocked {command.target}",
        text=text,
        releases=(held.target, held.owner),
    )


def _known_target(ctx: Context, target: str) -> None:
    if target != EVERYTHING and target not in ctx.definition.providers:
        raise BadInput(f"there is no provider {target}", hint="name one, or * for all")


def redact(ctx: Context, command: cmd.Redact) -> Proposal | Done:
    if not 1 <= command.seq <= ctx.state.seq:
        raise BadInput(f"there is no event {command.seq}; the last is {ctx.state.seq}")
    event = ev.TextRedacted(seq=command.seq)
    found = ctx.recorded(command.seq)
    if found.redacted:
        return already(ctx.state.seq, event.subject, f"the text of event {command.seq} is gone already")
    if not found.text:
        raise BadInput(
            f"event {command.seq} ({found.kind}) has no text to remove", hint="see `launchpad notes --json`"
        )
    return Proposal(
        [event],
        f"removed the text of event {command.seq}",
        text=words(command.text, "a redaction"),
    )


def accept_loss(ctx: Context, command: cmd.AcceptLoss) -> Proposal | Done:
    if not _HASH.fullmatch(command.head):
        raise BadInput("a head is the hash of an event: 64 digits and letters from a to f")
    for seq in range(1, ctx.state.seq + 1):
        if ctx.recorded(seq).hash == command.head:
            raise BadInput(f"nothing is lost: the journal holds that head, as event {seq}")
    return Proposal(
        [ev.LossAccepted(head=command.head)],
        "goes on with the journal as it is",
        text=words(command.text, "to go on with a journal that lost events"),
    )
