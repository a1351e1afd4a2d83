"""When somebody last used this face, and what it says of them to the others."""

import gc
from time import monotonic
from typing import Any

from rich.console import RenderableType
from textual.events import Event, InputEvent
from textual.screen import Screen

from launchpad import garbage
from launchpad.model.commands import Identity
from launchpad.model.samples import Presence
from screens.mixin import Mixin

_LONGEST = 86_400.0
"""Seconds; who is idle for longer is idle for a day."""


_CALM = 1.0
"""Seconds without a key after which the next one is not expected at once."""
_NEW = 5_000
"""Objects more than were freed, after which Python searches what is new for garbage."""
_MANY = 4
"""Searches of what is new after which a search of everything is worth it."""


class Attended(Mixin):
    """An application that knows how long ago it was used."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._opened = monotonic()
        self._used: float | None = None
        self._seen = False
        """Whether anything has been painted that a key could be meant for."""

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            if not self._seen:
                return
            self._used = monotonic()
        await super().on_event(event)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        self._seen = self._seen or renderable is not None
        super()._display(screen, renderable)

    def settle_in(self) -> None:
        """What there is by now stays: no key shall wait while it is searched for garbage."""
        garbage.settle(every=_NEW)

    def tidy(self) -> None:
        """Searches for garbage while nobody types: a closed dialog leaves thousands of objects, and to
        find them takes longer than a key shall wait."""
        if gc.get_count()[1] >= _MANY and monotonic() - (self._used or self._opened) > _CALM:
            gc.collect()

    def presence(self, me: Identity, *, seat: str, via: str, looking_at: str, item: str | None) -> Presence:
        """What the others see of `me`. Nobody works on an item only because a face has just opened on it."""
        return Presence(
            seat=seat,
            operator=me.name,
            role=me.role,
            via=via,
            looking_at=looking_at,
            subject=f"item:{item}" if item and self._used is not None else "",
            idle=min(monotonic() - (self._used or self._opened), _LONGEST),
        )
