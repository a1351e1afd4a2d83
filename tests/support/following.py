"""Following a session."""

from typing import Any

from launchpad.model.store import Store


def unbroken(error: Exception) -> None:
    """What a follower broke on, where it must not break."""
    raise error


class Breaks:
    """A store on which whoever follows it breaks, by a fault of our own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def wait(self, *_arguments: object) -> bool:
        raise ZeroDivisionError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
