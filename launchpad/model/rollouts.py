"""What is known of a rollout, and what is wanted of it: values that events, plans and adapters carry."""

from launchpad.model.definition import Name, RolloutVerb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.values import Value

WHOLE = 100.0
"""Percent."""


class RolloutReading(Value):
    """A rollout as its provider has it."""

    status: RolloutStatus
    percent: float = 0.0
    """Share of users that may get the release, 0 to 100."""
    users: int | None = None
    """How many there are in all; None: the provider does not say."""
    version: str = ""
    """Which release it is about; empty: the provider does not say."""
    detail: str = ""
    age: float = 0.0
    """Seconds for which the provider's adapter had known this when it told it: it does not always look."""

    @property
    def sentence(self) -> str:
        """`rolling at 10%`, `halted at 10%`, `in review`."""
        share = f" at {shown(self.percent)}" if self.status in ("rolling", "halted") else ""
        return self.status + share

    def same(self, other: "RolloutReading") -> bool:
        """Whether users meet the same release to the same extent."""
        return (self.status, self.percent, self.version) == (other.status, other.percent, other.version)


class RolloutAim(Value):
    """What a run is to do with a rollout."""

    rollout: Name
    verb: RolloutVerb
    percent: float | None = None
    """To what share, where it goes forward."""
    seen: RolloutReading | None = None
    """How it stood when this was asked for; a run that goes forward refuses when it stands otherwise."""
    why: str = ""
    """What made the engine ask."""

    @property
    def sentence(self) -> str:
        """`bump android to 50%`."""
        return f"{self.verb} {self.rollout}" + (f" to {shown(self.percent)}" if self.verb == "bump" else "")


def affected(aim: RolloutAim, reading: RolloutReading | None, users: int | None = None) -> str:
    """Which users a step on a rollout meets, by how the rollout stood. `users` is how many there are in all,
    where the provider does not say."""
    if reading is None:
        return "whoever has it by then"
    count = reading.users if reading.users is not None else users
    has = people(count, reading.percent)
    if aim.verb == "halt":
        return f"{has or f'{shown(reading.percent)} of users'} may have it and keep it; nobody else gets it"
    if aim.verb == "resume":
        return f"{has or f'{shown(reading.percent)} of users'} may get it again"
    share = f"{shown(reading.percent)} → {shown(aim.percent or WHOLE)} of users"
    gets = people(count, (aim.percent or WHOLE) - reading.percent)
    return f"{share}, reaches {gets} more" if gets else share


def shown(percent: float | None) -> str:
    """`12.5%`."""
    return "?" if percent is None else f"{percent:g}%"


def people(users: int | None, share: float) -> str:
    """So many of the users as `share` percent are: `about 60 000 people`; empty where nobody counts them."""
    if users is None:
        return ""
    count = round(users * share / WHOLE)
    return f"about {count:,} people".replace(",", " ")
