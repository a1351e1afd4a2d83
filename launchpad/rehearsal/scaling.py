"""Fills an example's texts: names, and durations that shrink with the speed of the rehearsal."""

import re
from collections.abc import Mapping

from launchpad.model.values import parse_duration

_MARK = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<span>[^}/]*)(?:/(?P<floor>[^}]*))?\}|(?P<name>[a-z][a-z0-9_]*))"
)


def fill(text: str, names: Mapping[str, str], speed: float) -> str:
    """`text` with `$name` replaced, and `${20s}` by `2s` at `speed` 10; `${20s/6s}` becomes no less than 6 s.

    `$$` is a dollar sign. Raises ValueError for a name that is not among `names`, and for what is no
    duration.
    """

    def filled(mark: re.Match[str]) -> str:
        if mark["dollar"]:
            return "$"
        if mark["name"]:
            if mark["name"] not in names:
                raise ValueError(f"${mark['name']}: expected one of {', '.join(sorted(names))}")
            return names[mark["name"]]
        floor = parse_duration(mark["floor"]) if mark["floor"] else 0.0
        return written(shrunk(parse_duration(mark["span"]), floor, speed))

    return _MARK.sub(filled, text)


def shrunk(seconds: float, floor: float, speed: float) -> float:
    """Seconds at `speed`, and no fewer than `floor`; at speed 1 they are what they are."""
    return seconds if speed == 1 else max(floor, seconds / speed)


def written(seconds: float) -> str:
    """A duration as a definition has it, to the millisecond."""
    if seconds == int(seconds):
        return f"{int(seconds)}s"
    return f"{max(1, round(seconds * 1000))}ms"
