"""What a probe finds, and the ways in which it can fail."""

from collections.abc import Callable
from enum import Enum
from typing import Literal

from launchpad.model.values import Value

Verdict = Literal["ok", "bad", "unknown"]
"""`unknown`: our own resolver, network or machine failed, so that nothing can be said of the target."""


Saying = Callable[[str, int], str]
"""Text from outside as one line of at most so many characters; without secrets, which must be gone before
it is cut."""


class Phases(Value):
    """Where the time went, in seconds; over all hops where redirects were followed.

    None: the phase was not there (an address needs no resolution), or was not finished.
    """

    resolve: float | None = None
    """Host name to addresses."""
    connect: float | None = None
    """TCP handshake."""
    tls: float | None = None
    """TLS handshake."""
    first_byte: float | None = None
    """From the request's last byte sent to the answer's first byte received."""
    whole: float | None = None
    """From the start to the end of the answer, or to the most that is read of it."""


class ProbeResult(Value):
    """One probe, done."""

    verdict: Verdict
    reason: str
    """One clean line for an operator."""
    duration: float | None = None
    """Seconds for the whole; a timeout counts as its limit. None where nothing was measured."""
    phases: Phases | None = None
    status: int | None = None
    """HTTP status of the last answer that was received."""
    notable: bool = False
    """Whether the reason is worth keeping although the verdict is ok: days left, records found."""


class Blame(Enum):
    """Whose failure it is, as far as the probe alone can tell."""

    TARGET = "target"
    """The target answered, wrongly."""
    PATH = "path"
    """The target refused or kept silent: it, or our network. The control probe decides."""
    OURS = "ours"
    """Our resolver, network or machine."""


class ProbeFailure(Exception):
    """Why a probe could not get the answer it expects; `reason` as in `ProbeResult`."""

    def __init__(self, blame: Blame, reason: str) -> None:
        super().__init__(reason)
        self.blame = blame
        self.reason = reason
