"""What a program of the team's own says of a rollout."""

import json
import math
from typing import Any, get_args

from launchpad.errors import Unreachable
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.rollouts import WHOLE, RolloutReading
from launchpad.model.text import clean

_EXPECTED = 'expected a last line such as {"state": "rolling", "percent": 10}'


def reading_in(program: str, code: int, output: bytes) -> RolloutReading:
    """The reading in a program's last line: `state` and, where it has them, `percent`, `users`, `version` and
    `detail`. Raises `Unreachable` if there is none."""
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    if code != 0:
        how = f"died of signal {-code}" if code < 0 else f"exit status {code}"
        raise Unreachable(f"{program}: {how}" + (f", {clean(last)}" if last else ""))
    try:
        said = json.loads(last)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Unreachable(f"{program} says {clean(last, 80) or 'nothing'!r}", hint=_EXPECTED)
    return _reading(program, said)


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
    if users is not None and (not _number(users) or users < 0):
        raise Unreachable(f"{program} says users {clean(str(users), 40)!r}", hint="expected a number")
    return RolloutReading(
        status=found,
        percent=float(percent),
        users=None if users is None else round(users),
        version=clean(str(said.get("version") or "")),
        detail=clean(str(said.get("detail") or ""), 500),
    )


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
