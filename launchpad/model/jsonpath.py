"""Where in a JSON document something stands: `items[0].name`, `$.data['first name']`, `items.0.name`."""

import re
from typing import Any

Path = tuple[str | int, ...]

_PIECE = re.compile(r"""\.?([^.\[\]'"\s]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")


def parse_path(text: str) -> Path:
    """The keys and indexes that lead there. Raises ValueError with what was expected."""
    rest = text.strip().removeprefix("$")
    found: list[str | int] = []
    while rest:
        piece = _PIECE.match(rest)
        if piece is None:
            raise ValueError("expected a path such as items[0].name")
        key, index, single, double = piece.groups()
        if index is not None:
            found.append(int(index))
        else:
            found.append(next(part for part in (key, single, double) if part is not None))
        rest = rest[piece.end() :]
    return tuple(found)


def value_at(document: Any, path: Path) -> Any:
    """What stands at `path`. Raises LookupError with how far it leads."""
    here = document
    for depth, key in enumerate(path):
        try:
            here = here[int(key)] if isinstance(here, list) else _in_object(here, key)
        except (KeyError, IndexError, ValueError):
            raise LookupError(f"there is no {written_path(path[: depth + 1])}") from None
        if here is None and depth + 1 < len(path):
            raise LookupError(f"{written_path(path[: depth + 1])} holds nothing")
    return here


def _in_object(value: Any, key: str | int) -> Any:
    if not isinstance(value, dict):
        raise KeyError(key)  # what is neither an object nor a list has nothing in it
    return value[key]


def written_path(path: Path) -> str:
    """A path as people write it."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "$"
