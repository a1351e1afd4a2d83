"""Who acts with what authority."""

from collections.abc import Iterable

from msgspec.structs import replace

from launchpad.model.commands import Identity
from launchpad.model.samples import Presence
from launchpad.model.state import State


def acting(me: Identity, state: State) -> Identity:
    """`me` with the authority held now: whoever sits in the director's seat is a director.

    A name that is merely claimed is not raised: anybody could claim it.
    """
    seat = state.seat
    return replace(me, role="director") if seat is not None and seat.holder == me.name and me.proven else me


def directors_here(people: Iterable[Presence]) -> tuple[str, ...]:
    """Directors, or whoever sits in for them, that have the launch open; by name."""
    return tuple(sorted({person.operator for person in people if person.role == "director"}))
