"""The closed set of things that can happen to a launch.

An event is a frozen struct with a `kind`, a version `v` (1 unless stated) and a `subject`: the thing it
is about (`item:dns`, `run:deploy-1`). The store keeps the last sequence number per subject, so that an
operator's act is refused when its subject has moved. Free text (comment, reason, evidence) is no field
of an event: it travels beside it in `Draft.text`, is chained by a salted digest and can be redacted.

Adding an event: a class in the module of its kin, its line in `AnyEvent`, its handler in `fold`, its
sentence in `narrate`.
"""

from functools import cache
from typing import Any

import msgspec

from launchpad.model.events.alerts import AlertEased, AlertSilenced, AlertUnsilenced
from launchpad.model.events.amendments import EngineFollowed, LaunchAmended
from launchpad.model.events.backups import BackupFoundDamaged, BackupTaken
from launchpad.model.events.base import Auth, Event
from launchpad.model.events.checklist import (
    CheckRequested,
    EvidenceAdded,
    ItemAdded,
    ItemAssigned,
    ItemChecked,
    ItemCommented,
    ItemFailed,
    ItemReopened,
    ItemSkipped,
    ItemTicked,
)
from launchpad.model.events.criteria import CriterionMarked, RollbackAdvised
from launchpad.model.events.delivery import (
    AlertEscalated,
    ChannelTested,
    Delivery,
    MessageAnswered,
    MessageIntended,
    Stage,
)
from launchpad.model.events.health import (
    AlertAcknowledged,
    AlertChanged,
    AlertStatus,
    ObjectiveChanged,
    ReadingVerdict,
)
from launchpad.model.events.incidents import (
    IncidentCommanded,
    IncidentDeclared,
    IncidentGraded,
    IncidentImpactStated,
    IncidentMitigating,
    IncidentResolved,
    IncidentReviewed,
    IncidentTaskAdded,
    IncidentTaskDone,
    IncidentUpdated,
)
from launchpad.model.events.launch import (
    CountdownHeld,
    CountdownResumed,
    CountdownSlipped,
    EngineStarted,
    EngineStopped,
    LaunchClosed,
    LaunchOpened,
    LockChanged,
    LossAccepted,
    NoteWritten,
    Outcome,
    PhaseEntered,
    TextRedacted,
    Unknown,
)
from launchpad.model.events.mentions import MentionsRead
from launchpad.model.events.migrations import MigrationsApplied, MigrationsRead
from launchpad.model.events.polls import Answer, PollAnswered, PollCalled, PollClosed, Seen
from launchpad.model.events.report import ReportNoted, ReportSection
from launchpad.model.events.rollouts import (
    RolloutAdvanceAnnounced,
    RolloutAdvanceWithdrawn,
    RolloutJudged,
    RolloutObserved,
    RolloutVetoed,
)
from launchpad.model.events.runs import (
    AbortRequested,
    ActionProbed,
    Resolution,
    RunAborted,
    RunApproved,
    RunConfirmed,
    RunFailed,
    RunGlassBroken,
    RunInterrupted,
    RunPlanned,
    RunRefused,
    RunRejected,
    RunRequested,
    RunResolved,
    RunRetracted,
    RunStarted,
    RunSucceeded,
    StepAborted,
    StepFailed,
    StepIntended,
    StepInterrupted,
    StepRunning,
    StepSucceeded,
)
from launchpad.model.events.seat import SeatReturned, SeatTaken
from launchpad.model.events.smoke import SmokeRan, SmokeRequested

