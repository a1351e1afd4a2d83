"""Adapters that are found through an entry-point group: one line there makes a kind known."""

import difflib
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from launchpad.errors import BadInput

T = TypeVar("T")


class Plugins(Generic[T]):
    """The installed kinds of one group."""

    def __init__(self, group: str, what: str) -> None:
        """`what` they are, for sentences: `provider`."""
        self.group = group
        self._what = what

    def points(self) -> dict[str, EntryPoint]:
        """The installed kinds, by name; nothing is imported."""
        return {point.name: point for point in entry_points(group=self.group)}

    def load(self, kind: str) -> type[T]:
        """The class of a kind. Raises BadInput if it is not installed or can't be imported."""
        known = self.points()
        if kind not in known:
            near = difflib.get_close_matches(kind, known, n=1)
            raise BadInput(
                f"there is no {self._what} kind '{kind}'",
                hint=f"did you mean '{near[0]}'?" if near else f"installed are {', '.join(sorted(known))}",
            )
        try:
            loaded: type[T] = known[kind].load()
        except Exception as error:
            # Somebody else's module: it may break on anything, and say it in whatever characters.
            raise BadInput(
                f"the {self._what} kind '{kind}' can't be loaded: {error!r:.200}",
                hint="reinstall the package that brings it",
            ) from error
        return loaded

    def settings(self) -> "SettingsTypes":
        """The settings struct of every installed kind."""
        return SettingsTypes(self)


class SettingsTypes(Mapping[str, type[Any]]):
    """Kind → the struct of its settings; an adapter is imported when its kind is asked for."""

    def __init__(self, plugins: Plugins[Any]) -> None:
        self._plugins = plugins
        self._kinds = plugins.points()

    def __getitem__(self, kind: str) -> type[Any]:
        if kind not in self._kinds:
            raise KeyError(kind)
        settings: type[Any] = self._plugins.load(kind).settings
        return settings

    def __contains__(self, kind: object) -> bool:
        return kind in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
