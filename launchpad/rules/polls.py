"""The roll-call: whom it asks, and how each team's answer counts."""

from collections.abc import Sequence

from launchpad.model.definition import PHASES, Definition, Phase, PollCondition
from launchpad.model.plan import GateVerdict
from launchpad.model.state import AlertState, PollState, State
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value, format_duration

UNSETTLED = 600.0
"""Seconds for which an alert that has resolved still counts as known trouble: one that flaps must not undo
an answer given in full knowledge of it."""

UNCALLED = "the roll has not been called"
"""What is told of every team until it is."""


class Ballot(Value):
    """One team's answer as it counts now."""

    team: str
    verdict: GateVerdict
    """GO for a go that stands, NO-GO for a no-go, HOLD for one that is missing or has lapsed."""
    sentence: str
    """`go by eva 4m ago`, `lapsed, high-errors fired: was go by eva 9m ago`."""


def awaited(definition: Definition, phase: Phase) -> tuple[str, ...]:
    """The teams that the gate of the next phase waits for."""
    after = PHASES.index(phase) + 1
    gate = definition.gates.get(PHASES[after], ()) if after < len(PHASES) else ()
    return tuple(dict.fromkeys(team for c in gate if isinstance(c, PollCondition) for team in c.poll))


def teams_asked(definition: Definition, phase: Phase) -> tuple[str, ...]:
    """Whom a roll-call asks: the teams that the gate ahead waits for; without such, all that somebody
    speaks for who may answer."""
    spoken = (team for o in definition.operators if o.role != "viewer" for team in o.teams)
    return awaited(definition, phase) or tuple(dict.fromkeys(spoken))


def troubled(state: State, now: Micros) -> tuple[str, ...]:
    """Alerts that whoever answers now knows of: pending, firing, or resolved only just."""
    return tuple(name for name, alert in state.alerts.items() if _unsettled(alert, now))


def _unsettled(alert: AlertState, now: Micros) -> bool:
    if alert.status in ("pending", "firing"):
        return True
    return alert.status == "resolved" and now - alert.since < UNSETTLED * SECOND


def ballots(poll: PollState | None, teams: Sequence[str], now: Micros) -> tuple[Ballot, ...]:
    """How each of `teams` stands in the roll-call."""
    return tuple(_ballot(poll, team, now) for team in teams)


def _ballot(poll: PollState | None, team: str, now: Micros) -> Ballot:
    if poll is None:
        return Ballot(team=team, verdict="HOLD", sentence=UNCALLED)
    if team not in poll.teams:
        return Ballot(team=team, verdict="HOLD", sentence="was not asked: call the roll anew")
    vote = poll.votes.get(team)
    if vote is None:
        waited = format_duration(max(0, now - poll.called_at) // SECOND)
        ended = "closed without an answer" if poll.closed_at else f"no answer for {waited}"
        return Ballot(team=team, verdict="HOLD", sentence=ended)
    who = (
        f"{vote.by}{' as proxy' if vote.proxy else ''} {format_duration(max(0, now - vote.at) // SECOND)} ago"
    )
    if vote.lapsed:
        return Ballot(
            team=team, verdict="HOLD", sentence=f"lapsed, {vote.lapsed}: was {vote.answer} by {who}"
        )
    reason = f": {clean(vote.reason)}" if vote.reason else ""
    verdict: GateVerdict = "GO" if vote.answer == "go" else "NO-GO"
    return Ballot(team=team, verdict=verdict, sentence=f"{vote.answer} by {who}{reason}")
