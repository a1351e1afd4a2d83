"""What an operator can ask of the desk: one frozen struct for each verb.

A command names what is wanted, never who wants it: identity is the desk's. `expect` is the last sequence
number of the subject that the operator saw (None: whatever it is now).
"""

from launchpad.model.definition import Definition, Phase, Role, Severity
from launchpad.model.events import Answer, Auth, Delivery, Outcome, ReportSection, Resolution
from launchpad.model.values import Value


class Identity(Value):
    """Who acts, and how we know."""

    name: str
    role: Role
    teams: tuple[str, ...] = ()
    auth: Auth = "os"

    @property
    def proven(self) -> bool:
        """Known by a key or a login. A claimed name (`--as`) can ask, but lends no approval its weight."""
        return self.auth in ("key", "os")


class Command(Value, tag_field="verb"):
    """Base of all commands."""


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


class Tick(Command, tag="tick"):
    item: str
    evidence: str = ""
    expect: int | None = None


class Untick(Command, tag="untick"):
    item: str
    text: str = ""
    expect: int | None = None


class Fail(Command, tag="fail"):
    item: str
    text: str
    expect: int | None = None


class Skip(Command, tag="skip"):
    item: str
    text: str
    expect: int | None = None


class Assign(Command, tag="assign"):
    item: str
    assignee: str | None
    expect: int | None = None


class Comment(Command, tag="comment"):
    item: str
    text: str


class AddEvidence(Command, tag="evidence"):
    item: str
    text: str


class RequestCheck(Command, tag="check"):
    item: str


class WriteNote(Command, tag="note"):
    text: str


class Acknowledge(Command, tag="ack"):
    alert: str
    text: str = ""


class RequestRun(Command, tag="request"):
    action: str
    params: dict[str, str] = {}


class ConfirmRun(Command, tag="confirm"):
    run: str
    digest: str
    override: str = ""


class ApproveRun(Command, tag="approve"):
    run: str
    digest: str


class RejectRun(Command, tag="reject"):
    run: str
    text: str = ""


class RetractRun(Command, tag="retract"):
    """By the requester: the request. By an approver: the approval."""

    run: str


class AbortRun(Command, tag="abort"):
    run: str
    text: str = ""


class ResolveRun(Command, tag="resolve"):
    run: str
    resolution: Resolution
    text: str = ""
    expect: int | None = None


class Lock(Command, tag="lock"):
    """Keeps runs off a target, across launches. `target` is a provider's name, or `*` for all."""

    target: str
    text: str
    seconds: float


class Unlock(Command, tag="unlock"):
    target: str


class AddItem(Command, tag="add"):
    """Something to do that nobody had thought of."""

    title: str
    id: str = ""
    """Empty: made from the title."""
    phase: Phase | None = None
    """Absent: the present one."""
    team: str | None = None
    required: bool = False
    due: float | None = None
    """Seconds from T-0."""
    every: float | None = None
    """Seconds between two occurrences, the first when it is due; absent: once."""
    until: float | None = None
    """Seconds from T-0 after which it recurs no more."""


class BreakGlass(Command, tag="break-glass"):
    """Lets a confirmed plan run without the approvals that it lacks."""

    run: str
    digest: str
    text: str


class TakeSeat(Command, tag="seat-take"):
    """By a deputy while no director is there; by a director, to take it back."""

    text: str = ""
    expect: int | None = None


class HandSeat(Command, tag="seat-hand"):
    to: str
    text: str
    expect: int | None = None


class RecordChannelTest(Command, tag="channel-test"):
    """What a test message to a recipient came to."""

    channel: str
    to: str
    outcome: Delivery
    detail: str = ""


class NoteForReport(Command, tag="report-note"):
    """Also once the launch is closed."""

    section: ReportSection
    text: str
    owner: str = ""


class ReadMentions(Command, tag="mentions-read"):
    upto: int
    """The last event that was looked at."""


class CallPoll(Command, tag="poll-call"):
    teams: tuple[str, ...] = ()
    """Empty: those that the gate ahead waits for, or all that somebody speaks for."""
    text: str = ""
    expect: int | None = None


class AnswerPoll(Command, tag="poll-answer"):
    answer: Answer
    team: str = ""
    """Empty: the one that the operator speaks for."""
    text: str = ""
    expect: int | None = None


class ClosePoll(Command, tag="poll-close"):
    expect: int | None = None


class Redact(Command, tag="redact"):
    seq: int
    text: str
    """Why."""


class SilenceAlert(Command, tag="silence"):
    """Nobody is told of the alert for a while; it is shown as ever."""

    alert: str
    text: str
    seconds: float


