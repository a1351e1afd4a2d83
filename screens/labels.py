"""Labels that are typed to get to what is on the screen, and what each stands for. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the fingers first."""
OF_PANELS: Mapping[str, str] = {
    "objectives": "O",
    "rollouts": "R",
    "gate": "G",
    "alerts": "A",
    "timeline": "T",
    "checklist": "C",
    "poll": "N",
    "people": "P",
    "action": "X",
}
"""Panel → its label, always the same: capitals are panels, small letters entries."""


class Target(NamedTuple):
    """A panel, or an entry of it."""

    panel: str
    key: str | None = None
    """Of the entry; None: the panel."""


Labels = Mapping[str, Target]
"""Label → what it leads to."""


def codes(count: int) -> list[str]:
    """So many labels, none of which begins another: one letter each while they last, then two."""
    size = len(LETTERS)
    heads = next(n for n in range(size + 1) if size - n + n * size >= count or n == size)
    short = list(LETTERS[: size - heads])
    return (short + [head + letter for head in LETTERS[size - heads :] for letter in LETTERS])[:count]


def labels(panels: Sequence[str], entries: Sequence[Target]) -> Labels:
    """A label for each of the panels and, as far as two letters reach, for the entries on the screen."""
    named = {OF_PANELS[panel]: Target(panel) for panel in panels}
    return {**named, **dict(zip(codes(len(entries)), entries, strict=False))}


def begun(given: Labels, typed: str) -> Labels:
    """Those that what was typed may become."""
    return {label: target for label, target in given.items() if label.startswith(typed)}
