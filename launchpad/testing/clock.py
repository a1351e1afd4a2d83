"""A clock that stands still until it is moved."""

from launchpad.model.values import SECOND, Micros


class ManualClock:
    """Gives the same instant until `advance` is called."""

    def __init__(self, at: Micros) -> None:
        self._at = at

    def __call__(self) -> Micros:
        return self._at

    def advance(self, seconds: float) -> None:
        """Moves on; never back."""
        self._at += round(max(0.0, seconds) * SECOND)
