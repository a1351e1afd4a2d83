"""Where an engine keeps its files: what it started can be found again by whoever has the same ones."""

import contextlib
import os
import secrets
import socket
from pathlib import Path

from launchpad.errors import BadInput


def place_of(state_dir: Path) -> str:
    """`HOST/TOKEN`, the token made once for this directory.

    A host's name alone would not do: containers and cloned machines may share one, and an engine that
    looks in other files finds nothing of what was started, and would start it again. Raises `BadInput`
    where nothing can be kept.
    """
    file = state_dir / "place"
    try:
        if not file.exists():
            _make(file)
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the engine can't keep its files in {state_dir}: {error}") from None
    return f"{socket.gethostname()}/{token}"


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = file.with_name(f".place.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as written:
            written.write(f"{secrets.token_hex(6)}\n")
            written.flush()
            os.fsync(written.fileno())
        with contextlib.suppress(FileExistsError):  # another engine has just made it
            file.hardlink_to(made)
    finally:
        made.unlink()
