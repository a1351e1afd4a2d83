"""Single values: text as written, turned into what its type wants, with a sentence where it can't be."""

import operator
import re
from collections.abc import Callable
from typing import Any

from msgspec import inspect

from launchpad.config.faults import listed, nearest
from launchpad.config.source import CONTROL
from launchpad.model.definition import Threshold, Wait
from launchpad.model.secrecy import looks_secret, sounds_secret
from launchpad.model.values import (
    Quantity,
    ZonedTime,
    is_secret_reference,
    parse_duration,
    parse_offset,
    parse_percent,
    parse_quantity,
    parse_zoned_time,
)

REFERENCE = "expected a reference such as env:NAME, keyring:SERVICE/NAME, file:PATH or command:ARGV"

_LONGEST = 3650 * 86400.0
"""Seconds; more than any launch lasts, and far from where instants overflow."""

_PLACE = re.compile(r"(?:[\w-]+ )?\{\{[^{}]*\}\}")
"""Where something will be filled in: `Bearer {{ token }}`."""
_PASSWORD_FIELD = re.compile(r"\bpassword\s*=\s*[^\s]", re.IGNORECASE)


def threshold(text: str) -> Threshold:
    """`errors > 1%`. Raises ValueError."""
    match = re.fullmatch(r"(\S+?)\s*(>=|<=|>|<)\s*(\S+)", text)
    if not match:
        raise ValueError("expected an objective and its limit such as errors > 1% or latency > 3s")
    op: Any = match[2]
    return Threshold(objective=match[1], op=op, limit=parse_quantity(match[3]))


def wait(text: str) -> Wait:
    """`15m`, `next-business-day`, `never`. Raises ValueError."""
    if text in ("next-business-day", "never"):
        until: Any = text
        return Wait(until=until)
    try:
        return Wait(seconds=_within_reason(parse_duration)(text))
    except ValueError as error:
        raise ValueError(f"{error}, next-business-day or never") from None


def _within_reason(parse: Callable[[str], float]) -> Callable[[str], float]:
    def parser(text: str) -> float:
        seconds = parse(text)
        if abs(seconds) > _LONGEST:
            raise ValueError("expected at most 3650d")
        return seconds

    return parser


PARSERS: dict[str, Callable[[str], Any]] = {
    "duration": _within_reason(parse_duration),
    "offset": _within_reason(parse_offset),
    "percent": parse_percent,
}
"""By the kind that `Meta.extra["read"]` names."""

STRUCTS: dict[type, Callable[[str], Any]] = {
    Quantity: parse_quantity,
    ZonedTime: parse_zoned_time,
    Threshold: threshold,
    Wait: wait,
}
"""Structs that are written as one value."""


def scalar(text: str, type_: inspect.Type, kind: str | None, hint: str) -> Any:
    """The value of `text` as `type_`, which is read as `kind`. Raises ValueError with what was expected.

    `hint` describes the type, for texts that don't fit its pattern.
    """
    if kind in PARSERS:
        return parsed(PARSERS[kind], text)
    match type_:
        case inspect.StrType():
            return _string(text, type_, kind, hint)
        case inspect.LiteralType(values=values):
            if text in values:
                return text
            near = nearest(text, map(str, values))
            raise ValueError(f"expected {_one_of(values)}, found {quoted(text)}{near}")
        case inspect.BoolType():
            if text in ("true", "false"):
                return text == "true"
            raise ValueError(f"expected true or false, found {quoted(text)}")
        case inspect.IntType():
            if not re.fullmatch(r"-?(0|[1-9][0-9]{0,14})", text):
                raise ValueError(f"expected a whole number, found {quoted(text)}")
            return _bounded(int(text), type_)
        case inspect.FloatType():
            if not re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?", text):
                raise ValueError(f"expected a number, found {quoted(text)}")
            return _bounded(float(text), type_)
        case _:
            return text


def parsed(parse: Callable[[str], Any], text: str) -> Any:
    """What `parse` makes of a short text. Raises ValueError that quotes what was found."""
    if len(text) > 100:
        raise ValueError(f"expected a short value, found {quoted(text)}")
    try:
        return parse(text)
    except ArithmeticError:
        raise ValueError(f"expected a value within reach, found {quoted(text)}") from None
    except ValueError as error:
        raise ValueError(f"{error}, found {quoted(text)}") from None


def quoted(text: str) -> str:
    """A found value in a sentence, cut; never one that looks like a secret."""
    if looks_secret(text):
        return "a secret"
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


_WITHIN = re.compile(r"\b(?:env|keyring|file|command):\S")
"""A reference that stands among other words, where none is read."""


def environment_fault(name: str, text: str) -> str | None:
    """What is wrong with handing `text` out under `name`; None if nothing is."""
    if not text or is_secret_reference(text) or _PLACE.fullmatch(text):
        return None
    if sounds_secret(name):
        held = f"'{name}' holds a literal secret by its name; {REFERENCE}"
        return f"{held}, alone: what it leads to is the whole value" if _WITHIN.search(text) else held
    return f"'{name}' holds a password; {REFERENCE}" if _PASSWORD_FIELD.search(text) else None


def _string(text: str, type_: inspect.StrType, kind: str | None, hint: str) -> str:
    if kind == "secret":
        if not is_secret_reference(text):
            raise ValueError(f"a literal where a secret belongs; {REFERENCE}")
        return text
    if found := CONTROL.search(text):
        raise ValueError(f"control character U+{ord(found[0]):04X}, expected none")
    if looks_secret(text):
        raise ValueError(
            "a secret in plain sight, expected a reference such as env:NAME in a place that takes one"
        )
    if kind != "text":
        text = text.strip()
        if "\n" in text:
            raise ValueError("several lines, expected one")
    if type_.min_length and len(text) < type_.min_length:
        raise ValueError("nothing here, expected text")
    if type_.max_length and len(text) > type_.max_length:
        raise ValueError(f"{len(text)} characters, expected at most {type_.max_length}")
    if type_.pattern and not re.search(type_.pattern, text):
        raise ValueError(f"{hint}, found {quoted(text)}")
    return text


def _bounded(value: float, type_: inspect.IntType | inspect.FloatType) -> float:
    """`value`, if it lies within the type's bounds. Raises ValueError."""
    bounds = (
        (type_.ge, operator.ge, "at least"),
        (type_.gt, operator.gt, "more than"),
        (type_.le, operator.le, "at most"),
        (type_.lt, operator.lt, "less than"),
    )
    for limit, holds, words in bounds:
        if limit is not None and not holds(value, limit):
            raise ValueError(f"expected {words} {limit}, found {value}")
    return value


def _one_of(values: tuple[Any, ...]) -> str:
    return f"'{values[0]}'" if len(values) == 1 else f"one of {listed(map(str, values))}"
