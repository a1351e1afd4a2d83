"""What browsers are shown: made once a second at most, however many of them look, and only while one does."""

import asyncio
import time
from collections.abc import Callable, Mapping

from launchpad.errors import LaunchpadError
from launchpad.rules.view import view
from launchpad.rules.view.blind import blinded
from launchpad.session import Session
from launchpad.web.page import Away, Shown, parts

_EVERY = 0.9
"""Seconds for which a look counts."""
_PATIENCE = 3.0
"""Seconds after which a store that has not answered counts as away; until it gives up may take far longer."""


class Board:
    """The parts of the page, by the names of its sections."""

    def __init__(self, session: Session, draw: Callable[[Shown], Mapping[str, str]] = parts) -> None:
        self._session = session
        self._draw = draw
        self._parts: Mapping[str, str] = {}
        self._made = 0.0
        self._making = asyncio.Lock()
        self._looking: asyncio.Task[Mapping[str, str]] | None = None
        self._last = view(session.state, {}, session.clock(), unwatched="the samples are being read")

    async def parts(self) -> Mapping[str, str]:
        """How it all stands now."""
        async with self._making:
            if time.monotonic() - self._made > _EVERY:
                self._parts = await self._made_anew()
                self._made = time.monotonic()
            return self._parts

    async def _made_anew(self) -> Mapping[str, str]:
        # A look that takes long is not begun again: threads that wait for a lost store would pile up.
        looking = self._looking or asyncio.create_task(asyncio.to_thread(self._look))
        self._looking = looking
        try:
            found = await asyncio.wait_for(asyncio.shield(looking), _PATIENCE)
        except TimeoutError:
            return await asyncio.to_thread(self._blind, "the store does not answer")
        except LaunchpadError as error:
            found = await asyncio.to_thread(self._blind, str(error))
        except BaseException:
            self._looking = None
            raise
        self._looking = None
        return found

    def _look(self) -> Mapping[str, str]:
        self._session.refresh()
        self._last = self._session.view()
        return self._draw(Shown(self._last, self._session.events))

    def _blind(self, why: str) -> Mapping[str, str]:
        """What was known last, as what it is by now: nothing stays green."""
        now = self._session.clock()
        away = Away(why, since=self._last.now)
        return self._draw(Shown(blinded(self._last, now), self._session.events, away))
