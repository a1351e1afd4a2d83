"""What an examination finds."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One thing that was looked at."""

    verdict: Literal["ok", "bad", "unknown"]
    what: str
    detail: str
