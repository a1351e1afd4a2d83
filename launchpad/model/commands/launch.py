"""The launch as a whole: phases, countdown, seat, amendments, the war-room log."""

from launchpad.model.commands.base import Command
from launchpad.model.definition import Definition, Phase
from launchpad.model.events import Delivery, Outcome, ReportSection


class OpenLaunch(Command, tag="open"):
    launch: str
    definition: Definition


class CloseLaunch(Command, tag="close"):
    outcome: Outcome
    text: str = ""


class EnterPhase(Command, tag="phase"):
    phase: Phase
    override: str = ""
    """Reason for going against the gate; directors only."""
    expect: int | None = None


class HoldCountdown(Command, tag="hold"):
    text: str


class ResumeCountdown(Command, tag="resume"):
    expect: int | None = None


class SlipCountdown(Command, tag="slip"):
    seconds: float
    text: str = ""
    expect: int | None = None


class WriteNote(Command, tag="note"):
    text: str


class ReadMentions(Command, tag="mentions-read"):
    upto: int
    """The last event that was looked at."""


class Redact(Command, tag="redact"):
    seq: int
    text: str
    """Why."""


class AcceptLoss(Command, tag="accept-loss"):
    """Goes on with a journal that has lost its last events."""

    head: str
    """Hash of the last of them that was read anywhere."""
    text: str
    """Why."""


class Amend(Command, tag="amend"):
    """Puts another definition in the place of the one that holds."""

    definition: Definition
    base: str
    """Digest of the definition that the operator saw."""
    text: str


class NoteForReport(Command, tag="report-note"):
    """Also once the launch is closed."""

    section: ReportSection
    text: str
    owner: str = ""


class MarkCriterion(Command, tag="criterion"):
    """Says whether a rollback criterion that people judge is met."""

    criterion: str
    met: bool
    text: str = ""
    """What was seen."""
    expect: int | None = None


class RecordChannelTest(Command, tag="channel-test"):
    """What a test message to a recipient came to."""

    channel: str
    to: str
    outcome: Delivery
    detail: str = ""


class TakeSeat(Command, tag="seat-take"):
    """By a deputy while no director is there; by a director, to take it back."""

    text: str = ""
    expect: int | None = None


class HandSeat(Command, tag="seat-hand"):
    to: str
    text: str
    expect: int | None = None
