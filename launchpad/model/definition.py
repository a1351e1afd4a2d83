"""What a launch is made of: the resolved definition that the event `launch.opened` carries.

Field names are what users write in `launchpad.yaml`; `config` reads YAML against these very types, and
its JSON Schema is generated from them, so that a key is declared once. A union member (a gate's
condition) is recognised in YAML by its first field, in the journal by its tag.
"""

import hashlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from launchpad.model.http import HttpCheck
from launchpad.model.values import Duration, Fraction, Offset, Quantity, Value, ZonedTime

FORMAT = 1
"""Version of this shape in the journal; `events` upcasts older ones."""

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
        max_length=64,
        description="A name: letters, digits, '.', '_' and '-', beginning with a letter or digit.",
    ),
]
Line = Annotated[str, Meta(min_length=1, max_length=500)]

Phase = Literal["pre-launch", "launch", "post-launch"]
PHASES: tuple[Phase, ...] = ("pre-launch", "launch", "post-launch")

Role = Literal["viewer", "engineer", "operator", "director"]
ROLES: tuple[Role, ...] = ("viewer", "engineer", "operator", "director")
"""From least to most authority."""

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From worst to mildest."""

Verb = Literal["backup", "migrate", "deploy", "smoke", "promote", "rollback", "restore", "purge", "run"]
"""What a step may ask of a provider."""


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


class Operator(Value):
    """A person who may connect, and what they may do."""

    name: Name
    role: Role
    """viewer < engineer < operator < director."""
    teams: tuple[Name, ...] = ()
    """Teams this person speaks for."""
    keys: tuple[str, ...] = ()
    """SSH public keys (`ssh-ed25519 AAAA…`)."""
    login: str | None = None
    """Operating-system user name, where it differs from `name`."""


class Check(HttpCheck, kw_only=True):
    """An automated test that proves a checklist item."""

    probe: Literal["http"]
    every: Duration = 60.0
    """How often it is verified again."""
    valid_for: Duration = 900.0
    """How long a pass proves the item; after that it is stale."""


class Item(Value):
    """A line of a checklist."""

    id: Name
    title: Line
    phase: Phase = "pre-launch"
    section: str = ""
    team: Name | None = None
    """The team that owns it."""
    required: bool = False
    """Whether a gate that asks for `items: required` waits for it."""
    needs: tuple[Name, ...] = ()
    """Items that must be done before this one can be."""
    due: Offset | None = None
    """When it is due, relative to T-0."""
    evidence: Literal["optional", "required"] = "optional"
    """`required`: can't be ticked without a note or a link."""
    runbook: str | None = None
    """Link to the instructions."""
    check: Check | None = None
    """Ticked by a test instead of a person."""


class Signal(HttpCheck, kw_only=True):
    """A measured series: an HTTP probe on an interval."""

    probe: Literal["http"]
    every: Duration = 10.0
    """Time between two probes."""


class Objective(Value):
    """The target that a signal is held to. Exactly one of `target`, `percentile` and `error_rate`."""

    signal: Name
    window: Duration
    """The stretch of time it is computed over."""
    target: Fraction | None = None
    """Availability: the least share of probes that must succeed."""
    percentile: Annotated[float, Meta(gt=0, lt=100)] | None = None
    """Latency: which percentile of the durations is held `below`."""
    error_rate: bool = False
    """Error rate: the share of failed probes is held `below`."""
    below: Quantity | None = None
    """The limit for a percentile (a duration) or an error rate (a percentage)."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    """Fewest known samples that allow a verdict; with fewer it is unknown."""

    @property
    def limit(self) -> Quantity:
        """The threshold, whichever way it is written."""
        if self.target is not None:
            return Quantity(value=self.target, unit="%")
        assert self.below is not None, "checked when the definition is read"
        return self.below

    @property
    def unit(self) -> str:
        """Unit of its value: `s` for latency, `%` for shares."""
        return "s" if self.percentile is not None else "%"


class Threshold(Value):
    """`errors > 1%`: an objective's value compared with a limit."""

    objective: Name
    op: Literal[">", ">=", "<", "<="]
    limit: Quantity


class Alert(Value):
    """A rule that tells people about a crossed threshold."""

    when: Threshold
    """Such as `errors > 1%`."""
    for_: Duration = field(default=0.0, name="for")
    """How long the threshold must stay crossed before the alert fires; time in which nothing is known of it
    does not count."""
    severity: Severity = "high"


class Condition(Value, tag_field="condition"):
    """Something that must hold before a verb may run."""


class ItemsCondition(Condition, tag="items"):
    """Checklist items of the phases before the present one (in the gate of a phase: before that phase) are
    done or skipped."""

    items: Literal["required", "all"]
    advisory: bool = False


class ObjectiveCondition(Condition, tag="objective"):
    """An objective is met."""

    objective: Name
    advisory: bool = False


class AlertCondition(Condition, tag="no_alert"):
    """No alert of this severity or worse fires."""

    no_alert: Severity
    advisory: bool = False


class PhaseCondition(Condition, tag="phase"):
    """The launch is in this phase."""

    phase: Phase
    advisory: bool = False


Hours = Annotated[
    str,
    Meta(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="A range of the day such as 02:00-16:00.",
    ),
]


class Window(Value):
    """When, in the launch's zone."""

    not_on: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    between: Hours | None = None
    """`02:00-16:00`; a range may pass midnight."""


class WindowCondition(Condition, tag="window"):
    """The time of day and week allows it."""

    window: Window
    advisory: bool = False


AnyCondition = ItemsCondition | ObjectiveCondition | AlertCondition | PhaseCondition | WindowCondition
Gate = tuple[AnyCondition, ...]


class Step(Value):
    """One operation of one provider; written `- deploy: site`."""

    verb: Verb
    provider: Name


class OnFailure(Value):
    """What follows a failed run."""

    run: Name
    """The action that repairs."""
    mode: Literal["auto", "ask", "never"] = "ask"


class Action(Value):
    """A named plan made of steps."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    title: str = ""
    key: Annotated[str, Meta(pattern="^[a-zA-Z]$", description="A single letter.")] | None = None
    """The key that opens its plan on the screen."""
    gate: Name | None = None
    approvals: Annotated[int, Meta(ge=0, le=9)] = 0
    """How many people other than the one who asks must approve."""
    on_failure: OnFailure | None = None


class Provider(Value):
    """An adapter and its settings, validated by the adapter's own type."""

    kind: str
    settings: dict[str, Any] = {}


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
