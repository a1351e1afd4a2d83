"""What a `launchpad.yaml` and a checklist file hold: the definition as it is written, not yet resolved."""

from typing import Annotated, Literal

from msgspec import Meta

from launchpad.model.definition import (
    Action,
    Alert,
    Channel,
    Check,
    Contact,
    Gate,
    IncidentCalls,
    Item,
    Ladder,
    Launch,
    Line,
    Name,
    Objective,
    Operator,
    Phase,
    Provider,
    RollbackCriteria,
    Rollout,
    Signal,
    SmokeSuite,
)
from launchpad.model.probe import Probe
from launchpad.model.values import Duration, Offset, Value


class SectionOverride(Value):
    """What differs, for this launch, in every item of a section."""

    team: Name | None = None
    """Another team owns it."""
    required: bool | None = None
    """Whether gates wait for it."""
    due: Offset | None = None
    """When it is due, relative to T-0."""
    environments: tuple[Name, ...] | None = None
    """Where it belongs; `[]`: everywhere."""
    phase: Phase | None = None
    """When in the launch it is done."""


class Override(SectionOverride):
    """What differs, for this launch, in an item of a checklist."""

    check: Check | None = None
    """A test ticks it instead of a person, or another one than the checklist's. An item that recurs does so
    no more: its test runs again by itself."""
    every: Duration | None = None
    """It recurs, this often, from `due` on."""
    until: Offset | None = None
    """Until when it recurs."""
    evidence: Literal["optional", "required"] | None = None
    """Whether a note or a link is needed to tick it."""


class ChecklistUse(Value):
    """A checklist of this launch: a shipped one (`use`), a file of yours (`file`), or `items` right here."""

    use: Name | None = None
    """Name of a shipped checklist, such as `web-service`."""
    file: str | None = None
    """Path of a checklist file, relative to the definition."""
    name: Name | None = None
    """Name of a checklist whose items stand here."""
    items: tuple[Item, ...] = ()
    """The items, with `name`."""
    skip: dict[Name, Line] = {}
    """Items left out from the start, each with the reason."""
    override: dict[Name, Override] = {}
    """Items that differ for this launch."""
    skip_sections: dict[Line, Line] = {}
    """Sections whose items are left out from the start, each with the reason."""
    override_sections: dict[Line, SectionOverride] = {}
    """Sections whose items differ for this launch; what `override` says of an item goes before it."""


class Checklist(Value):
    """A checklist file."""

    name: Name
    items: Annotated[tuple[Item, ...], Meta(min_length=1)]
    description: Line | None = None
    """What it is for, in a line."""


class AlertSetUse(Value):
    """A shipped set of alert rules."""

    use: Name
    """Name of the set, such as `launch-day`."""
    objectives: dict[Name, Name] = {}
    """Objectives by the set's words for them, where yours are called otherwise."""
    skip: dict[Name, Line] = {}
    """Rules left out, each with the reason."""
    notify: tuple[Name, ...] = ()
    """Who is told when one of them fires."""
    escalate: Name | None = None
    """The ladder of each of them."""


class AlertSet(Value):
    """A shipped set of alert rules, about objectives that each launch has under names of its own."""

    name: Name
    description: Line
    objectives: dict[Name, Line]
    """The set's words for objectives, and what they are."""
    alerts: dict[Name, Alert]


class Document(Value):
    """The whole of a `launchpad.yaml`."""

    launch: Launch
    """The release that goes out."""
    store: str | None = None
    """Where the launch is kept: `sqlite:///ABSOLUTE/PATH`, `sqlite:PATH` relative to this file,
    `postgresql://…` or a reference to a secret. Absent: a file of your own under the state directory."""
    operators: tuple[Operator, ...] = ()
    """People who may connect. None: whoever may read the store is the director."""
    checklists: tuple[ChecklistUse, ...] = ()
    """What has to be done, in which phase, by which team."""
    providers: dict[Name, Provider] = {}
    """Adapters that actions work through; the names are yours, `kind` says which adapter."""
    signals: dict[Name, Signal] = {}
    """What is measured."""
    objectives: dict[Name, Objective] = {}
    """The targets that signals are held to."""
    alerts: dict[Name, Alert] = {}
    """When people are told."""
    gates: dict[Name, Gate] = {}
    """What must hold. The gates `launch` and `post-launch` guard those phases, others the actions that
    name them."""
    actions: dict[Name, Action] = {}
    """What can be done, step by step."""
    control: tuple[str, ...] = ()
    """`host:port` targets that tell our own network's failure from a target's. Absent: the name servers."""
    alert_sets: tuple[AlertSetUse, ...] = ()
    """Shipped rules beside your own `alerts`; of two with one name, yours counts."""
    channels: dict[Name, Channel] = {}
    """Ways to reach people; the names are yours, `kind` says which way."""
    contacts: dict[Name, Contact] = {}
    """People who are told: their address on each channel."""
    escalations: dict[Name, Ladder] = {}
    """Who is woken after whom while nobody acknowledges an alert."""
    rollback_criteria: RollbackCriteria | None = None
    """What recommends to take the release back, once it is out; it never acts."""
    rollouts: dict[Name, Rollout] = {}
    """How the release reaches its users share by share: in a store, behind a flag, by a traffic splitter."""
    smoke: dict[Name, SmokeSuite] = {}
    """Smoke tests: walks through the product, step by step, as its users take them."""
    incidents: IncidentCalls | None = None
    """Who hears of incidents. Absent: whom critical alerts tell, else whom any does."""


LATER: dict[type, frozenset[str]] = {
    Probe: frozenset({"metric", "source", "unit"}),
}
"""Keys that mean something, but not to this version yet."""
