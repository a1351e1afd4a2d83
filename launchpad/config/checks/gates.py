"""Gates: what their conditions name exists, and each can be met."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any

from launchpad.config.checks.signals import whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.model.definition import (
    PHASES,
    CheckCondition,
    Gate,
    Item,
    MigrationsCondition,
    ObjectiveCondition,
    PhaseCondition,
    PollCondition,
    ReadyCondition,
    RolloutCondition,
    UnlockedCondition,
    WindowCondition,
)


def check(document: Document, placed: Sequence[tuple[Path, Item]], faults: Faults) -> None:
    """Adds what is wrong with `gates`; `placed` are the items of all checklists."""
    checked = {item.id: None for _, item in placed if item.check is not None and item.id is not HOLE}
    for name, gate in whole(document.gates):
        _check_gate(name, gate, document, checked, faults)


def _check_gate(name: str, gate: Gate, document: Document, checked: Collection[str], faults: Faults) -> None:
    path: Path = ("gates", name)
    used = {thing.gate for things in (document.actions, document.rollouts) for _, thing in whole(things)}
    guarded = [phase for phase in PHASES if phase != "pre-launch"]
    close = get_close_matches(name, guarded, 1, 0.7)
    if name not in guarded and name not in used and close:
        guards = "guards nothing: it is not the name of a phase that is entered, and no action names it"
        faults.at(path, f"gate '{name}' {guards}; did you mean '{close[0]}'?", key=True)
    for index, condition in enumerate(gate):
        _check_condition((*path, index), name, condition, document, checked, faults)


def _check_condition(
    where: Path, gate: str, condition: Any, document: Document, checked: Collection[str], faults: Faults
) -> None:
    match condition:
        case ObjectiveCondition():
            faults.refer((*where, "objective"), condition.objective, document.objectives, "objective")
        case PhaseCondition() if condition.phase == gate:
            what = f"this gate guards the way into '{gate}', which is never entered already"
            faults.at((*where, "phase"), f"{what}; expected an earlier phase")
        case WindowCondition() if condition.window is not HOLE:
            _check_hours((*where, "window"), condition.window, faults)
        case PollCondition():
            _refer_all(
                (*where, "poll"), condition.poll, _teams(document), "team of people who may answer", faults
            )
        case ReadyCondition():
            faults.refer((*where, "ready"), condition.ready, document.actions, "action")
        case UnlockedCondition():
            _refer_all((*where, "unlocked"), condition.unlocked, document.providers, "provider", faults)
        case MigrationsCondition():
            _check_migrations((*where, "migrations"), condition.migrations, document, faults)
        case RolloutCondition():
            faults.refer((*where, "rollout"), condition.rollout, document.rollouts, "rollout")
            _check_own((*where, "rollout"), gate, condition.rollout, document, faults)
        case CheckCondition():
            _refer_all((*where, "check"), condition.check, checked, "item with a check", faults)


def _check_migrations(path: Path, names: Any, document: Document, faults: Faults) -> None:
    _refer_all(path, names, document.providers, "provider", faults)
    known = dict(whole(document.providers))
    for index, name in enumerate(() if names is HOLE else names):
        settings = known[name].settings if name in known else HOLE
        if settings is not HOLE and not getattr(settings, "migrates", False):
            what = f"provider '{name}' does not say how far it is migrated, expected one with 'migrations'"
            faults.at((*path, index), what)


def _check_own(where: Path, gate: str, name: str, document: Document, faults: Faults) -> None:
    """A rollout that waits for itself goes nowhere."""
    if any(known == name and rollout.gate == gate for known, rollout in whole(document.rollouts)):
        faults.at(where, f"rollout '{name}' itself goes through this gate, expected another")


def _refer_all(path: Path, names: Any, known: Any, what: str, faults: Faults) -> None:
    for index, name in enumerate(() if names is HOLE else names):
        faults.refer((*path, index), name, known, what)


def _teams(document: Document) -> Any:
    """The teams that somebody speaks for who is no viewer; HOLE where that can't be told, or where nobody is
    named at all."""
    if document.operators is HOLE or HOLE in document.operators or not document.operators:
        return HOLE
    teams = [operator.teams for operator in document.operators if operator.role != "viewer"]
    return HOLE if HOLE in teams else {team: None for spoken in teams for team in spoken}


def _check_hours(path: Path, window: Any, faults: Faults) -> None:
    if window.between is None and window.not_on == ():
        faults.at(path, "an empty window, expected 'not_on' or 'between'")
    if HOLE not in (window.between, window.not_on):
        start, _, end = (window.between or "").partition("-")
        if start and start == end:
            faults.at((*path, "between"), "begins when it ends, expected two different times")
        if len(set(window.not_on)) == 7:
            faults.at((*path, "not_on"), "every day of the week, expected at least one to be left")
