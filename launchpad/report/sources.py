"""Where a report's facts come from: a session's events, and the samples of its store."""

from collections.abc import Iterator

from launchpad.model.samples import Sample
from launchpad.model.values import Micros
from launchpad.report.account import Report, account
from launchpad.session import Session

_PAGE = 50_000


def report_of(session: Session) -> Report:
    """The report of a launch: to its end, or as far as it has come."""
    state = session.state
    until = state.closed_at if state.closed_at is not None else max(state.at, session.clock())
    begin = state.opened_at if state.opened_at is not None else until
    return account(state, session.events, _samples(session, begin, until), until)


def _samples(session: Session, since: Micros, until: Micros) -> Iterator[Sample]:
    definition = session.state.definition
    assert definition is not None, "checked when the session was made"
    wanted = sorted({objective.signal for objective in definition.objectives.values()})
    cursor = 0
    while True:
        batch = session.source.samples(
            session.launch, cursor=cursor, since=since, until=until, signals=wanted, limit=_PAGE
        )
        yield from batch.samples
        cursor = batch.cursor
        if len(batch.samples) < _PAGE:
            return
