"""Keys act one after the other, in the order in which they were typed."""

from textual.events import Event, Key

from screens.mixin import Mixin
from screens.widgets.field import FilterField


class InOrder(Mixin):
    """An application whose keys don't overtake each other.

    Textual hands a key to the widget that has the focus, from where it climbs up to the bindings of the app,
    queue by queue; by then the next keys are on their way to the same widget. Of `/dns`, delivered in one
    piece by a slow connection, the letters would so be keys of the list and not the filter's. Here each key
    has had its effect before the next is looked at. What is typed while a dialog opens is the dialog's to
    drop.
    """

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded and len(self.screen_stack) == 1:
            await self._act_on(event)
        else:
            await super().on_event(event)

    async def _act_on(self, key: Key) -> None:
        if await self._check_bindings(key.key, priority=True):
            return
        field = self.focused
        if isinstance(field, FilterField) and key.is_printable:
            await field.take(key)
        elif not await self._check_bindings(key.key):
            self.idle_key(key)

    def idle_key(self, event: Key) -> None:
        """A key was pressed that is bound to nothing here."""
