"""What broke in a thread, raised where it is noticed."""

import asyncio
import contextlib


class Broken:
    """For a task of the event loop to raise. Made where the loop runs."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._error: asyncio.Future[None] = self._loop.create_future()

    def tell(self, error: Exception) -> None:
        """Called from the thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._take, error)

    async def raised(self) -> None:
        """Raises it as soon as it is told."""
        await self._error

    def _take(self, error: Exception) -> None:
        if not self._error.done():
            self._error.set_exception(error)
