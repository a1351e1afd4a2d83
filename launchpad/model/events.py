"""The closed set of things that can happen to a launch.

An event is a frozen struct with a `kind`, a version `v` (1 unless stated) and a `subject`: the thing it
is about (`item:dns`, `run:deploy-1`). The store keeps the last sequence number per subject, so that an
operator's act is refused when its subject has moved. Free text (comment, reason, evidence) is no field
of an event: it travels beside it in `Draft.text`, is chained by a salted digest and can be redacted.

Adding an event: a class here, its line in `AnyEvent`, its handler in `fold`, its sentence in `narrate`.
"""

from typing import Any, Literal

import msgspec

from launchpad.model.definition import Definition, Phase, Severity
from launchpad.model.plan import GateReport, Plan
from launchpad.model.values import Micros, Value

Auth = Literal["key", "os", "claimed", "engine"]
"""How the actor was known: SSH key, OS user, `--as`, the engine itself."""

ReadingVerdict = Literal["ok", "bad", "unknown"]
AlertStatus = Literal["inactive", "pending", "firing", "resolved"]
Outcome = Literal["success", "partial", "failed", "aborted"]
Resolution = Literal["retry", "skip", "done", "roll-back"]


class Event(Value, tag_field="kind"):
    """Base of all events."""

    @property
    def subject(self) -> str:
        return "launch"


class _OfItem(Event):
    item: str

    @property
    def subject(self) -> str:
        return f"item:{self.item}"


class _OfRun(Event):
    run: str

    @property
    def subject(self) -> str:
        return f"run:{self.run}"


class _OfStep(_OfRun):
    step: int
    """Index into the plan's steps."""


class LaunchOpened(Event, tag="launch.opened"):
    """The first event of every journal; carries all that is needed to read the rest."""

    definition: Definition
    format: int


class LaunchClosed(Event, tag="launch.closed"):
    outcome: Outcome


class PhaseEntered(Event, tag="phase.entered"):
    phase: Phase
    gate: GateReport | None = None
    """The gate as it stood."""
    overridden: bool = False
    """Entered against the gate; the reason is the event's text."""

    @property
    def subject(self) -> str:
        return "phase"


class _OfCountdown(Event):
    @property
    def subject(self) -> str:
        return "countdown"


class CountdownHeld(_OfCountdown, tag="countdown.held"):
    """The clock stands still; the reason is the event's text."""


class CountdownResumed(_OfCountdown, tag="countdown.resumed"):
    """The clock goes on: T-0 moves by as long as the hold lasted."""


class CountdownSlipped(_OfCountdown, tag="countdown.slipped"):
    """T-0 moves; the reason is the event's text."""

    seconds: float
    """Later if positive."""


class ItemTicked(_OfItem, tag="item.ticked"):
    """Done; the event's text is the evidence given, if any."""


class ItemReopened(_OfItem, tag="item.reopened"):
    """Retracted: open again."""


class ItemFailed(_OfItem, tag="item.failed"):
    """Found not to hold; the reason is the event's text."""


class ItemSkipped(_OfItem, tag="item.skipped"):
    """Left out; the reason is the event's text."""


class ItemAssigned(_OfItem, tag="item.assigned"):
    assignee: str | None


class ItemCommented(_OfItem, tag="item.commented"):
    @property
    def subject(self) -> str:
        # A remark must not make a colleague's tick collide.
        return f"remarks:{self.item}"


class EvidenceAdded(_OfItem, tag="item.evidence"):
    @property
    def subject(self) -> str:
        return f"remarks:{self.item}"


class CheckRequested(_OfItem, tag="item.check-requested"):
    """An operator wants the item's automated check run now."""

    @property
    def subject(self) -> str:
        return f"check:{self.item}"


class ItemChecked(_OfItem, tag="item.checked"):
    """The engine ran the item's check. Appended when its verdict changes, when a pass is renewed before
    it expires, and as the answer to a request."""

    verdict: ReadingVerdict
    reason: str
    observed_at: Micros


class NoteWritten(Event, tag="note.written"):
    """A line in the war-room log; the line is the event's text."""

    @property
    def subject(self) -> str:
        return "notes"


class ObjectiveChanged(Event, tag="objective.changed"):
    """An objective's verdict changed; the numbers are those it was judged on."""

    objective: str
    verdict: ReadingVerdict
    value: float | None
    limit: float
    n: int
    window: float
    reason: str = ""

    @property
    def subject(self) -> str:
        return f"objective:{self.objective}"


class AlertChanged(Event, tag="alert.changed"):
    """An alert moved through its life."""

    alert: str
    status: AlertStatus
    severity: Severity
    value: float | None
    n: int

    @property
    def subject(self) -> str:
        return f"alert:{self.alert}"


