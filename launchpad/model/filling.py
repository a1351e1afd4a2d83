"""Placeholders such as `{{ launch.version }}` in what a definition says, and what takes their place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def placeholders(text: str) -> list[str]:
    """The names between double braces."""
    return [name.strip() for name in PLACEHOLDER.findall(text)]


def filled_text(text: str, values: Mapping[str, Any]) -> str:
    """`text` with each placeholder replaced. Raises KeyError with the first missing name."""
    return PLACEHOLDER.sub(lambda match: written(values[match[1].strip()]), text)


def filled_value(value: Any, values: Mapping[str, Any], *, typed: bool = False) -> Any:
    """`value`, as JSON has it, with each placeholder in its texts replaced. Raises KeyError.

    Below a key `json`, or with `typed`, a text that is one placeholder and nothing else becomes the value
    itself: a number stays a number.
    """
    match value:
        case str():
            alone = PLACEHOLDER.fullmatch(value.strip()) if typed else None
            return values[alone[1].strip()] if alone else filled_text(value, values)
        case dict():
            return {
                key: filled_value(one, values, typed=typed or key == "json") for key, one in value.items()
            }
        case list() | tuple():
            return [filled_value(one, values, typed=typed) for one in value]
        case _:
            return value


def texts_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text in `value`, as JSON has it, with where it stands."""
    match value:
        case str():
            yield path, value
        case dict():
            for key, one in value.items():
                yield from texts_in(one, (*path, key))
        case list() | tuple():
            for index, one in enumerate(value):
                yield from texts_in(one, (*path, index))


def written(value: Any) -> str:
    """A value of JSON as it stands in the midst of a text."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return str(value)
