"""The launch as a whole: its opening, its phases, its countdown, its log."""

from typing import Literal

from launchpad.model.definition import Definition, Phase
from launchpad.model.events.base import Event
from launchpad.model.plan import GateReport
from launchpad.model.values import Micros, Value

Outcome = Literal["success", "partial", "failed", "aborted"]


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


class NoteWritten(Event, tag="note.written"):
    """A line in the war-room log; the line is the event's text."""

    @property
    def subject(self) -> str:
        return "notes"


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


class LockChanged(Event, tag="lock.changed"):
    """A deploy lock was taken (with its reason as text) or released. The lock itself lives in the store."""

    target: str
    held: bool
    until: Micros | None = None
    run: str = ""
    """The run after which it is held; empty: somebody took it."""

    @property
    def subject(self) -> str:
        return f"lock:{self.target}"


class TextRedacted(Event, tag="text.redacted"):
    """The free text of an earlier event was removed; the chain holds without it."""

    seq: int

    @property
    def subject(self) -> str:
        return f"text:{self.seq}"


class LossAccepted(Event, tag="loss.accepted"):
    """A director goes on with a journal that has lost its last events, as after a failover to a copy that had
    not received them; the reason is the event's text."""

    head: str
    """Hash of the last event that is known to have been read and is gone."""

    @property
    def subject(self) -> str:
        return "journal"


class Unknown(Value):
    """An event of a later version: kept and chained, not understood. Makes the launch read-only here."""

    kind: str
    raw: str

    @property
    def subject(self) -> str:
        return "unknown"
