"""What speaks for taking the release back, as last recorded."""

from launchpad.model.values import Micros, Value


class CriterionMark(Value):
    """What somebody saw of a criterion."""

    met: bool
    by: str
    at: Micros
    seen: str
    seq: int


class Advice(Value):
    """Whether the criteria recommend a rollback."""

    recommended: bool
    since: Micros
