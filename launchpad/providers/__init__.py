"""Adapters, found through the entry-point group `launchpad.providers`: one line there makes a kind known."""

import difflib
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from launchpad.errors import BadInput
from launchpad.providers.capabilities import Provider

GROUP = "launchpad.providers"


def kinds() -> dict[str, EntryPoint]:
    """The installed kinds, by name; nothing is imported."""
    return {point.name: point for point in entry_points(group=GROUP)}


def load(kind: str) -> type[Provider]:
    """The adapter class of a kind. Raises BadInput if it is not installed or can't be imported."""
    known = kinds()
    if kind not in known:
        near = difflib.get_close_matches(kind, known, n=1)
        raise BadInput(
            f"there is no provider kind '{kind}'",
            hint=f"did you mean '{near[0]}'?" if near else f"installed are {', '.join(sorted(known))}",
        )
    try:
        loaded: type[Provider] = known[kind].load()
    except (ImportError, AttributeError) as error:
        raise BadInput(
            f"the provider kind '{kind}' can't be loaded: {error}",
            hint="reinstall the package that brings it",
        ) from error
    return loaded


class SettingsTypes(Mapping[str, type[Any]]):
    """The settings struct of every installed kind; a provider is imported when its kind is asked for."""

    def __init__(self) -> None:
        self._kinds = kinds()

    def __getitem__(self, kind: str) -> type[Any]:
        if kind not in self._kinds:
            raise KeyError(kind)
        return load(kind).settings

    def __contains__(self, kind: object) -> bool:
        return kind in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
