"""Verbs on the director's seat: take it, hand it over."""

from launchpad.desk.decision import Context, Proposal, already, must_match, optional_words, words
from launchpad.desk.roles import allows
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.rules.seat import directors_here

_SUBJECT = "seat"


def take(ctx: Context, command: cmd.TakeSeat) -> Proposal | Done:
    state, me = ctx.state, ctx.identity
    seat, seq = state.seat, state.seat_seq
    if seat is not None and seat.holder == me.name:
        return already(seq, _SUBJECT, "you hold the director's seat")
    must_match(_SUBJECT, seq, command.expect)
    if me.role == "director":
        if seat is None:
            return already(seq, _SUBJECT, "you are a director, and nobody sits in for you")
        return Proposal(
            [ev.SeatReturned()],
            f"took the seat back from {seat.holder}",
            text=optional_words(command.text),
            expect={_SUBJECT: seq},
        )
    if me.name not in ctx.definition.launch.deputies:
        deputies = ", ".join(ctx.definition.launch.deputies) or "nobody"
        raise Refused(f"{me.name} is no deputy of this launch", hint=f"named as deputies: {deputies}")
    if not me.proven:
        raise Refused(
            f"{me.name} is only claimed (--as)", hint="take it under your SSH key or your own login"
        )
    if here := directors_here(ctx.situation().people):
        raise Refused(f"{', '.join(here)} is here and decides", hint="ask them to hand the seat over")
    return Proposal(
        [ev.SeatTaken(holder=me.name)],
        "you hold the director's seat",
        text=words(command.text, "taking the seat"),
        expect={_SUBJECT: seq},
    )


def hand(ctx: Context, command: cmd.HandSeat) -> Proposal | Done:
    state = ctx.state
    must_match(_SUBJECT, state.seat_seq, command.expect)
    to = next((operator for operator in ctx.definition.operators if operator.name == command.to), None)
    if to is None:
        raise BadInput(f"{command.to} is no operator of this launch", hint="see `operators:`")
    if to.name == (state.seat.holder if state.seat else None):
        return already(state.seat_seq, _SUBJECT, f"{to.name} holds the director's seat")
    if to.role == "director" and state.seat is None:
        return already(state.seat_seq, _SUBJECT, f"{to.name} is a director")
    if not allows(to.role, "engineer"):
        raise Refused(f"{to.name} is {to.role} and can't decide", hint="hand it to somebody who takes part")
    handed = ev.SeatReturned() if to.role == "director" else ev.SeatTaken(holder=to.name)
    return Proposal(
        [handed],
        f"{to.name} holds the director's seat"
        if isinstance(handed, ev.SeatTaken)
        else f"{to.name} decides again",
        text=words(command.text, "handing the seat over"),
        expect={_SUBJECT: state.seat_seq},
    )
