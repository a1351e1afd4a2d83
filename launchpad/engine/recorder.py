"""How the engine writes: as itself, fenced by its lease."""

import asyncio
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.witness import Witness
from launchpad.model.events import Event
from launchpad.model.journal import Draft
from launchpad.model.store import Store
from launchpad.session import Session

ENGINE = "engine"
"""The actor of what the engine does by itself."""


class Recorder:
    """Appends the engine's events, and keeps its session level with them."""

    def __init__(
        self,
        store: Store,
        session: Session,
        lease: LeaseKeeper,
        witness: Witness,
        always: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`always` is expected at every append, beside what that expects itself."""
        self._store = store
        self._session = session
        self._lease = lease
        self._witness = witness
        self._always = always

    def bound(self, definition_seq: int) -> "Recorder":
        """A recorder that raises `Conflict` once the definition of that event holds no more."""
        return Recorder(
            self._store, self._session, self._lease, self._witness, {"definition": definition_seq}
        )

    async def append(self, *events: Event, expect: Mapping[str, int] | None = None, text: str = "") -> None:
        """Records all events or none, `text` beside the first; the session has folded them when this returns.

        Raises `LeaseLost` if the lease is no longer ours, `Conflict` if a subject that is expected moved,
        `BrokenJournal` if something is gone that this engine had read.
        """
        self._lease.ensure()
        drafts = [
            Draft(
                id=uuid.uuid4().hex,
                event=event,
                actor=ENGINE,
                auth="engine",
                text=text if index == 0 else "",
            )
            for index, event in enumerate(events)
        ]
        await asyncio.to_thread(self._append, drafts, {**self._always, **(expect or {})})

    def _append(self, drafts: list[Draft], expect: Mapping[str, int]) -> None:
        self._store.append(self._session.launch, drafts, expect=expect, epoch=self._lease.epoch)
        self._session.refresh()
        self._witness.kept(self._session)
