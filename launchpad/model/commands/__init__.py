"""What an operator can ask of the desk: one frozen struct for each verb.

A command names what is wanted, never who wants it: identity is the desk's. `expect` is the last sequence
number of the subject that the operator saw (None: whatever it is now).
"""

from launchpad.model.commands.alerts import Acknowledge, SilenceAlert, UnsilenceAlert
from launchpad.model.commands.base import Command, Done, Identity
from launchpad.model.commands.checklist import (
    AddEvidence,
    AddItem,
    Assign,
    Comment,
    Fail,
    RequestCheck,
    RequestChecks,
    Skip,
    Tick,
    Untick,
)
from launchpad.model.commands.incidents import (
    AddIncidentTask,
    CommandIncident,
    DeclareIncident,
    FinishIncidentTask,
    MitigateIncident,
    ResolveIncident,
    ReviewIncident,
    UpdateIncident,
)
from launchpad.model.commands.launch import (
    AcceptLoss,
    Amend,
    CloseLaunch,
    EnterPhase,
    HandSeat,
    HoldCountdown,
    MarkCriterion,
    NoteForReport,
    OpenLaunch,
    ReadMentions,
    RecordChannelTest,
    Redact,
    ResumeCountdown,
    SlipCountdown,
    TakeSeat,
    WriteNote,
)
from launchpad.model.commands.polls import AnswerPoll, CallPoll, ClosePoll
from launchpad.model.commands.rollouts import (
    BumpRollout,
    CompleteRollout,
    HaltRollout,
    ResumeRollout,
    VetoRollout,
)
from launchpad.model.commands.runs import (
    AbortRun,
    ApproveRun,
    BreakGlass,
    ConfirmRun,
    Lock,
    RejectRun,
    RequestRun,
    ResolveRun,
    RetractRun,
    Unlock,
)
from launchpad.model.commands.smoke import RunSmoke

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
    | AcceptLoss
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
    | RunSmoke
)


VERBS: dict[str, type[Command]] = {str(cls.__struct_config__.tag): cls for cls in AnyCommand.__args__}


def verb_of(command: Command) -> str:
    return str(command.__struct_config__.tag)
