"""What is expected of a rehearsal, judged on what it left: view, journal, the product's record."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from launchpad.model import events as ev
from launchpad.model.journal import Recorded
from launchpad.model.values import SECOND, Micros, Value, format_duration, parse_duration
from launchpad.rehearsal import instants
from launchpad.rehearsal.conditions import Condition, condition
from launchpad.rules.view import View

Verdict = Literal["ok", "broken", "not reached"]
_WITHIN = re.compile(r"(?P<what>.+) within (?P<span>\S+) of (?P<since>.+)")


class Outcome(Value):
    """An expectation, judged."""

    sentence: str
    verdict: Verdict
    detail: str = ""
    """The numbers that it rests on."""


class Record(NamedTuple):
    """What a rehearsal left."""

    view: View
    events: Sequence[Recorded]
    moments: Mapping[str, Micros]
    """When each moment of the product first began."""
    ledger: Sequence[str]
    """What was really carried out: a nonce for each operation, in order."""
    broken: str
    """Why the journal does not verify; empty if it does."""
    stopped: bool
    """Whether the script came to a step that it could not take."""


class Expectation(NamedTuple):
    sentence: str
    judge: Callable[[Record], tuple[Verdict, str]]

    def judged(self, record: Record) -> Outcome:
        verdict, detail = self.judge(record)
        return Outcome(sentence=self.sentence, verdict=verdict, detail=detail)


def expectation(text: str) -> Expectation:
    """Reads `INSTANT within DURATION of INSTANT`, a condition, or one of `PHRASES`. Raises ValueError."""
    if text in PHRASES:
        return Expectation(text, PHRASES[text])
    if match := _WITHIN.fullmatch(text):
        for part in (match["what"], match["since"]):
            if not instants.well_formed(part):
                raise ValueError(f"'{part}' is no instant, expected one of {', '.join(instants.FORMS)}")
        span = parse_duration(match["span"])
        return Expectation(text, lambda record: _within(record, match["what"], span, match["since"]))
    wanted = condition(text)
    return Expectation(text, lambda record: _holds(record, wanted))


def _within(record: Record, what: str, span: float, since: str) -> tuple[Verdict, str]:
    begin, end = (
        instants.instant(text, record.view.state, record.events, record.moments) for text in (since, what)
    )
    if begin is None:
        return _short(record), f"{since}: never"
    if end is None:
        return ("not reached" if record.stopped else "broken"), f"{what}: never"
    took = (end - begin) / SECOND
    return ("ok" if took <= span else "broken"), format_duration(round(took, 1))


def _holds(record: Record, wanted: Condition) -> tuple[Verdict, str]:
    if wanted.holds(record.view):
        return "ok", ""
    return _short(record), wanted.told(record.view)


def _short(record: Record) -> Verdict:
    """The verdict on what is not there: after a stop it might have come."""
    return "not reached" if record.stopped else "broken"


def _verifies(record: Record) -> tuple[Verdict, str]:
    count = f"{record.view.state.seq} events"
    return ("broken", record.broken) if record.broken else ("ok", count)


def _nothing_twice(record: Record) -> tuple[Verdict, str]:
    """Each mutation was intended in the journal, and none was carried out more than once."""
    intended = {e.event.nonce for e in record.events if isinstance(e.event, ev.StepIntended)}
    times = Counter(record.ledger)
    twice = [nonce for nonce, count in times.items() if count > 1]
    unknown = [nonce for nonce in times if nonce not in intended]
    if twice or unknown:
        return "broken", f"{len(twice)} carried out twice, {len(unknown)} of which the journal knows nothing"
    return "ok", f"{len(times)} carried out, none twice"


def _targets(record: Record) -> tuple[Verdict, str]:
    """Everything that is promised of an incident was kept."""
    promised = [
        time
        for shown in record.view.incidents
        for time in (*shown.milestones, *shown.recovery)
        if time.within
    ]
    late = [time for time in promised if time.late]
    if late:
        return "broken", "; ".join(time.sentence for time in late)
    if not promised:
        return _short(record), "no incident was declared"
    waiting = [time for time in promised if time.at is None]
    if waiting:
        return _short(record), "; ".join(time.sentence for time in waiting)
    return "ok", "; ".join(time.sentence for time in promised)


PHRASES: dict[str, Callable[[Record], tuple[Verdict, str]]] = {
    "the journal verifies": _verifies,
    "nothing ran twice": _nothing_twice,
    "every target is met": _targets,
}
