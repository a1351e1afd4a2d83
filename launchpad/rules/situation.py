"""All that a gate is judged on."""

from collections.abc import Mapping

from launchpad.model.samples import LockInfo, Presence
from launchpad.model.state import State
from launchpad.model.values import Micros, Value
from launchpad.rules.ladder import RolloutView
from launchpad.rules.objectives import Reading

NO_ENGINE = "no engine is watching"


class Situation(Value):
    """One instant of a launch."""

    state: State
    readings: Mapping[str, Reading]
    now: Micros
    watched: bool
    """Whether an engine keeps readings and alerts up to date, as far as is known."""
    people: tuple[Presence, ...] = ()
    """Who has the launch open."""
    locks: tuple[LockInfo, ...] = ()
    """Deploy locks that hold in this launch, whichever took them."""
    unwatched: str = NO_ENGINE
    """Why nothing that was measured counts while it is not watched."""
    rollouts: Mapping[str, RolloutView] = {}
