"""The watch after T-0: its windows."""

from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults
from launchpad.model.values import format_duration


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with `launch.watch`."""
    if document.launch is HOLE or document.launch.watch is HOLE:
        return
    before = 0.0
    for index, length in enumerate(document.launch.watch):
        if length is HOLE:
            continue
        if length <= before:
            least = f"more than the {format_duration(before)} before it" if before else "more than nothing"
            faults.at(("launch", "watch", index), f"expected {least}")
        before = max(before, length)
