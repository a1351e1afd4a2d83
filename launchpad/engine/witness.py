"""What the engines of this host have read last of a journal, so that none goes on with one that lost it.

A database that fails over to a copy may have lost the last that it had acknowledged: that a run was started,
or stopped. The chain of what is left holds, so that only somebody who remembers more can tell.
"""

import contextlib
import logging
import secrets
import threading
from pathlib import Path

import msgspec

from launchpad.model.journal import GENESIS
from launchpad.model.state import State
from launchpad.model.values import Value
from launchpad.session import Session, lost

log = logging.getLogger(__name__)


class _Seen(Value):
    seq: int
    hash: str
    loss_accepted: str = ""


class Witness:
    """Remembers how far this launch's journal was read, here and in a file for the engines to come."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / "witness"
        self._seen: _Seen | None = None
        self._failed = False
        self._guard = threading.Lock()

    def noted(self, session: Session) -> None:
        """From now on the journal has to hold what this session has read."""
        state = session.state
        if self._seen is None or self._seen.hash != state.hash:
            self._seen = _of(state)

    def kept(self, session: Session) -> None:
        """The same, for the engines that come after this one, too."""
        with self._guard:
            before = self._seen
            self.noted(session)
            if self._seen is not before:
                self._write(session)

    def _write(self, session: Session) -> None:
        made = self._folder / f".{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made.write_bytes(msgspec.json.encode(self._seen))
            made.replace(self._file(session))
            self._failed = False
        except OSError as error:  # a launch must not stand still for this
            if not self._failed:
                log.warning("what was read of the journal can't be noted in %s: %s", self._folder, error)
            self._failed = True
            with contextlib.suppress(OSError):
                made.unlink(missing_ok=True)

    def ensure_whole(self, session: Session) -> None:
        """Raises `BrokenJournal` where the journal lacks what was read of it and nobody has accepted that."""
        # Remembered first, and read then: others may be at it.
        remembered = self._seen, self._read(session)
        session.refresh()
        for seen in remembered:
            if seen is None or _holds(session, seen):
                continue
            if session.state.loss_accepted in ("", seen.loss_accepted):
                raise lost(
                    f"the store has lost event {seen.seq} of {session.launch}, which an engine had read here",
                    seen.hash,
                )

    def _read(self, session: Session) -> _Seen | None:
        try:
            return msgspec.json.decode(self._file(session).read_bytes(), type=_Seen)
        except (OSError, msgspec.MsgspecError):
            return None

    def _file(self, session: Session) -> Path:
        """Named by the hash of the opening: a launch of the same name in another store is another one."""
        return self._folder / (session.events[0].hash if session.events else GENESIS)


def _of(state: State) -> _Seen:
    return _Seen(seq=state.seq, hash=state.hash, loss_accepted=state.loss_accepted)


def _holds(session: Session, seen: _Seen) -> bool:
    events = session.events
    return seen.seq <= len(events) and events[seen.seq - 1].hash == seen.hash
