"""What somebody must know who comes back, or takes over: what is so now, and what happened meanwhile."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from launchpad.model import events as ev
from launchpad.model.definition import Definition
from launchpad.model.events import AnyEvent, Event
from launchpad.model.journal import Recorded
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value, format_clock, format_duration
from launchpad.rules.narrate import narrate
from launchpad.rules.view import IncidentView, View
from launchpad.rules.view.brief import brief

ABSENCE = 600.0
"""Seconds without an act of their own after which somebody was away."""
_MOST = 30
"""Lines that each chapter holds at most."""

_CHAPTERS: Mapping[str, tuple[type[Event], ...]] = {
    "incidents": (
        ev.IncidentDeclared,
        ev.IncidentImpactStated,
        ev.IncidentGraded,
        ev.IncidentCommanded,
        ev.IncidentUpdated,
        ev.IncidentTaskAdded,
        ev.IncidentTaskDone,
        ev.IncidentMitigating,
        ev.IncidentResolved,
        ev.IncidentReviewed,
    ),
    "alerts": (
        ev.AlertChanged,
        ev.AlertAcknowledged,
        ev.AlertEscalated,
        ev.AlertSilenced,
        ev.AlertUnsilenced,
    ),
    "rollouts": (
        ev.RolloutObserved,
        ev.RolloutJudged,
        ev.RolloutAdvanceAnnounced,
        ev.RolloutAdvanceWithdrawn,
        ev.RolloutVetoed,
    ),
    "overrides": (ev.RunGlassBroken,),
    "runs": (
        ev.RunStarted,
        ev.RunSucceeded,
        ev.RunFailed,
        ev.RunInterrupted,
        ev.RunResolved,
        ev.AbortRequested,
        ev.RunAborted,
        ev.RunRejected,
        ev.RunRefused,
    ),
    "launch": (),
    "votes": (ev.PollCalled, ev.PollAnswered, ev.PollClosed),
    "items": (
        ev.ItemTicked,
        ev.ItemReopened,
        ev.ItemFailed,
        ev.ItemSkipped,
        ev.ItemAdded,
        ev.ItemAssigned,
        ev.ItemChecked,
        ev.SmokeRan,
    ),
    "notes": (ev.NoteWritten, ev.ItemCommented, ev.EvidenceAdded),
}
"""From the gravest on. What stands in none of them, and is not left out, is the launch's own."""
_LEFT_OUT = frozenset(
    {
        ev.ObjectiveChanged,
        ev.AlertEased,
        ev.CheckRequested,
        ev.SmokeRequested,
        ev.MigrationsRead,
        ev.RunRequested,
        ev.RunPlanned,
        ev.RunConfirmed,
        ev.RunApproved,
        ev.RunRetracted,
        ev.StepIntended,
        ev.StepRunning,
        ev.StepSucceeded,
        ev.StepFailed,
        ev.StepInterrupted,
        ev.StepAborted,
        ev.MessageIntended,
        ev.MessageAnswered,
        ev.ActionProbed,
        ev.TextRedacted,
        ev.MentionsRead,
    }
)
"""Steps on the way to something that is told itself."""
_CHAPTER_OF: Mapping[type, str] = {
    **{kind: "launch" for kind in AnyEvent.__args__ if kind not in _LEFT_OUT},
    **{kind: chapter for chapter, kinds in _CHAPTERS.items() for kind in kinds},
}
_WORDS: Mapping[str, str] = {"launch": "change"}
"""What one entry of a chapter is called, where it is not the chapter's name without its s."""
_BY_SUBJECT = ("incidents", "alerts", "rollouts", "runs")
"""Chapters in which a thing counts once, however much became of it."""


class Line(Value):
    """Something that happened."""

    at: Micros
    by: str
    text: str
    style: str
    """How grave it is, as `narrate` says."""


class Chapter(Value):
    """What happened of one kind, the newest first."""

    name: str
    lines: tuple[Line, ...]
    left_out: int = 0
    """Older lines beyond the most that a chapter holds."""


class Handover(Value):
    """What has to be known."""

    since: Micros
    standing: str
    """The launch in one sentence."""
    now: tuple[str, ...]
    """What is open, and who has it; the gravest first."""
    chapters: tuple[Chapter, ...]
    """What happened since, the gravest first."""
    headline: str
    """`3 alerts, 1 run`; empty when nothing happened that matters."""


def last_act(events: Sequence[Recorded], who: str) -> Micros | None:
    """When this person last did anything; None if never. To look at something is not to do anything."""
    acts = (r.at for r in reversed(events) if r.actor == who and not isinstance(r.event, ev.MentionsRead))
    return next(acts, None)


