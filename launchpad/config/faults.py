"""Faults of a definition, each with the place in the file where it is seen."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, NamedTuple, NoReturn

from launchpad.errors import BadInput
from launchpad.model.text import clean

Path = tuple[str | int, ...]
"""Where a value stands in the document: `("signals", "homepage", "url")`."""


class Place(NamedTuple):
    """A position in a file, counted from 1."""

    file: str
    line: int
    column: int


MAX_FAULTS = 200
"""More are not collected: the file is not what it is taken for."""


class Unreadable(Exception):
    """A file at whose fault reading stops; the fault has been collected."""


class _Hole:
    """Stands for a value that could not be read, so that the rest can still be checked."""

    def __repr__(self) -> str:
        return "HOLE"


HOLE: Final[Any] = _Hole()


class Faults:
    """Collects the faults of the definition in `file` and of the checklist files that it names."""

    def __init__(self, file: str) -> None:
        self.added = 0
        """How often a fault was added, the same one of an alias again included."""
        self._found: set[tuple[Place, str]] = set()
        self._files: dict[str, int] = {file: 0}
        self._values: dict[Path, Place] = {}
        self._keys: dict[Path, Place] = {}
        self._moved: dict[Path, Path] = {}

    def __len__(self) -> int:
        return len(self._found)

    def note(self, path: Path, place: Place, key: Place | None = None) -> None:
        """Remembers where the value at `path` stands, and where its key does."""
        self._values[path] = place
        if key:
            self._keys[path] = key

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where `path`, or what comes nearest around it, stands: its value, or with `key` its key."""
        path = self._where(path)
        for end in range(len(path), -1, -1):
            around = path[:end]
            found = (self._keys.get(around) if key else None) or self._values.get(around)
            if found:
                return found
        return Place(next(iter(self._files)), 1, 1)

    def written(self, path: Path) -> bool:
        """Whether the value at `path` stands in a file, and is no default."""
        return self._where(path) in self._values

    def moved(self, path: Path, to: Path) -> None:
        """Remembers that what `path` had, and all in it, was replaced by what stands at `to`."""
        self._moved[path] = to

    def _where(self, path: Path) -> Path:
        for end in range(len(path), 0, -1):
            if to := self._moved.get(path[:end]):
                return to + path[end:]
        return path

    def at(self, path: Path, what: str, *, key: bool = False) -> None:
        """A fault of the value at `path`; with `key`, of its name."""
        self.add(self.place(path, key=key), what)

    def add(self, place: Place, what: str) -> None:
        """A fault at a place. Control sequences that it quotes are removed. Raises Unreadable after many."""
        if len(self._found) >= MAX_FAULTS:
            raise Unreadable
        self._files.setdefault(place.file, len(self._files))
        self.added += 1
        self._found.add((place, clean(what, 400)))

    def refer(self, path: Path, name: Any, among: Any, what: str, *, key: bool = False) -> None:
        """A fault unless `name` is one of `among`; holes are given the benefit of the doubt."""
        if name is HOLE or among is HOLE or name in among:
            return
        # Finding the nearest of many takes its time; after so many faults nobody misses it.
        near = nearest(name, among) if len(self) < MAX_FAULTS / 5 else ""
        there = f"there {'are' if len(among) > 1 else 'is'} {listed(among)}" if among else "there is none"
        self.at(path, f"no {what} is called '{name}'{near or '; ' + there}", key=key)

    def sentences(self) -> tuple[str, ...]:
        """What is wrong, without the places."""
        return tuple(what for _, what in sorted(self._found))

    def lines(self) -> tuple[str, ...]:
        """`FILE:LINE:COL: what` for each, by position; the definition's own before those of other files."""
        ordered = sorted(self._found, key=lambda f: (self._files[f[0].file], f[0].line, f[0].column, f[1]))
        return tuple(f"{clean(p.file)}:{p.line}:{p.column}: {what}" for p, what in ordered)

    def raise_any(self) -> None:
        """Raises BadInput with all faults, if there are any."""
        lines = self.lines()
        if lines:
            file = clean(next(iter(self._files)))
            count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
            if len(lines) == MAX_FAULTS:
                count = f"{count} and more"
            raise BadInput(f"{file} has {count}", faults=lines)

    def fatal(self, place: Place, what: str) -> NoReturn:
        """Adds a fault after which nothing more of this file can be read, and raises Unreadable."""
        self.add(place, what)
        raise Unreadable


def nearest(name: str, among: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing if nothing is near."""
    by_fold = {candidate.casefold(): candidate for candidate in islice(among, 300)}
    close = get_close_matches(name[:80].casefold(), by_fold, 1)
    return f"; did you mean '{by_fold[close[0]]}'?" if close else ""


def listed(names: Iterable[str], limit: int = 9) -> str:
    """`a, b, c`, cut after `limit` names."""
    every = list(names)
    return ", ".join(every[:limit]) + (" …" if len(every) > limit else "")
