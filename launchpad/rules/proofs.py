"""What the launch itself proves, without a probe."""

from launchpad.model.smoke import SmokeVerdict
from launchpad.model.state import State
from launchpad.model.values import SECOND, Micros, format_duration
from launchpad.rules.age import set_back


def backup_age(state: State, of: str, now: Micros) -> tuple[float | None, str]:
    """Seconds since the instant that the data of the last verified backup of `of` is of; None, and why, where
    there is none."""
    known = state.backups.get(of)
    if known is None:
        return None, "this launch made none yet"
    if known.verified is None and known.damaged:
        return None, f"{known.damaged} was found damaged"
    if known.verified is None:
        return None, "none of this launch was restored to try it"
    if set_back(known.verified.taken_at, now):
        return None, "the clock was set back since the last, so how old that is is not known"
    return max(0.0, (now - known.verified.taken_at) / SECOND), ""


def backup_proof(state: State, of: str, within: float, now: Micros) -> tuple[SmokeVerdict, str]:
    """Whether a backup of `of` was restored to try it and its data is not older than `within` seconds."""
    age, why = backup_age(state, of, now)
    if age is None:
        return "unknown", why
    detail = f"its data is {format_duration(age)} old, limit {format_duration(within)}"
    return "ok" if age <= within else "bad", detail
