"""How the definition was changed in the course of the launch."""

from launchpad.model.differences import Difference
from launchpad.model.values import Micros, Value


class Amendment(Value):
    """One change of the definition, and what it did."""

    seq: int
    at: Micros
    by: str
    reason: str
    differences: tuple[Difference, ...]
    lapsed: tuple[str, ...] = ()
    """What people had said that counts no more, such as `opal's approval of deploy-1`."""
