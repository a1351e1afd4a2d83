"""The server's own key."""

import contextlib
import os
import secrets
from pathlib import Path

import asyncssh

from launchpad.errors import BadInput


def host_key(path: Path) -> asyncssh.SSHKey:
    """The server's private key: read, or made once and kept for its user's eyes only.

    Raises `BadInput` when the file is no key, can't be read, or may be read by others.
    """
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} may be read by others", hint=f"chmod 600 {path}")
        return asyncssh.read_private_key(path)
    except asyncssh.KeyImportError:
        raise BadInput(
            f"{path} is not an SSH private key", hint="move it away and a new one is made"
        ) from None
    except OSError as error:
        raise BadInput(f"can't use the host key {path}: {error.strerror}") from None


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = asyncssh.generate_private_key("ssh-ed25519", comment="launchpad")
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.export_private_key())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another server has just made it
            path.hardlink_to(made)
    finally:
        made.unlink()
