"""What can go wrong, told to an operator in one line, and the exit codes that scripts see.

LaunchpadError
├── BadInput         the user's file, flag or argument            exit 2
├── Refused          role, state, gate or lock says no            exit 3
│   ├── Conflict     the subject moved since the operator saw it  exit 3
│   └── LeaseLost    another engine acts for this launch          exit 3
├── Unreachable      the store or a provider does not answer      exit 4
└── BrokenJournal    the hash chain does not hold, or has lost    exit 1
                     what was read of it
"""

from enum import IntEnum


class Exit(IntEnum):
    """Exit status of every command."""

    DONE = 0
    """Done, or the answer is yes (GO)."""
    NO = 1
    """The answer is no: NO-GO, a failed check or run, a broken chain."""
    USAGE = 2
    """Bad input or usage."""
    REFUSED = 3
    """Refused: role, gate, lock, or an expectation that no longer holds."""
    UNREACHABLE = 4
    """The store or a provider is out of reach."""
    HOLD = 5
    """Something that must be known is unknown."""
    INTERRUPTED = 130
    """Ended by the operator (SIGINT)."""


class LaunchpadError(Exception):
    """Base of every error that an operator may see.

    `message` says what happened and on what; `hint` says what to do about it; `retry_after` for how many
    seconds whoever was asked wants to be left alone (0: nothing was said).
    """

    exit_code: Exit = Exit.NO

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class BadInput(LaunchpadError):
    """A file, flag or argument that can't be used; `faults` holds one line for each thing wrong."""

    exit_code = Exit.USAGE

    def __init__(self, message: str, *, hint: str = "", faults: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults: tuple[str, ...] = faults or (str(self),)


class Refused(LaunchpadError):
    """The operator may not do this, or not now."""

    exit_code = Exit.REFUSED


class Unasked(Refused):
    """It was certainly not done: what had to be known first could not be learnt, or nobody took the request.
    Asking again may help, and can't do it twice."""


class Conflict(Refused):
    """Somebody else changed the subject first; nothing was written.

    `subject` names it (`item:dns`), `seq` is its last event now.
    """

    def __init__(self, subject: str, seq: int) -> None:
        super().__init__(f"{subject} has changed since you saw it (now at event {seq})", hint="look again")
        self.subject = subject
        self.seq = seq


class LeaseLost(Refused):
    """This engine no longer holds the launch's lease and must not act."""


class Unreachable(LaunchpadError):
    """The store or a provider does not answer; what was asked may or may not have happened."""

    exit_code = Exit.UNREACHABLE


class BrokenJournal(LaunchpadError):
    """The journal's chain does not hold, or the journal no longer holds what was read of it; `seq` is the
    first event at fault (0: none can be named)."""

    def __init__(self, message: str, *, seq: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.seq = seq
