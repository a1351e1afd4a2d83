"""The watch after T-0: windows that each ask for less attention than the one before."""

from launchpad.model.state import State
from launchpad.model.values import SECOND, Micros, Value, format_duration


class WatchWindow(Value):
    """The window that a launch is in."""

    number: int
    """From 1."""
    of: int
    length: float
    """Seconds after the beginning of the watch at which it ends."""
    ends_at: Micros
    left: float
    """Whole seconds until then."""

    @property
    def name(self) -> str:
        """`first 4h`."""
        return f"first {format_duration(self.length)}"


def began_at(state: State) -> Micros | None:
    """When the watch began: once the launch is out and T-0 has come, whichever is later; None before."""
    if state.launched_at is None or state.t0 is None:
        return state.launched_at
    return max(state.launched_at, state.t0)


def watch_window(state: State, now: Micros) -> WatchWindow | None:
    """The window at `now`: of those that have not ended the shortest. None before the watch and after it."""
    began = began_at(state)
    if began is None or now < began or state.definition is None or state.outcome is not None:
        return None
    lengths = state.definition.launch.watch
    for number, length in enumerate(lengths, 1):
        ends_at = began + round(length * SECOND)
        if now < ends_at:
            left = float((ends_at - now) // SECOND)
            return WatchWindow(number=number, of=len(lengths), length=length, ends_at=ends_at, left=left)
    return None
