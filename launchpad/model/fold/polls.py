"""The roll-call: its answers, and what makes them lapse."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import PollState, Vote


def _called(parts: Parts, rec: Recorded, event: ev.PollCalled) -> None:
    before: PollState | None = parts.scalars.get("poll")
    earlier = {
        team: replace(
            vote, lapsed=vote.lapsed or "the roll was called anew", lapsed_at=vote.lapsed_at or rec.at
        )
        for team, vote in (before.votes if before else {}).items()
    }
    parts.scalars["poll"] = PollState(
        seq=rec.seq, called_at=rec.at, called_by=rec.actor, about=rec.text, teams=event.teams, votes=earlier
    )


def _answered(parts: Parts, rec: Recorded, event: ev.PollAnswered) -> None:
    poll: PollState | None = parts.scalars.get("poll")
    if poll is None or poll.closed_at is not None or event.team not in poll.teams:
        parts.misfit()
        return
    # One that fired while the answer was on its way was not before the eyes of who gave it.
    unseen = [a.name for a in parts.alerts.values() if a.status == "firing" and a.name not in event.troubled]
    surprised = bool(unseen) and event.answer == "go"
    vote = Vote(
        team=event.team,
        answer=event.answer,
        by=rec.actor,
        at=rec.at,
        seq=rec.seq,
        proxy=event.proxy,
        reason=rec.text,
        seen=event.seen,
        troubled=event.troubled,
        lapsed=fired(unseen[0]) if surprised else "",
        lapsed_at=rec.at if surprised else None,
    )
    parts.scalars["poll"] = replace(poll, votes={**poll.votes, event.team: vote})


def _closed(parts: Parts, rec: Recorded, _event: ev.PollClosed) -> None:
    poll: PollState | None = parts.scalars.get("poll")
    if poll is None or poll.closed_at is not None:
        parts.misfit()
        return
    parts.scalars["poll"] = replace(poll, seq=rec.seq, closed_at=rec.at, closed_by=rec.actor)


def fired(alert: str) -> str:
    """Why an answer lapsed, of an alert that was quiet when it was given."""
    return f"{alert} fired"


def lapse(parts: Parts, rec: Recorded, why: str, *, alert: str = "", team: str = "") -> None:
    """Lets every standing go lapse, or that of one team; of an alert, only those that were given while it
    was quiet.

    A no-go stays: nothing that gets worse makes it a yes.
    """
    poll: PollState | None = parts.scalars.get("poll")
    if poll is None:
        return
    votes = {
        name: replace(vote, lapsed=why, lapsed_at=rec.at)
        if vote.answer == "go" and not vote.lapsed and alert not in vote.troubled and team in ("", name)
        else vote
        for name, vote in poll.votes.items()
    }
    parts.scalars["poll"] = replace(poll, votes=votes)


HANDLERS: Handlers = {
    ev.PollCalled: _called,
    ev.PollAnswered: _answered,
    ev.PollClosed: _closed,
}
