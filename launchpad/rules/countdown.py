"""Where T-0 stands at a given moment."""

from launchpad.model.state import State
from launchpad.model.values import Micros


def current_t0(state: State, now: Micros) -> Micros | None:
    """T-0 at `now`: while the countdown is held it moves on with the clock. None without a T-0."""
    if state.t0 is None or state.hold is None:
        return state.t0
    return state.t0 + max(0, now - state.hold.since)
