"""What only the whole shows: names that refer to nothing, limits in the wrong unit, circles."""

from collections.abc import Collection, Sequence

from launchpad.config.checks import (
    alerts,
    backups,
    criteria,
    delivery,
    gates,
    items,
    people,
    plans,
    rollouts,
    signals,
    smoke,
    watch,
)
from launchpad.config.document import Document
from launchpad.config.faults import Faults, Path
from launchpad.model.definition import Item
from launchpad.model.keys import RESERVED_KEYS


def check(
    document: Document,
    placed: Sequence[tuple[Path, Item]],
    faults: Faults,
    reserved_keys: Collection[str] = RESERVED_KEYS,
) -> None:
    """Adds to `faults` all that is wrong between the parts of `document`.

    `placed` are the items of all its checklists, each with its path; `reserved_keys` those that no action
    may take.
    """
    people.check(document, faults)
    items.check(placed, faults)
    signals.check(document, faults)
    gates.check(document, placed, faults)
    alerts.check(document, faults)
    delivery.check(document, faults)
    plans.check(document, faults, reserved_keys)
    watch.check(document, faults)
    criteria.check(document, faults)
    rollouts.check(document, faults)
    backups.check(document, placed, faults)
    smoke.check(document, placed, faults)