class AlertAcknowledged(Event, tag="alert.acknowledged"):
    """Somebody has it; the event's text says what they know."""

    alert: str

    @property
    def subject(self) -> str:
        return f"alert:{self.alert}"


class EngineStarted(Event, tag="engine.started"):
    """An engine took the lease."""

    holder: str
    epoch: int
    host: str
    version: str

    @property
    def subject(self) -> str:
        return "engine"


class EngineStopped(Event, tag="engine.stopped"):
    holder: str
    epoch: int

    @property
    def subject(self) -> str:
        return "engine"


class RunRequested(_OfRun, tag="run.requested"):
    action: str
    params: dict[str, str] = {}


class RunPlanned(_OfRun, tag="run.planned"):
    """The engine says what the run would do."""

    plan: Plan
    digest: str
    gate: GateReport | None
    expires_at: Micros
    """Until when it may be confirmed, approved and started."""


class RunRefused(_OfRun, tag="run.refused"):
    """The engine can't plan it, or its gate closed before the start; the reason is in `reason`."""

    reason: str


class RunConfirmed(_OfRun, tag="run.confirmed"):
    """The requester saw the plan and wants it."""

    digest: str
    overridden: bool = False
    """The gate is overridden; the reason is the event's text."""


class RunApproved(_OfRun, tag="run.approved"):
    """Somebody else than the requester agrees to this very plan."""

    digest: str


class RunRejected(_OfRun, tag="run.rejected"):
    """Somebody else than the requester says no."""


class RunRetracted(_OfRun, tag="run.retracted"):
    """The request, or the actor's own approval of it, is taken back."""

    what: Literal["request", "approval"]


class RunStarted(_OfRun, tag="run.started"):
    epoch: int
    gate: GateReport | None = None


class StepIntended(_OfStep, tag="step.intended"):
    """Appended, fenced by the lease's epoch, before the provider is asked to change anything."""

    epoch: int
    nonce: str
    """Given to the provider, so that the step can be found again after a crash."""
    attempt: int = 1
    gate: GateReport | None = None


class StepRunning(_OfStep, tag="step.running"):
    """The provider took it on under an id of its own."""

    provider_id: str


class StepSucceeded(_OfStep, tag="step.succeeded"):
    detail: str = ""


class StepFailed(_OfStep, tag="step.failed"):
    reason: str


class StepInterrupted(_OfStep, tag="step.interrupted"):
    """Nobody knows how it ended; a person decides."""

    reason: str


class StepAborted(_OfStep, tag="step.aborted"):
    detail: str = ""


class RunSucceeded(_OfRun, tag="run.succeeded"):
    pass


class RunFailed(_OfRun, tag="run.failed"):
    reason: str


class RunInterrupted(_OfRun, tag="run.interrupted"):
    reason: str


class RunResolved(_OfRun, tag="run.resolved"):
    """A person decides how an interrupted run goes on."""

    resolution: Resolution


class AbortRequested(_OfRun, tag="run.abort-requested"):
    pass


class RunAborted(_OfRun, tag="run.aborted"):
    pass


class LockChanged(Event, tag="lock.changed"):
    """A deploy lock was taken (with its reason as text) or released. The lock itself lives in the store."""

    target: str
    held: bool
    until: Micros | None = None

    @property
    def subject(self) -> str:
        return f"lock:{self.target}"


class TextRedacted(Event, tag="text.redacted"):
    """The free text of an earlier event was removed; the chain holds without it."""

    seq: int

    @property
    def subject(self) -> str:
        return f"text:{self.seq}"


class Unknown(Value):
    """An event of a later version: kept and chained, not understood. Makes the launch read-only here."""

    kind: str
    raw: str

    @property
    def subject(self) -> str:
        return "unknown"


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
)

EVENTS: dict[str, type[Event]] = {str(cls.__struct_config__.tag): cls for cls in AnyEvent.__args__}
VERSIONS: dict[str, int] = {}
"""Current version of each kind whose shape has changed since its first (absent: 1)."""
UPCASTERS: dict[tuple[str, int], Any] = {}
"""`(kind, v)` → a function from the raw body of version v to that of v + 1."""

_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


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
    if kind not in EVENTS or not 1 <= v <= version_of(kind):
        return Unknown(kind=kind, raw=body)
    try:
        if v < version_of(kind):
            raw = msgspec.json.decode(body)
            for step in range(v, version_of(kind)):
                raw = UPCASTERS[kind, step](raw)
            upcast: Event = msgspec.convert(raw, AnyEvent)
            return upcast
        return _decoder.decode(body)
    except msgspec.DecodeError:
        # A value outside today's enumerations was written by a later version; `verify` names plain damage.
        return Unknown(kind=kind, raw=body)
