"""What the launch itself proves, without a probe."""

from launchpad.model.smoke import SmokeVerdict
from launchpad.model.state import State
from launchpad.model.values import SECOND, Micros, format_duration


def backup_proof(state: State, of: str, within: float, now: Micros) -> tuple[SmokeVerdict, str]:
    """Whether a backup of `of` was restored to try it and its data is not older than `within` seconds."""
    known = state.backups.get(of)
    if known is None:
        return "unknown", "this launch made none yet"
    if known.verified is None:
        return "unknown", "none of this launch was restored to try it"
    age = (now - known.verified.taken_at) / SECOND
    detail = f"its data is {format_duration(age)} old, limit {format_duration(within)}"
    return "ok" if age <= within else "bad", detail
