"""What a launch is made of: the resolved definition that the event `launch.opened` carries.

Field names are what users write in `launchpad.yaml`; `config` reads YAML against these very types, and
its JSON Schema is generated from them, so that a key is declared once. A union member (a gate's
condition) is recognised in YAML by its first field, in the journal by its tag; a probe
in both by the value of `probe`.
"""

import hashlib

import msgspec

from launchpad.model.definition.actions import Action, Given, OnFailure, Provider, Step
from launchpad.model.definition.backups import Dump, Keep, Restoration
from launchpad.model.definition.checklist import Item
from launchpad.model.definition.checks import (
    BackupProof,
    Check,
    CommandProof,
    DnsProof,
    HttpProof,
    PlayVitalsProof,
    PostgresProof,
    RedisProof,
    SmokeProof,
    TcpProof,
    TlsProof,
)
from launchpad.model.definition.criteria import (
    AlertCriterion,
    AnyCriterion,
    Criterion,
    HandCriterion,
    ObjectiveCriterion,
    RollbackCriteria,
)
from launchpad.model.definition.delivery import (
    Channel,
    ChannelSettings,
    Contact,
    EscalationStep,
    IncidentCalls,
    Ladder,
    Wait,
)
from launchpad.model.definition.gates import (
    AlertCondition,
    AnyCondition,
    BackupCondition,
    CheckCondition,
    Condition,
    CountdownCondition,
    Gate,
    Hours,
    ItemsCondition,
    MigrationsCondition,
    ObjectiveCondition,
    PhaseCondition,
    PollCondition,
    PresentCondition,
    ReadyCondition,
    Recency,
    RolloutCondition,
    SmokeCondition,
    UnlockedCondition,
    Window,
    WindowCondition,
)
from launchpad.model.definition.health import Alert, Objective, Threshold
from launchpad.model.definition.names import (
    PHASES,
    ROLES,
    ROLLOUT_VERBS,
    SEVERITIES,
    AnyVerb,
    Line,
    Name,
    Phase,
    Role,
    RolloutVerb,
    Severity,
    Verb,
)
from launchpad.model.definition.people import Operator
from launchpad.model.definition.rollouts import (
    AnyGuard,
    Guard,
    KeepGuard,
    ObjectiveGuard,
    QuietGuard,
    Rollout,
    RolloutStage,
)
from launchpad.model.definition.signals import (
    BackupSignal,
    CommandSignal,
    DnsSignal,
    HttpSignal,
    PlayVitalsSignal,
    PostgresSignal,
    RedisSignal,
    Signal,
    TcpSignal,
    TlsSignal,
)
from launchpad.model.definition.smoke import (
    CommandStep,
    DnsStep,
    Extract,
    HttpStep,
    PostgresStep,
    RedisStep,
    SmokeStep,
    SmokeSuite,
    StepExpect,
    TcpStep,
    TlsStep,
    title_of,
)
from launchpad.model.definition.targets import Targets
from launchpad.model.values import Duration, Value, ZonedTime

FORMAT = 1
"""Version of this shape in the journal; `events` upcasts older ones."""


class Launch(Value):
    """The release that goes out."""

    product: Line
    """Name of the product, as people say it."""
    version: Line
    """The version that is launched."""
    environment: Name = "production"
    """Where it goes; `production` is drawn differently from everything else."""
    t0: ZonedTime | None = None
    """The planned instant of launch, with the zone people speak in."""
    deputies: tuple[Name, ...] = ()
    """Operators who may take the director's seat while no director is there."""
    watch: tuple[Duration, ...] = (900.0, 3600.0, 14400.0, 86400.0, 172800.0, 604800.0)
    """How long after T-0 each watch window ends, the shortest first. None: nothing is said of windows."""
    targets: Targets = Targets()
    """How fast trouble is answered and ended."""


class Definition(Value):
    """A whole launch, resolved: templates expanded, every name checked."""

    launch: Launch
    operators: tuple[Operator, ...] = ()
    items: tuple[Item, ...] = ()
    skips: dict[Name, str] = {}
    """Items left out from the start, with the reason."""
    providers: dict[Name, Provider] = {}
    signals: dict[Name, Signal] = {}
    objectives: dict[Name, Objective] = {}
    alerts: dict[Name, Alert] = {}
    gates: dict[Name, Gate] = {}
    actions: dict[Name, Action] = {}
    control: tuple[str, ...] = ()
    """`host:port` targets that tell our own network's failure from a target's."""
    channels: dict[Name, Channel] = {}
    contacts: dict[Name, Contact] = {}
    escalations: dict[Name, Ladder] = {}
    rollback_criteria: RollbackCriteria | None = None
    """What recommends to take the release back."""
    rollouts: dict[Name, Rollout] = {}
    smoke: dict[Name, SmokeSuite] = {}
    """Smoke tests."""
    incidents: IncidentCalls | None = None
    """Who hears of incidents; None: whom critical alerts tell (`rules.called`)."""

    @property
    def zone(self) -> str:
        """The zone in which the launch speaks of time."""
        return self.launch.t0.zone if self.launch.t0 else "UTC"

    @property
    def production(self) -> bool:
        return self.launch.environment == "production"

    def digest(self) -> str:
        """Short content hash: two definitions with the same digest are the same."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]
