"""Verbs on the roll-call: call it, answer it, close it."""

from launchpad.desk.decision import Context, Proposal, already, must_match, named, optional_words, words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.state import PollState
from launchpad.rules.polls import teams_asked, troubled

_SUBJECT = "poll"
_MOST = 50
"""Teams that one roll-call asks at most."""


def call(ctx: Context, command: cmd.CallPoll) -> Proposal | Done:
    poll = ctx.state.poll
    seq = poll.seq if poll else 0
    must_match(_SUBJECT, seq, command.expect)
    teams = tuple(dict.fromkeys(command.teams)) or teams_asked(ctx.definition, ctx.state.phase)
    for team in teams:
        named(team, "a team")
    if len(teams) > _MOST:
        raise BadInput(f"{len(teams)} teams are too many to call", hint=f"name at most {_MOST}")
    if not teams:
        raise Refused("there is no team to ask", hint="give operators `teams`, or name them")
    return Proposal(
        [ev.PollCalled(teams=teams)],
        f"called the roll: {', '.join(teams)}",
        text=optional_words(command.text),
        expect={_SUBJECT: seq},
    )


def answer(ctx: Context, command: cmd.AnswerPoll) -> Proposal | Done:
    poll = _open_poll(ctx)
    must_match(_SUBJECT, poll.seq, command.roll)
    team = command.team or _own_team(ctx, poll)
    if team not in poll.teams:
        raise BadInput(f"{team} was not asked", hint=f"asked were: {', '.join(poll.teams)}")
    vote = poll.votes.get(team)
    subject = f"vote:{team}"
    seq = vote.seq if vote else 0
    same = vote is not None and (vote.answer, vote.by) == (command.answer, ctx.identity.name)
    if vote and same and not vote.lapsed and optional_words(command.text) in ("", vote.reason):
        return already(seq, subject, f"you have already answered {command.answer} for {team}")
    must_match(subject, seq, command.expect)
    proxy = team not in ctx.identity.teams
    if proxy:
        ctx.require("operator", f"answering for {team}, which {ctx.identity.name} does not speak for,")
    no_go = command.answer == "no-go"
    return Proposal(
        [
            ev.PollAnswered(
                team=team,
                answer=command.answer,
                proxy=proxy,
                seen=tuple(
                    ev.Seen(objective=name, verdict=reading.verdict, evidence=reading.evidence)
                    for name, reading in ctx.situation().readings.items()
                ),
                troubled=troubled(ctx.state, ctx.now),
            )
        ],
        f"{team}: {command.answer}" + (" (as proxy)" if proxy else ""),
        text=words(command.text, "a no-go") if no_go else optional_words(command.text),
        expect={subject: seq, _SUBJECT: poll.seq},
    )


def close(ctx: Context, command: cmd.ClosePoll) -> Proposal | Done:
    poll = ctx.state.poll
    if poll is not None and poll.closed_at is not None:
        return already(poll.seq, _SUBJECT, f"{poll.closed_by} has already closed the roll")
    poll = _open_poll(ctx)
    must_match(_SUBJECT, poll.seq, command.expect)
    return Proposal([ev.PollClosed()], "closed the roll", expect={_SUBJECT: poll.seq})


def _open_poll(ctx: Context) -> PollState:
    poll = ctx.state.poll
    if poll is None:
        raise Refused("the roll has not been called", hint="a director calls it")
    if poll.closed_at is not None:
        raise Refused(f"{poll.closed_by} has closed the roll", hint="a director may call it anew")
    return poll


def _own_team(ctx: Context, poll: PollState) -> str:
    """The one team that the operator speaks for. Raises BadInput if that is none or several."""
    own = [team for team in ctx.identity.teams if team in poll.teams]
    if len(own) == 1:
        return own[0]
    if own:
        raise BadInput(f"{ctx.identity.name} speaks for {', '.join(own)}", hint="name the team")
    raise BadInput(
        f"{ctx.identity.name} speaks for none of {', '.join(poll.teams)}",
        hint="name the team to be its proxy",
    )