class UnsilenceAlert(Command, tag="unsilence"):
    alert: str


class MarkCriterion(Command, tag="criterion"):
    """Says whether a rollback criterion that people judge is met."""

    criterion: str
    met: bool
    text: str = ""
    """What was seen."""
    expect: int | None = None


class Amend(Command, tag="amend"):
    """Puts another definition in the place of the one that holds."""

    definition: Definition
    base: str
    """Digest of the definition that the operator saw."""
    text: str


class _OfIncident(Command, kw_only=True):
    incident: str = ""
    """Empty: the gravest that is open."""


class DeclareIncident(Command, tag="incident-declare"):
    """Says that this is an incident. Whoever declares it from an alert has that alert."""

    text: str = ""
    """What is wrong; may be empty where an alert says it."""
    severity: Severity | None = None
    """Absent: the alert's."""
    alert: str = ""
    impact: str = ""
    commander: str = ""


class UpdateIncident(_OfIncident, tag="incident-update"):
    """Any of: how it stands, whom it hits, how grave it is."""

    text: str = ""
    impact: str = ""
    severity: Severity | None = None
    next_in: float | None = None
    """Seconds until the next update. Absent: as the severity asks."""


class CommandIncident(_OfIncident, tag="incident-command"):
    commander: str = ""
    """Empty: whoever asks."""
    expect: int | None = None


class AddIncidentTask(_OfIncident, tag="incident-task"):
    text: str
    assignee: str | None = None


class FinishIncidentTask(_OfIncident, tag="incident-done"):
    task: int


class MitigateIncident(_OfIncident, tag="incident-mitigate"):
    text: str = ""
    expect: int | None = None


class ResolveIncident(_OfIncident, tag="incident-resolve"):
    text: str
    """The cause."""
    expect: int | None = None


class ReviewIncident(_OfIncident, tag="incident-review"):
    text: str
    """What was learnt."""
    expect: int | None = None


class BumpRollout(Command, tag="bump"):
    """Asks for a run that gives the release to more users."""

    rollout: str
    percent: float | None = None
    """Absent: the next stage's."""
    expect: int | None = None


class HaltRollout(Command, tag="halt"):
    """Stops a rollout, and every run on it; `*` all that may be rolling."""

    rollout: str
    text: str = ""


class ResumeRollout(Command, tag="rollout-resume"):
    rollout: str
    expect: int | None = None


class CompleteRollout(Command, tag="rollout-complete"):
    """Asks for a run that gives the release to everybody."""

    rollout: str
    expect: int | None = None


class VetoRollout(Command, tag="veto"):
    """Keeps the engine from taking the next step."""

    rollout: str
    text: str


class RequestChecks(Command, tag="check-all"):
    """All checks at once, of a phase or a team where one is named."""

    phase: Phase | None = None
    team: str | None = None


AnyCommand = (
    OpenLaunch
    | CloseLaunch
    | EnterPhase
    | HoldCountdown
    | ResumeCountdown
    | SlipCountdown
    | Tick
    | Untick
    | Fail
    | Skip
    | Assign
    | Comment
    | AddEvidence
    | RequestCheck
    | WriteNote
    | Acknowledge
    | RequestRun
    | ConfirmRun
    | ApproveRun
    | RejectRun
    | RetractRun
    | AbortRun
    | ResolveRun
    | Lock
    | Unlock
    | Redact
    | CallPoll
    | AnswerPoll
    | ClosePoll
    | TakeSeat
    | HandSeat
    | AddItem
    | BreakGlass
    | SilenceAlert
    | UnsilenceAlert
    | RecordChannelTest
    | NoteForReport
    | MarkCriterion
    | Amend
    | DeclareIncident
    | UpdateIncident
    | CommandIncident
    | AddIncidentTask
    | FinishIncidentTask
    | MitigateIncident
    | ResolveIncident
    | ReviewIncident
    | ReadMentions
    | BumpRollout
    | HaltRollout
    | ResumeRollout
    | CompleteRollout
    | VetoRollout
    | RequestChecks
)

VERBS: dict[str, type[Command]] = {str(cls.__struct_config__.tag): cls for cls in AnyCommand.__args__}


def verb_of(command: Command) -> str:
    return str(command.__struct_config__.tag)


class Done(Value):
    """What the desk answers when it did what was asked.

    `already` is set when somebody else had done the very same first: nothing was written, `by` did it.
    """

    seq: int
    """The last sequence number of the subject, for a later `expect`."""
    message: str
    """One sentence for the operator."""
    subject: str = ""
    already: bool = False
