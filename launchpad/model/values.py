"""The scalar kinds that definitions are written in, how they are parsed and how they are shown.

Each kind is an annotated Python type. Its `Meta.extra["read"]` names the parser below that turns what a
user writes (`5m`, `99.9%`, `T-1d`) into what the journal keeps (a number); `config` applies the parser,
the journal's own decoding never does.
"""

import math
import re
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Literal, dataclass_transform
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

Micros = int
"""An instant: microseconds since the Unix epoch, UTC."""

SECOND = 1_000_000
"""Microseconds in a second."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every frozen value of the model."""


class Quantity(Value):
    """A number with the unit it was written in: `2s` is 2.0 s, `0.1%` is 0.001 shown as a percentage."""

    value: float
    unit: Literal["s", "%", ""] = ""


class ZonedTime(Value):
    """An instant and the zone in which people speak of it."""

    at: Micros
    zone: str


def _schema(kind: str, pattern: str, example: str) -> dict[str, object]:
    return {"type": "string", "pattern": pattern, "examples": [example], "description": kind}


_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_DURATION = rf"(?:{_NUMBER}(?:ms|s|m|h|d|w))+"

Duration = Annotated[
    float,
    Meta(
        ge=0,
        extra={"read": "duration"},
        extra_json_schema=_schema("A duration such as 500ms, 5s, 1h30m or 2d.", f"^{_DURATION}$", "5m"),
    ),
]
Fraction = Annotated[
    float,
    Meta(
        ge=0,
        le=1,
        extra={"read": "percent"},
        extra_json_schema=_schema("A percentage such as 99.9%.", f"^{_NUMBER}%$", "99.9%"),
    ),
]
Offset = Annotated[
    float,
    Meta(
        extra={"read": "offset"},
        extra_json_schema=_schema("A time relative to T-0.", rf"^T[+-]{_DURATION}$", "T-1d"),
    ),
]
SecretRef = Annotated[
    str,
    Meta(
        extra={"read": "secret"},
        extra_json_schema=_schema(
            "A reference to a secret, never the secret itself.", "^(env|keyring|file|command):.+", "env:TOKEN"
        ),
    ),
]
Endpoint = Annotated[
    str,
    Meta(
        extra={"read": "endpoint"},
        extra_json_schema={"description": "A URL, or a reference to a secret that holds one."},
    ),
]
Text = Annotated[str, Meta(extra={"read": "text"})]
"""Text that may have several lines; any other string is one line."""
Environment = Annotated[dict[str, str], Meta(extra={"read": "environment"})]
"""Names and values handed to the outside; a value whose name sounds secret must be a reference."""

_UNITS: dict[str, Decimal | int] = {
    "ms": Decimal("0.001"),
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
}
SECRET_SCHEMES = ("env:", "keyring:", "file:", "command:")


LONGEST = 100 * 366 * 86400
"""No duration is longer, and so every instant made of one can be shown."""
_YEARS = range(1970, 3000)
_OF_A_MACHINE = ("localtime", "posixrules")
"""Files beside the zones that say something else on each machine."""


def parse_duration(text: str) -> float:
    """Seconds in `1h30m`, `500ms`, `2d`. Raises ValueError with what was expected."""
    if not re.fullmatch(_DURATION, text):
        raise ValueError("expected a duration such as 500ms, 5s, 1h30m or 2d")
    parts = re.findall(rf"({_NUMBER})(ms|[smhdw])", text)
    seconds = float(sum((Decimal(number) * _UNITS[unit] for number, unit in parts), Decimal(0)))
    if seconds > LONGEST:
        raise ValueError("expected a duration of at most a hundred years")
    return seconds


def parse_percent(text: str) -> float:
    """The fraction in `99.9%` (0.999, exactly the nearest float). Raises ValueError."""
    if not re.fullmatch(rf"{_NUMBER}%", text):
        raise ValueError("expected a percentage such as 99.9%")
    fraction = float(Decimal(text[:-1]) / 100)
    if fraction > 1:
        raise ValueError("expected a percentage of at most 100%")
    return fraction


def parse_offset(text: str) -> float:
    """Seconds from T-0 in `T-1d` (negative) or `T+15m`. Raises ValueError."""
    if not re.fullmatch(rf"T[+-]{_DURATION}", text):
        raise ValueError("expected a time relative to T-0 such as T-1d or T+15m")
    seconds = parse_duration(text[2:])
    return -seconds if text[1] == "-" else seconds


def parse_slip(text: str) -> float:
    """Seconds by which T-0 moves: `+30m` or `30m` later, `-10m` earlier. Raises ValueError."""
    sign, rest = (text[0], text[1:]) if text[:1] in ("+", "-") else ("+", text)
    seconds = parse_duration(rest)
    return -seconds if sign == "-" else seconds


