"""What a program of the team's own says of a rollout, or of a database."""

import json
import math
from typing import Any, get_args

from launchpad.errors import Unreachable
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.migrations import MigrationsReading
from launchpad.model.rollouts import WHOLE, RolloutReading
from launchpad.model.text import clean

_MIGRATED = 'expected a last line such as {"version": "41", "pending": ["42_add_index"]}'
_EXPECTED = 'expected a last line such as {"state": "rolling", "percent": 10}'
_MOST_USERS = 10**12


def reading_in(program: str, code: int, output: bytes) -> RolloutReading:
    """The reading in a program's last line: `state` and, where it has them, `percent`, `users`, `version` and
    `detail`. Raises `Unreachable` if there is none."""
    return _reading(program, _said(program, code, output, _EXPECTED))


def migrations_in(program: str, code: int, output: bytes) -> MigrationsReading:
    """How far a database is, in a program's last line: `version`, and `pending` as names or as `{name,
    destructive}`. Raises `Unreachable` if it is not there: no version is never up to date."""
    said = _said(program, code, output, _MIGRATED)
    version, pending = said.get("version"), said.get("pending")
    if not isinstance(version, str | int) or isinstance(version, bool):
        raise Unreachable(f"{program} says version {clean(str(version), 40)!r}", hint=_MIGRATED)
    if not isinstance(pending, list):
        raise Unreachable(f"{program} says pending {clean(str(pending), 40)!r}", hint=_MIGRATED)
    names, destructive = [], []
    for one in pending:
        told = {"name": one} if isinstance(one, str | int) else one
        if not isinstance(told, dict) or not isinstance(told.get("name"), str | int):
            raise Unreachable(f"{program} says pending {clean(str(one), 40)!r}", hint=_MIGRATED)
        names.append(clean(str(told["name"])))
        # Whatever it is, a word on destruction is not overheard.
        if told.get("destructive", False) is not False:
            destructive.append(names[-1])
    return MigrationsReading(
        version=clean(str(version)), pending=tuple(names), destructive=tuple(destructive)
    )


def _said(program: str, code: int, output: bytes, expected: str) -> dict[str, Any]:
    """What a program says in its last line. Raises `Unreachable`."""
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    if code != 0:
        how = f"died of signal {-code}" if code < 0 else f"exit status {code}"
        raise Unreachable(f"{program}: {how}" + (f", {clean(last)}" if last else ""))
    try:
        said = json.loads(last)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unreachable(f"{program} says {clean(last, 80) or 'nothing'!r}", hint=expected)
    return said


def _reading(program: str, said: dict[str, Any]) -> RolloutReading:
    status, percent, users = said.get("state"), said.get("percent", 0), said.get("users")
    known: tuple[RolloutStatus, ...] = get_args(RolloutStatus)
    found = next((one for one in known if one == status), None)
    if found is None:
        raise Unreachable(
            f"{program} says state {clean(str(status), 40)!r}", hint=f"expected one of {', '.join(known)}"
        )
    if not _number(percent) or not 0 <= percent <= WHOLE:
        raise Unreachable(f"{program} says percent {clean(str(percent), 40)!r}", hint="expected 0 to 100")
    if users is not None and (not _number(users) or not 0 <= users < _MOST_USERS):
        raise Unreachable(f"{program} says users {clean(str(users), 40)!r}", hint="expected a number")
    return RolloutReading(
        status=found,
        percent=float(percent),
        users=None if users is None else round(users),
        version=clean(str(said.get("version") or "")),
        detail=clean(str(said.get("detail") or ""), 500),
    )


def _number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
