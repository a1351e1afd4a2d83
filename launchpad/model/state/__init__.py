"""What a journal amounts to: immutable values made by `fold`, read by everyone.

Nothing here knows the present time. What is due, stale or expired is derived by `rules.view`.
"""

from collections.abc import Mapping

from launchpad.model.definition import Action, Definition, Phase
from launchpad.model.state.alerts import Change, Silence
from launchpad.model.state.amendments import Amendment
from launchpad.model.state.backups import BackupState
from launchpad.model.state.checklist import CheckResult, ItemState, Occurrence, Remark
from launchpad.model.state.criteria import Advice, CriterionMark
from launchpad.model.state.delivery import ChannelTest, Escalation, MessageState
from launchpad.model.state.health import AlertState, ObjectiveState
from launchpad.model.state.incidents import IncidentEntry, IncidentState, IncidentTask
from launchpad.model.state.launch import EngineState, HoldState, SeatState
from launchpad.model.state.migrations import MigrationState
from launchpad.model.state.polls import PollState, Vote
from launchpad.model.state.report import ReportNote
from launchpad.model.state.rollouts import RolloutState
from launchpad.model.state.runs import Approval, Readiness, RunState, StepState
from launchpad.model.state.smoke import SmokeState
from launchpad.model.values import Micros, Value


class State(Value):
    """One launch, folded."""

    launch: str = ""
    seq: int = 0
    """Last event folded."""
    hash: str = ""
    at: Micros = 0
    """When that event happened."""
    definition: Definition | None = None
    opened_at: Micros | None = None
    opened_by: str = ""
    phase: Phase = "pre-launch"
    phase_seq: int = 0
    phase_since: Micros | None = None
    t0: Micros | None = None
    """T-0 as it stands: planned, slipped, and moved by the holds that are over."""
    hold: HoldState | None = None
    countdown_seq: int = 0
    outcome: str | None = None
    closed_at: Micros | None = None
    items: Mapping[str, ItemState] = {}
    runs: Mapping[str, RunState] = {}
    objectives: Mapping[str, ObjectiveState] = {}
    alerts: Mapping[str, AlertState] = {}
    engine: EngineState | None = None
    poll: PollState | None = None
    seat: SeatState | None = None
    """Who sits in the director's seat; None: the directors themselves."""
    seat_seq: int = 0
    readiness: Mapping[str, Readiness] = {}
    """By action: whether its providers could carry it out, as last asked."""
    unknown_kinds: tuple[str, ...] = ()
    """Kinds of events this version does not understand; if any, the launch is read-only here."""
    loss_accepted: str = ""
    """Hash of the last event by which a director went on with a journal that had lost some."""
    anomalies: int = 0
    """Events that did not fit the state they met."""
    silences: Mapping[str, Silence] = {}
    """By alert; the ones that are past, too."""
    changes: tuple[Change, ...] = ()
    """What was last done to the launch, the latest last."""
    messages: Mapping[str, MessageState] = {}
    """Who is being told what of alerts, by the message's id."""
    channel_tests: Mapping[str, ChannelTest] = {}
    """By `RECIPIENT/CHANNEL`."""
    report_notes: tuple[ReportNote, ...] = ()
    """What people said for the report, in order."""
    launched_at: Micros | None = None
    """When the phases after `pre-launch` were entered; None before, and after going back."""
    marks: Mapping[str, CriterionMark] = {}
    """By rollback criterion: what people saw since the release went out."""
    advice: Advice | None = None
    """What the rollback criteria last came to; None until they recommend something."""
    definition_seq: int = 0
    """The event since which the definition holds; a later one makes what was decided on it void."""
    definitions: Mapping[int, Definition] = {}
    """Every definition that held, by the event since which it did."""
    amendments: tuple[Amendment, ...] = ()
    """How the definition was changed, the latest last."""
    measured_since: Mapping[str, Micros] = {}
    """Signals that were once measured otherwise: samples observed before then say nothing of them."""
    incidents: Mapping[str, IncidentState] = {}
    """In the order of their declaration."""
    mentions_read: Mapping[str, int] = {}
    """By person: the last event up to which they have looked at what mentions them."""
    rollouts: Mapping[str, RolloutState] = {}
    """Those that were seen at least once."""
    backups: Mapping[str, BackupState] = {}
    """By the provider of the database; none that an earlier launch made."""
    smoke: Mapping[str, SmokeState] = {}
    """Smoke tests that ran or were asked for."""
    migrations: Mapping[str, MigrationState] = {}
    """By the provider of the database."""
    damaged_backups: Mapping[str, tuple[str, ...]] = {}
    """By the provider of the database: the names of those that a restore found damaged, whoever made them."""

    @property
    def open(self) -> bool:
        return self.definition is not None and self.outcome is None

    @property
    def read_only(self) -> str:
        """Why nothing may be written, or the empty string."""
        if self.unknown_kinds:
            kinds = ", ".join(self.unknown_kinds[:3])
            return f"a newer Launchpad wrote to this launch ({kinds}); update this one to take part"
        if self.outcome is not None:
            return f"the launch is closed ({self.outcome})"
        return ""

    @property
    def live_run(self) -> RunState | None:
        """The run that matters most on a screen: an active one, else the newest that has not ended."""
        unfinished = [run for run in self.runs.values() if not run.ended]
        return max(unfinished, key=lambda run: (run.status in _AT_WORK, run.seq), default=None)

    def next_run_id(self, action: str) -> str:
        """The id that the next run of an action gets: `deploy-2`."""
        return f"{action}-{sum(run.action == action for run in self.runs.values()) + 1}"

    def action(self, name: str) -> Action | None:
        return self.definition.actions.get(name) if self.definition else None


_AT_WORK = ("running", "aborting", "interrupted", "approved")
