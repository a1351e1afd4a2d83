"""Says that this engine waits to take over, and whether it could do all that the definition asks for."""

import asyncio
import contextlib

from launchpad.engine.toolroom import Toolroom
from launchpad.engine.witness import Witness
from launchpad.errors import BrokenJournal, LaunchpadError
from launchpad.model.samples import Standby
from launchpad.model.store import Store
from launchpad.model.text import clean
from launchpad.session import Session

_EVERY = 5.0
_AGAIN = 12
"""Of so many times, how often what lacks is looked for again: it may ask slow programs."""


async def stand_by(store: Store, launch: str, holder: str, toolroom: Toolroom, witness: Witness) -> None:
    """Says so again and again, until it is cancelled. A store that does not answer is asked again."""
    session: Session | None = None
    said = 0

    def lacks() -> str:
        nonlocal session
        try:
            session = session or Session(store, launch, begins_anew=False)
            witness.ensure_whole(session)
        except BrokenJournal as error:
            session = None
            return str(error)
        witness.noted(session)
        state = session.state
        assert state.definition is not None, "a session holds an opened launch"
        tools = toolroom.tools(state.definition_seq, state.definition, again=said % _AGAIN == _AGAIN - 1)
        return "; ".join(str(error) for error in tools.lacking)

    def say() -> None:
        nonlocal said
        standby = Standby(holder=holder, lacks=clean(lacks(), 300))
        said += 1
        store.stand_by(launch, standby)

    try:
        while True:
            await asyncio.sleep(_EVERY if said else _EVERY / 5)
            with contextlib.suppress(LaunchpadError):
                await asyncio.to_thread(say)
    finally:
        if said:
            with contextlib.suppress(LaunchpadError):
                await asyncio.shield(asyncio.to_thread(store.stand_down, launch, holder))
