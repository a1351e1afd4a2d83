"""Who acts with what authority."""

from collections.abc import Iterable

from msgspec.structs import replace

from launchpad.model.commands import Identity
from launchpad.model.samples import Presence
from launchpad.model.state import State


def acting(me: Identity, state: State) -> Identity:
    """`me` with the authority held now: that of the operators as they were amended, and whoever sits in the
    director's seat is a director.

    A name that is merely claimed is not raised: anybody could claim it.
    """
    me, seat = _amended(me, state), state.seat
    return replace(me, role="director") if seat is not None and seat.holder == me.name and me.proven else me


def _amended(me: Identity, state: State) -> Identity:
    """`me` as the definition has them now, where an amendment changed who they are or took them out."""
    if state.definition is None or not state.amendments:
        return me
    once = {o.name for definition in state.definitions.values() for o in definition.operators}
    now = next((o for o in state.definition.operators if o.name == me.name), None)
    if now is not None:
        return replace(me, role=now.role, teams=now.teams)
    return replace(me, role="viewer", teams=()) if me.name in once else me


def directors_here(people: Iterable[Presence]) -> tuple[str, ...]:
    """Directors, or whoever sits in for them, that have the launch open; by name."""
    return tuple(sorted({person.operator for person in people if person.role == "director"}))
