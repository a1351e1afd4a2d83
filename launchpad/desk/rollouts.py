"""Verbs on rollouts: bump, halt, resume, complete, veto. Each but the veto asks for a run."""

from typing import get_args

from launchpad.desk.decision import Context, Proposal, already, must_match, optional_words, words
from launchpad.desk.runs import unlocked
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.definition import Rollout, RolloutVerb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.rollouts import WHOLE, RolloutAim, RolloutReading, shown
from launchpad.model.state import RolloutState
from launchpad.rules import advance
from launchpad.rules.rollouts import allowed, not_taken, runs_of
from launchpad.rules.view import run_view

ALL = "*"
"""Stands for every rollout that may be rolling."""
_STILL = frozenset(get_args(RolloutStatus)) - {"rolling"}
"""States in which nobody gets the release by the rollout."""


def _rollout(ctx: Context, name: str) -> Rollout:
    rollout = ctx.definition.rollouts.get(name)
    if rollout is None:
        known = ", ".join(ctx.definition.rollouts) or "none"
        raise BadInput(f"there is no rollout {name}", hint=f"defined are: {known}")
    return rollout


def _seen(ctx: Context, name: str) -> RolloutState:
    seen = ctx.state.rollouts.get(name)
    if seen is None:
        raise Refused(f"{name} was never read", hint="is an engine watching? see `launchpad rollouts`")
    return seen


def bump(ctx: Context, command: cmd.BumpRollout) -> Proposal | Done:
    rollout, seen = _rollout(ctx, command.rollout), _seen(ctx, command.rollout)
    _can(command.rollout, seen.reading, "bump")
    at = seen.reading.percent
    percent = command.percent if command.percent is not None else rollout.next_percent(at)
    if percent is None:
        raise Refused(f"{command.rollout} is {seen.reading.sentence}: there is no stage above")
    if not 0 < percent <= WHOLE:
        raise BadInput(f"{percent:g} is no share of users", hint="give a number up to 100")
    if seen.reading.status == "rolling" and percent <= at:
        raise Refused(
            f"{command.rollout} is at {shown(at)} already", hint="a share only grows; halt it to stop it"
        )
    return _forward(ctx, command.rollout, advance.verb_to(percent), percent, command.expect)


def resume(ctx: Context, command: cmd.ResumeRollout) -> Proposal | Done:
    _rollout(ctx, command.rollout)
    percent = _seen(ctx, command.rollout).reading.percent
    return _forward(ctx, command.rollout, "resume", percent, command.expect)


def complete(ctx: Context, command: cmd.CompleteRollout) -> Proposal | Done:
    _rollout(ctx, command.rollout)
    return _forward(ctx, command.rollout, "complete", WHOLE, command.expect)


def _forward(ctx: Context, name: str, verb: RolloutVerb, percent: float, expect: int | None) -> Proposal:
    seen = _seen(ctx, name)
    must_match(f"rollout:{name}", seen.seq, expect)
    _can(name, seen.reading, verb)
    for run in runs_of(ctx.state, name):
        if not run.ended and not run_view(run, ctx.now).expired:
            waits = run_view(run, ctx.now).waits_for
            raise Refused(
                f"{run.id} is {run.status}" + (f", waiting for {waits}" if waits else ""),
                hint="see it to its end, retract or abort it",
            )
    unlocked(ctx, {ctx.definition.rollouts[name].provider})
    aim = RolloutAim(rollout=name, verb=verb, percent=percent, seen=seen.reading)
    event = advance.forward(ctx.state, aim)
    return Proposal(
        [event],
        f"requested {event.run}: {aim.sentence}",
        expect={event.subject: 0, f"rollout:{name}": seen.seq},
    )


def _can(name: str, reading: RolloutReading, verb: RolloutVerb) -> None:
    """Raises Refused if nobody could do this to a rollout that stands so."""
    if not allowed(reading, verb):
        wish = {"bump": "bumped", "resume": "resumed", "complete": "completed"}.get(verb, verb)
        raise Refused(f"{name} is {reading.sentence} and can't be {wish}", hint=_instead(reading))


def _instead(reading: RolloutReading) -> str:
    if reading.status == "halted":
        return "resume it first"
    if reading.status in ("submitted", "in review"):
        return "wait for the store"
    return "see `launchpad rollouts`"


def halt(ctx: Context, command: cmd.HaltRollout) -> Proposal | Done:
    # No gate, no approval, no lock, nothing that the operator must have seen: whatever it does, stop it.
    if command.rollout != ALL:
        _rollout(ctx, command.rollout)
    names = [command.rollout] if command.rollout != ALL else _rolling(ctx)
    # One that waits to be asked for again holds nobody up: theirs is asked for at once, in its place.
    under_way = [
        run
        for name in names
        for run in runs_of(ctx.state, name)
        if run.stops and not run.ended and not not_taken(run, ctx.now)
    ]
    wanted = [name for name in names if all(run.aim is None or run.aim.rollout != name for run in under_way)]
    if not wanted:
        if under_way:
            first = under_way[0]
            return already(first.seq, f"run:{first.id}", f"{first.id} is {first.status}")
        raise Refused("nothing is rolling", hint="see `launchpad rollouts`")
    state = ctx.state
    events: list[ev.Event] = []
    expect: dict[str, int] = {}
    asked = sum(run.action == "halt" for run in state.runs.values())
    for number, name in enumerate(wanted, asked + 1):
        seen = state.rollouts.get(name)
        aim = RolloutAim(rollout=name, verb="halt", seen=seen.reading if seen else None)
        events += advance.halts(state, name, f"halt-{number}", aim, ctx.now)
        expect |= {f"run:halt-{number}": 0}
        expect |= {f"run:{run.id}": run.seq for run in advance.in_the_way(state, name, ctx.now)}
    said = " and ".join(wanted) if len(wanted) < 3 else f"{len(wanted)} rollouts"
    return Proposal(events, f"halting {said}", text=optional_words(command.text), expect=expect)


def _rolling(ctx: Context) -> list[str]:
    """Those that are not known to stand still."""
    seen = ctx.state.rollouts
    return [n for n in ctx.definition.rollouts if n not in seen or seen[n].reading.status not in _STILL]


def veto(ctx: Context, command: cmd.VetoRollout) -> Proposal | Done:
    rollout, seen = _rollout(ctx, command.rollout), _seen(ctx, command.rollout)
    if rollout.advance != "automatic":
        raise Refused(f"{command.rollout} goes no further by itself", hint="there is nothing to veto")
    if seen.vetoed_by is not None:
        return already(seen.seq, f"rollout:{command.rollout}", f"{seen.vetoed_by} has vetoed it")
    if seen.reading.status != "rolling":
        raise Refused(f"{command.rollout} is {seen.reading.sentence}", hint="there is nothing to veto")
    return Proposal(
        [ev.RolloutVetoed(rollout=command.rollout)],
        f"{command.rollout} stays at {shown(seen.reading.percent)} until a person bumps it",
        text=words(command.text, "a veto"),
        expect={f"rollout:{command.rollout}": seen.seq},
    )
