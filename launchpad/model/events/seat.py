"""The director's seat: who decides while no director is there."""

from launchpad.model.events.base import Event


class _OfSeat(Event):
    @property
    def subject(self) -> str:
        return "seat"


class SeatTaken(_OfSeat, tag="seat.taken"):
    """Somebody who is no director decides from here on: a deputy took the seat, or a director handed it
    over. The reason is the event's text."""

    holder: str


class SeatReturned(_OfSeat, tag="seat.returned"):
    """A director decides again."""
