"""Actions: what they name exists, their keys are free, and what follows a failure ends somewhere."""

from collections.abc import Collection
from typing import Any

from launchpad.config.checks.circles import circles
from launchpad.config.checks.signals import whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path, listed
from launchpad.model.definition import ROLES, Action, Rollout


def check(document: Document, faults: Faults, reserved_keys: Collection[str]) -> None:
    """Adds what is wrong with `actions`. `reserved_keys` are those that the face needs itself."""
    actions = dict(whole(document.actions))
    taken: dict[str, str] = {}
    for name, action in actions.items():
        path: Path = ("actions", name)
        if action.gate is not None:
            faults.refer((*path, "gate"), action.gate, document.gates, "gate")
        if isinstance(action.key, str):
            _check_key((*path, "key"), name, action.key, taken, reserved_keys, faults)
        for index, step in enumerate(() if action.steps is HOLE else action.steps):
            if step is not HOLE:
                _check_step((*path, "steps", index), step, document, faults)
        if action.on_failure and action.on_failure is not HOLE:
            faults.refer((*path, "on_failure", "run"), action.on_failure.run, document.actions, "action")
        check_approvals(path, action, document, faults)
    for circle in circles({name: _repairs(action) for name, action in actions.items()}):
        what = f"a failure would go round in circles: {' → '.join([*circle, circle[0]])}"
        faults.at(
            ("actions", circle[0], "on_failure"), f"{what}; expected mode: ask or never, or another action"
        )


def _check_key(
    path: Path, name: str, key: str, taken: dict[str, str], reserved: Collection[str], faults: Faults
) -> None:
    if key in reserved:
        use = f" ({reserved[key]})" if isinstance(reserved, dict) else ""
        faults.at(path, f"key '{key}' is the screen's own{use}, expected another letter")
    elif taken.setdefault(key, name) != name:
        faults.at(path, f"key '{key}' opens '{taken[key]}' already, expected another letter")


def _check_step(path: Path, step: Any, document: Document, faults: Faults) -> None:
    providers: Any = document.providers
    if step.verb == "smoke" and (document.smoke is HOLE or step.provider in document.smoke):
        return
    faults.refer((*path, "provider"), step.provider, providers, "provider")
    provider = providers.get(step.provider, HOLE) if isinstance(providers, dict) else HOLE
    if provider is HOLE or provider.settings is HOLE:
        return
    verbs = getattr(provider.settings, "verbs", None)
    if verbs is not None and step.verb not in verbs:
        can = f"it can {listed(verbs)}" if verbs else "it can do nothing"
        faults.at(
            (*path, "verb"), f"provider '{step.provider}' can't {step.verb}, expected what it can: {can}"
        )


def check_approvals(path: Path, action: Action | Rollout, document: Document, faults: Faults) -> None:
    """Somebody else than the requester approves, so one fewer than there are must do."""
    if HOLE in (action.approvals, document.operators) or HOLE in document.operators:
        return
    approvers = sum(
        o.role in ROLES[ROLES.index("operator") :] for o in document.operators if o.role is not HOLE
    )
    if action.approvers is HOLE or HOLE in action.approvers.values():
        return
    _check_approvers((*path, "approvers"), action, document, faults)
    asked = max(action.approvals, sum(action.approvers.values()))
    if approvers > 1 and asked > approvers - 1:
        what = f"{approvers} operators may approve, one of whom asks; expected at most {approvers - 1}"
        faults.at((*path, "approvals" if asked == action.approvals else "approvers"), what)


def _check_approvers(path: Path, action: Action | Rollout, document: Document, faults: Faults) -> None:
    """Each need names a role or a team of which enough people may approve."""
    able = [o for o in document.operators if o.role in ("operator", "director")]
    if any(o.teams is HOLE for o in able):
        return
    known = {"operator": len(able), "director": sum(o.role == "director" for o in able)}
    for team in (team for operator in able for team in operator.teams):
        known[team] = known.get(team, 0) + 1
    for name, count in action.approvers.items():
        faults.refer((*path, name), name, known, "role or team of people who may approve", key=True)
        if count > known.get(name, count):
            what = f"only {known[name]} of '{name}' may approve, expected at most that"
            faults.at((*path, name), what)


def _repairs(action: Action) -> list[str]:
    """What a failure starts without asking."""
    after = action.on_failure
    return (
        [after.run] if after and after is not HOLE and after.mode == "auto" and after.run is not HOLE else []
    )
