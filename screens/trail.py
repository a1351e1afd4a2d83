"""Where an operator has been, to go back and forward through. Pure."""

from typing import NamedTuple

_MOST = 32
"""Most places that one can go back through."""


class Stood(NamedTuple):
    """A place on the screen."""

    tab: str
    zoomed: str | None
    mine: bool
    """Whether the checklist listed what is the operator's to do."""
    panel: str
    key: str | None
    """Of the entry under the cursor, where one was chosen."""


class Trail(NamedTuple):
    """The places behind, the last one at the end, and those ahead, the next one at the end."""

    behind: tuple[Stood, ...] = ()
    ahead: tuple[Stood, ...] = ()

    def left(self, here: Stood) -> "Trail":
        """`here` was left for somewhere new: there is nothing ahead any more."""
        known = bool(self.behind) and self.behind[-1] == here
        return Trail(self.behind if known else (*self.behind, here)[-_MOST:])

    def back(self, here: Stood) -> tuple["Trail", Stood] | None:
        """One place back, where there is one other than `here`."""
        behind = _without(self.behind, here)
        return (Trail(behind[:-1], (*self.ahead, here)), behind[-1]) if behind else None

    def forward(self, here: Stood) -> tuple["Trail", Stood] | None:
        """And again to where `back` was asked from."""
        ahead = _without(self.ahead, here)
        return (Trail((*self.behind, here), ahead[:-1]), ahead[-1]) if ahead else None


def _without(places: tuple[Stood, ...], here: Stood) -> tuple[Stood, ...]:
    """The places up to the last one that is not `here`: a step to it would look like none."""
    while places and places[-1] == here:
        places = places[:-1]
    return places
