"""What can be done, and through what."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from launchpad.model.definition.backups import Dump, Restoration
from launchpad.model.definition.names import Line, Name, Verb
from launchpad.model.values import Duration, Value

_LOCKED_AFTER_ROLLBACK = 86400.0
"""Seconds."""


class Given(Value, rename={"values": "with"}):
    """What stands beside `smoke: NAME`."""

    values: dict[Name, Line]
    """Values of the smoke test that are others in this step. They may speak of `{{ launch.version }}` and the
    like, of `{{ param.NAME }}`, and of what steps before it brought: `{{ site.url }}`."""


class Step(Value):
    """One operation of one provider; written `- deploy: site`."""

    verb: Verb
    provider: Name
    dump: Dump | None = None
    """With `backup`: how a database is saved."""
    restoration: Restoration | None = None
    """With `restore`: what a database is put back from."""
    given: Given | None = None
    """With `smoke`: what the smoke test is given."""

    @property
    def vault(self) -> str | None:
        """The provider that keeps its backups."""
        if self.dump is not None:
            return self.dump.to
        return self.restoration.origin if self.restoration is not None else None


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
    approvers: dict[Name, Annotated[int, Meta(ge=1, le=9)]] = {}
    """So many of them of a role or of a team: `{director: 1, qa: 1}`. One person counts once."""
    lock_after: Duration | None = None
    """How long its targets stay locked once it has succeeded, for everybody; `0s`: not at all. Absent: a day
    after an action with a step `rollback`, else not at all."""

    @property
    def locks_for(self) -> float:
        """Seconds for which its targets stay locked once it has succeeded."""
        if self.lock_after is not None:
            return self.lock_after
        return _LOCKED_AFTER_ROLLBACK if self.goes_back else 0.0

    @property
    def goes_back(self) -> bool:
        """Whether it takes a release back."""
        return any(step.verb == "rollback" for step in self.steps)


class Provider(Value):
    """An adapter and its settings, validated by the adapter's own type."""

    kind: str
    settings: dict[str, Any] = {}