def parse_quantity(text: str) -> Quantity:
    """`2s`, `0.1%` or a plain number. Raises ValueError."""
    if text.endswith("%"):
        return Quantity(value=parse_percent(text), unit="%")
    if re.fullmatch(_NUMBER, text) and math.isfinite(number := float(text)):
        return Quantity(value=number)
    try:
        return Quantity(value=parse_duration(text), unit="s")
    except ValueError:
        raise ValueError("expected a limit such as 2s, 0.1% or 5") from None


def parse_zoned_time(text: str) -> ZonedTime:
    """`2026-12-01 09:00 Europe/Berlin`: local time, then an IANA zone (or UTC). Raises ValueError."""
    expected = "expected a time with its zone such as 2026-12-01 09:00 Europe/Berlin"
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?) +(\S+)", text)
    if not match:
        raise ValueError(expected)
    if match[3] in _OF_A_MACHINE:
        raise ValueError("expected a zone that is the same on every machine such as Europe/Berlin")
    try:
        zone = ZoneInfo(match[3])
        local = datetime.fromisoformat(f"{match[1]} {match[2]}").replace(tzinfo=zone)
    except (ValueError, OSError, KeyError):
        raise ValueError(expected) from None
    if local.year not in _YEARS:
        raise ValueError(f"expected a year between {_YEARS[0]} and {_YEARS[-1]}")
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("this time does not exist in its zone (clocks are set forward over it)")
    return ZonedTime(at=round(local.timestamp()) * SECOND, zone=match[3])


def zone_known(name: str) -> bool:
    """Whether this machine can tell the time in a zone: its database may be older than a definition's, or
    absent."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def is_secret_reference(text: str) -> bool:
    """Whether `text` names a secret (`env:NAME` …) instead of holding one."""
    return any(text.startswith(scheme) and len(text) > len(scheme) for scheme in SECRET_SCHEMES)


def format_duration(seconds: float) -> str:
    """A short duration for people: `350 ms`, `4.2 s`, `41 s`, `4m10s`, `2h05m`, `3d4h`.

    Cut, never rounded up: no mark is shown as reached that was not.
    """
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < 60:
        return _in_seconds(_cut(seconds, _figures(seconds, "s")))
    minutes, secs = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{secs:02d}s" if secs else f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minutes:02d}m" if minutes else f"{hours}h"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours}h" if hours else f"{days}d"


def format_quantity(value: float, unit: str, *, beside: float | None = None) -> str:
    """A value in its unit: seconds as a duration, fractions as percentages to four figures or more.

    Cut, never rounded up, so that only 1 is 100%. Beside the limit it is held against, a value gets as many
    figures as it takes to see on which side of the limit it lies.
    """
    if unit == "s" and not 0 <= value < 60:
        return format_duration(value)
    figures = _figures(value, unit)
    shown = _cut(value, figures)
    while beside is not None and shown <= _exact(beside) < _exact(value) and figures < _MOST_FIGURES:
        figures += 1
        shown = _cut(value, figures)
    if unit == "s":
        return _in_seconds(shown)
    return f"{_plain(shown * 100)}%" if unit == "%" else _plain(shown)


_AS_WRITTEN = 4
"""A number of at most so many figures is shown whole: people's own limits are."""
_MOST_FIGURES = 15


def _figures(value: float, unit: str) -> int:
    if unit == "s":
        return 2 if value >= 1 else 3
    return 6 if unit == "%" and value >= 0.99 else 4


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _cut(value: float, figures: int) -> Decimal:
    """`value` without what follows its first figures; its whole part stays."""
    exact = _exact(value)
    if len(exact.normalize().as_tuple().digits) <= _AS_WRITTEN:
        return exact
    return exact.quantize(Decimal(1).scaleb(min(exact.adjusted() - figures + 1, 0)), ROUND_DOWN)


def _in_seconds(seconds: Decimal) -> str:
    return f"{_plain(seconds)} s" if seconds >= 1 or not seconds else f"{_plain(seconds * 1000)} ms"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def format_countdown(seconds: float) -> str:
    """`T-1d 02:03:04` before T-0 and `T+00:14:32` after it."""
    sign = "-" if seconds < 0 else "+"
    days, rest = divmod(int(abs(seconds)), 86400)
    clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"T{sign}{days}d {clock}" if days else f"T{sign}{clock}"


def format_instant(at: Micros, zone: str = "UTC", *, date: bool = False) -> str:
    """Wall time in `zone`: `14:03:22`, or with the date `2026-12-01 14:03:22`."""
    local = datetime.fromtimestamp(at / SECOND, ZoneInfo(zone))
    return local.strftime("%Y-%m-%d %H:%M:%S" if date else "%H:%M:%S")


def format_clock(at: Micros, zone: str, now: Micros) -> str:
    """Wall time in `zone` to the minute: `09:12`, on another day than `now` `Nov 30 09:12`."""
    local, today = (datetime.fromtimestamp(instant / SECOND, ZoneInfo(zone)) for instant in (at, now))
    return local.strftime("%H:%M" if local.date() == today.date() else "%b %d %H:%M")