AnyEvent = (
    LaunchOpened
    | LaunchClosed
    | PhaseEntered
    | CountdownHeld
    | CountdownResumed
    | CountdownSlipped
    | ItemTicked
    | ItemReopened
    | ItemFailed
    | ItemSkipped
    | ItemAssigned
    | ItemCommented
    | EvidenceAdded
    | CheckRequested
    | ItemChecked
    | NoteWritten
    | ObjectiveChanged
    | AlertChanged
    | AlertAcknowledged
    | EngineStarted
    | EngineStopped
    | RunRequested
    | RunPlanned
    | RunRefused
    | RunConfirmed
    | RunApproved
    | RunRejected
    | RunRetracted
    | RunStarted
    | StepIntended
    | StepRunning
    | StepSucceeded
    | StepFailed
    | StepInterrupted
    | StepAborted
    | RunSucceeded
    | RunFailed
    | RunInterrupted
    | RunResolved
    | AbortRequested
    | RunAborted
    | LockChanged
    | TextRedacted
    | LossAccepted
    | PollCalled
    | PollAnswered
    | PollClosed
    | ActionProbed
    | SeatTaken
    | SeatReturned
    | ItemAdded
    | RunGlassBroken
    | AlertEased
    | AlertSilenced
    | AlertUnsilenced
    | AlertEscalated
    | MessageIntended
    | MessageAnswered
    | ChannelTested
    | ReportNoted
    | CriterionMarked
    | RollbackAdvised
    | LaunchAmended
    | EngineFollowed
    | IncidentDeclared
    | IncidentImpactStated
    | IncidentGraded
    | IncidentCommanded
    | IncidentUpdated
    | IncidentTaskAdded
    | IncidentTaskDone
    | IncidentMitigating
    | IncidentResolved
    | IncidentReviewed
    | MentionsRead
    | RolloutObserved
    | RolloutJudged
    | RolloutAdvanceAnnounced
    | RolloutAdvanceWithdrawn
    | RolloutVetoed
    | BackupTaken
    | SmokeRequested
    | SmokeRan
    | MigrationsRead
    | MigrationsApplied
    | BackupFoundDamaged
)


EVENTS: dict[str, type[Event]] = {str(cls.__struct_config__.tag): cls for cls in AnyEvent.__args__}


VERSIONS: dict[str, int] = {}
"""Current version of each kind whose shape has changed since its first (absent: 1)."""


UPCASTERS: dict[tuple[str, int], Any] = {}
"""`(kind, v)` → a function from the raw body of version v to that of v + 1."""


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Event]:
    """Made when the first event of the kind is met: that takes longer than to decode a thousand."""
    return msgspec.json.Decoder(EVENTS[kind])


def kind_of(event: Event | Unknown) -> str:
    """The event's name in the journal, such as `item.ticked`."""
    return event.kind if isinstance(event, Unknown) else str(event.__struct_config__.tag)


def version_of(kind: str) -> int:
    return VERSIONS.get(kind, 1)


def encode(event: Event | Unknown) -> str:
    """The JSON that is stored and hashed; mappings keep the order in which the user wrote them."""
    if isinstance(event, Unknown):
        return event.raw
    return msgspec.json.encode(event).decode()


def decode(kind: str, v: int, body: str) -> Event | Unknown:
    """The event in a stored body, upcast step by step; `Unknown` for a kind or version of the future."""
    now = VERSIONS.get(kind, 1)
    if kind not in EVENTS or not 1 <= v <= now:
        return Unknown(kind=kind, raw=body)
    try:
        if v < now:
            raw = msgspec.json.decode(body)
            for step in range(v, now):
                raw = UPCASTERS[kind, step](raw)
            upcast: Event = msgspec.convert(raw, AnyEvent)
            return upcast
        return _decoder(kind).decode(body)
    except msgspec.DecodeError:
        # A value outside today's enumerations was written by a later version; `verify` names plain damage.
        return Unknown(kind=_said(body) or kind, raw=body)


class _Tag(msgspec.Struct):
    kind: str = ""


def _said(body: str) -> str:
    """The kind that a body itself names, whatever it is stored as."""
    try:
        return msgspec.json.decode(body, type=_Tag).kind
    except msgspec.DecodeError:
        return ""
