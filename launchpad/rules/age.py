"""For how long counts what was once found. By the store's clock, which may have been set back since."""

from launchpad.model.values import SECOND, Micros, format_duration

_LEEWAY = 5 * SECOND
"""How far ahead of now a stamp may lie: what it is compared with was read at another moment."""


def set_back(at: Micros, now: Micros) -> bool:
    """Whether `at` lies ahead: the clock was set back since, and nobody knows how long ago it was."""
    return at - now > _LEEWAY


def counts(at: Micros, now: Micros, valid: float) -> bool:
    """Whether what was found at `at` is known to be no older than `valid` seconds."""
    return not set_back(at, now) and now - at <= valid * SECOND


def to_renew(at: Micros, now: Micros, valid: float) -> bool:
    """Whether what was found at `at` is to be recorded anew: half of the time for which it counts is over."""
    return not counts(at, now, valid / 2)


def ago(at: Micros, now: Micros) -> str:
    """How long ago it was found, as far as that is known."""
    if set_back(at, now):
        return "before the clock was set back"
    return f"{format_duration(max(0, now - at) // SECOND)} ago"


def told(at: Micros, now: Micros, valid: float) -> str:
    """How long ago it was found, and why it does not count, where it does not."""
    if counts(at, now, valid):
        return ago(at, now)
    return f"{ago(at, now)}, {'so how long ago is not known' if set_back(at, now) else 'which is too long'}"
