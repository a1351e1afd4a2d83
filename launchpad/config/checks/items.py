"""Checklist items: one id each, needs that can be met, and checks that renew their own proof."""

from collections.abc import Sequence

from launchpad.config.checks import probes
from launchpad.config.checks.circles import circles
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.model.definition import PHASES, Item
from launchpad.model.values import format_duration


def check(placed: Sequence[tuple[Path, Item]], faults: Faults) -> None:
    """Adds what is wrong with the items of all checklists, each given with its path."""
    by_id: dict[str, tuple[Path, Item]] = {}
    for path, item in placed:
        if item.id is HOLE:
            continue
        first = by_id.setdefault(item.id, (path, item))
        if first[1] is not item:
            place = faults.place((*first[0], "id"))
            what = f"the id '{item.id}' is that of the item at {place.file}:{place.line} too"
            faults.at((*path, "id"), f"{what}, expected one of its own")
    for path, item in placed:
        _check_needs(path, item, by_id, faults)
        if item.check and item.check is not HOLE:
            _check_proof(path, item, faults)
    needs = {
        id_: [n for n in item.needs if n is not HOLE]
        for id_, (_, item) in by_id.items()
        if item.needs is not HOLE
    }
    for circle in circles(needs):
        path = by_id[circle[0]][0]
        faults.at((*path, "needs"), f"these items wait for each other: {' → '.join([*circle, circle[0]])}")


def _check_needs(path: Path, item: Item, by_id: dict[str, tuple[Path, Item]], faults: Faults) -> None:
    for index, need in enumerate(() if item.needs is HOLE else item.needs):
        where = (*path, "needs", index)
        faults.refer(where, need, by_id, "item")
        needed = by_id.get(need)
        if needed and HOLE not in (item.phase, needed[1].phase):
            later = PHASES.index(needed[1].phase) > PHASES.index(item.phase)
            if later:
                what = f"'{need}' belongs to a later phase ({needed[1].phase}) than this item ({item.phase})"
                faults.at(where, f"{what}, expected one of the same or an earlier phase")


def _check_proof(path: Path, item: Item, faults: Faults) -> None:
    assert item.check
    probes.check((*path, "check"), item.check, faults)
    every, valid_for = item.check.every, item.check.valid_for
    if HOLE not in (every, valid_for) and valid_for < every:
        what = f"verified again only every {format_duration(every)}, when its proof has expired"
        faults.at(
            (*path, "check", "every"), f"{what}; expected at most valid_for ({format_duration(valid_for)})"
        )
