"""The files of a SQLite store: where they lie, who may read them, and what their faults mean."""

import io
import os
import sqlite3
import threading
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from launchpad.errors import BadInput, BrokenJournal, LaunchpadError, Unreachable

BUSY_MS = 10_000
"""How long SQLite waits for somebody else's lock."""
_FORM = "sqlite:///ABSOLUTE/PATH"
_PREPARING = threading.Lock()


def path_of(url: str) -> Path:
    """The file that a `sqlite:` URL names, symbolic links resolved. Raises `BadInput`."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    if parts.netloc or parts.query or parts.fragment or not path or "\0" in path or path.endswith("/"):
        raise BadInput(f"{url!r} is not a store", hint=f"expected {_FORM}")
    # All processes must agree on the names of what lies beside the file.
    try:
        return Path("/", path).resolve()
    except (OSError, RuntimeError):  # a circle of symbolic links
        raise BadInput(f"/{path} leads nowhere") from None


def url_of(path: Path) -> str:
    return f"sqlite:///{quote(str(path))}"


def prepare(path: Path, *, create: bool) -> None:
    """Makes sure that the file is there and ours to write. Raises `BadInput`.

    A file that exists is never opened here: closing it would drop the locks that SQLite has on it for
    another store of this process.
    """
    try:
        with _PREPARING:
            if path.is_dir():
                raise BadInput(f"{path} is a directory, not a store")
            if create:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _create(path)
            elif not path.exists():
                raise BadInput(f"there is no store at {path}")
    except OSError as error:
        raise BadInput(f"the store {path} can't be opened: {error.strerror}") from None
    for place in (path, path.parent):
        if not os.access(place, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise BadInput(f"the store {path} can't be opened: no permission to write {place}")


def private_file(path: Path) -> io.FileIO:
    """Opens a file that only its owner may read, making it if need be."""
    return io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")


class HeldFiles:
    """The store's file and its write-ahead log, as they were when this process opened them.

    An open file lives on without its name: what is written to it then is gone once it is closed, while
    others may have made a new store in its place.
    """

    def __init__(self, path: Path) -> None:
        """To be made once SQLite has both open."""
        self._paths = (path, path.with_name(f"{path.name}-wal"))
        self._opened = self._found()

    def check(self) -> None:
        """Raises `Unreachable` when what has these names is not what is open."""
        found = self._found()
        for path, opened, there in zip(self._paths, self._opened, found, strict=True):
            if there != opened:
                what = "has been removed" if there is None else "has been replaced"
                raise Unreachable(
                    f"{path} {what} while it was in use",
                    hint="put the one that was there back, or start again",
                )

    def _found(self) -> list[tuple[int, int] | None]:
        return [_identity(path) for path in self._paths]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fault(error, path) from error
    return status.st_dev, status.st_ino


def fault(error: sqlite3.Error | OSError, path: Path) -> LaunchpadError:
    """What a fault of SQLite or of the file system means to an operator."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return Unreachable(f"the disk that holds {path} is full", hint="make room; nothing is lost")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Unreachable(f"another process has kept {path} locked for {BUSY_MS // 1000} s")
        case sqlite3.SQLITE_NOTADB:
            return BadInput(f"{path} is not a Launchpad store")
        case sqlite3.SQLITE_CORRUPT:
            return BrokenJournal(f"{path} is damaged", hint="restore it from a copy or an export")
        case sqlite3.SQLITE_CONSTRAINT:
            return BrokenJournal(f"{path} refused an event: {error}")
        case _:
            return Unreachable(f"{path} can't be read or written: {error}")


def _create(path: Path) -> None:
    """Makes an empty file that only its owner may read; its name survives a power cut."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
