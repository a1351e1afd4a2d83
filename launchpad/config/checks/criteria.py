"""Rollback criteria: what they name exists, and nothing counts twice."""

from typing import Any

from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.model.definition import AlertCriterion, AnyCriterion, ObjectiveCriterion


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with `rollback_criteria`."""
    criteria = document.rollback_criteria
    if criteria is None or criteria is HOLE:
        return
    if criteria.run is not None:
        faults.refer(("rollback_criteria", "run"), criteria.run, document.actions, "action")
    seen: set[tuple[str, Any]] = set()
    for index, criterion in enumerate(() if criteria.of is HOLE else criteria.of):
        if criterion is HOLE:
            continue
        path: Path = ("rollback_criteria", "of", index)
        kind, name = _check_criterion(path, criterion, document, faults)
        if name is not HOLE and (kind, name) in seen:
            faults.at((*path, kind), f"'{name}' counts already, expected another criterion")
        seen.add((kind, name))


def _check_criterion(path: Path, criterion: AnyCriterion, document: Document, faults: Faults) -> Any:
    """Kind and name."""
    if isinstance(criterion, AlertCriterion):
        faults.refer((*path, "alert"), criterion.alert, document.alerts, "alert")
        return "alert", criterion.alert
    if isinstance(criterion, ObjectiveCriterion):
        faults.refer((*path, "objective"), criterion.objective, document.objectives, "objective")
        return "objective", criterion.objective
    return "hand", criterion.hand