def handover(view: View, events: Sequence[Recorded], who: str, since: Micros) -> Handover:
    """For `who`, about what others and the engine did after `since`."""
    begin = bisect_left(events, since + 1, key=lambda recorded: recorded.at)
    told = [recorded for recorded in events[begin:] if recorded.actor != who]
    chapters = tuple(_chapters(told, view.definition))
    return Handover(
        since=since,
        standing=brief(view),
        now=tuple(clean(line, 500) for line in _now(view, who)),
        chapters=chapters,
        headline=_headline(told),
    )


def _chapter_of(recorded: Recorded) -> str | None:
    if getattr(recorded.event, "overridden", False):
        return "overrides"
    if isinstance(recorded.event, ev.AlertChanged) and recorded.event.status not in ("firing", "resolved"):
        return None
    if isinstance(recorded.event, ev.RolloutJudged) and recorded.event.verdict != "bad":
        return None
    return _CHAPTER_OF.get(type(recorded.event))


def _chapters(told: Sequence[Recorded], definition: Definition) -> Iterator[Chapter]:
    by_name: dict[str, list[Recorded]] = {name: [] for name in _CHAPTERS}
    for recorded in reversed(told):
        if chapter := _chapter_of(recorded):
            by_name[chapter].append(recorded)
    for name, found in by_name.items():
        if found:
            lines = tuple(_line(recorded, definition) for recorded in found[:_MOST])
            yield Chapter(name=name, lines=lines, left_out=len(found) - len(lines))


def _line(recorded: Recorded, definition: Definition) -> Line:
    sentence = narrate(recorded, definition)
    return Line(at=recorded.at, by=recorded.actor, text=clean(sentence.text, 500), style=sentence.style)


def _headline(told: Sequence[Recorded]) -> str:
    about: dict[str, set[str]] = {name: set() for name in _CHAPTERS}
    for recorded in told:
        if chapter := _chapter_of(recorded):
            about[chapter].add(recorded.subject if chapter in _BY_SUBJECT else str(recorded.seq))
    counts = {_WORDS.get(name, name.removesuffix("s")): len(things) for name, things in about.items()}
    return ", ".join(f"{count} {word}{'s' * (count > 1)}" for word, count in counts.items() if count)


def _now(view: View, who: str) -> Iterator[str]:
    zone = view.definition.zone
    for shown in view.incidents:
        if shown.state.open:
            yield _incident(shown, zone, view.now)
    for alert in view.alerts:
        if alert.state.status == "firing":
            holder = alert.state.acknowledged_by
            owner = f"{holder} has it" if holder else alert.page or "nobody has it yet"
            lasted = format_duration(alert.lasted)
            yield f"{alert.severity} {alert.rule}: {alert.shown} for {lasted}; {alert.muted or owner}"
    for rollout in view.rollouts:
        if rollout.status not in ("not started", "complete"):
            coming = rollout.coming(view.now)
            yield f"{rollout.name} is {rollout.standing}" + (f"; {coming}" if coming else "")
    for run in view.runs:
        if not run.state.ended and not run.expired:
            waits = f", waits for {run.waits_for}" if run.waits_for else ""
            yield f"{run.state.id} is {run.state.status}{waits}"
    yield from _standing_orders(view)
    late = [item.id for item in view.items if item.overdue]
    if late:
        yield f"overdue: {', '.join(late)}"
    left = [item for item in view.items if not item.finished]
    mine = [item.id for item in left if item.state.assignee == who]
    if mine:
        yield f"yours: {', '.join(mine)}"


def _incident(shown: IncidentView, zone: str, now: Micros) -> str:
    state = shown.state
    told = f"{state.id} {state.severity} {state.status}: {shown.title}; {shown.commander}"
    if state.next_at is None:
        return told
    return (
        f"{told}; update {'was due' if shown.update_late else 'at'} {format_clock(state.next_at, zone, now)}"
    )


def _standing_orders(view: View) -> Iterator[str]:
    """Who holds what."""
    hold, seat = view.state.hold, view.state.seat
    if hold is not None:
        lasted = format_duration((view.now - hold.since) // SECOND)
        yield f"{hold.by} has held the countdown for {lasted}: {hold.reason}"
    if seat is not None:
        yield f"{seat.holder} holds the director's seat: {seat.reason}"
    for lock in view.locks:
        target = "everything" if lock.target == "*" else lock.target
        yield f"{target} is locked by {lock.owner}: {lock.reason}"
