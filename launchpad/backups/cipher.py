"""Encryption by GnuPG with a passphrase, so that plain `gpg --decrypt` opens a backup anywhere."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from launchpad.backups import programs
from launchpad.backups.task import Fault

_ALWAYS = ("gpg", "--batch", "--yes", "--no-tty", "--quiet", "--pinentry-mode", "loopback")
_STRONG = (
    *("--cipher-algo", "AES256", "--s2k-mode", "3", "--s2k-digest-algo", "SHA512"),
    *("--s2k-count", "65011712", "--compress-algo", "none"),
)


async def encrypt(plain: Path, target: Path, passphrase: str) -> None:
    """Raises `Fault`."""
    async with _home() as home:
        code, words = await programs.run(
            [
                *(*_ALWAYS, "--homedir", home, "--passphrase-fd", "@3", "--symmetric", *_STRONG),
                *("--output", str(target), str(plain)),
            ],
            environ=_environ(),
            given={3: passphrase + "\n"},
            quiet=True,
        )
    if code:
        raise Fault(f"gpg can't encrypt: {words[-1] if words else f'exit status {code}'}")


async def decrypt(sealed: Path, target: Path, passphrase: str) -> None:
    """Writes the plaintext, all of it and unharmed, or nothing. Raises `Fault`.

    gpg writes before it notices that something was changed, so its end and its status lines are what counts
    (GnuPG's doc/DETAILS: `DECRYPTION_OKAY`, and `GOODMDC` for the integrity of the whole).
    """
    sound = False
    try:
        async with _home() as home:
            code, words = await programs.run(
                [
                    *(*_ALWAYS, "--homedir", home, "--passphrase-fd", "@3", "--status-fd", "2"),
                    *("--output", str(target), "--decrypt", str(sealed)),
                ],
                environ=_environ(),
                given={3: passphrase + "\n"},
                quiet=True,
            )
        said = {line.split()[1] for line in words if line.startswith("[GNUPG:] ")}
        sound = code == 0 and {"DECRYPTION_OKAY", "GOODMDC"} <= said
    finally:
        if not sound:
            _removed(target)
    if not sound:
        raise Fault(_why(said, words))


def _removed(file: Path) -> None:
    file.unlink(missing_ok=True)


def _why(said: set[str], words: list[str]) -> str:
    if any("Bad session key" in line or "bad passphrase" in line.lower() for line in words):
        return "it can't be decrypted: the passphrase is not the one that it was encrypted with"
    if "BADMDC" in said or ("DECRYPTION_OKAY" not in said and "BEGIN_DECRYPTION" in said):
        return "it can't be decrypted: it was damaged or cut short, or the passphrase is a wrong one"
    last = next((line for line in reversed(words) if not line.startswith("[GNUPG:]")), "no word from gpg")
    return f"it can't be decrypted: {last}"


@asynccontextmanager
async def _home() -> AsyncIterator[str]:
    """A home of gpg's own, in a short path: its agent listens on a socket there."""
    home = tempfile.mkdtemp(prefix="lp-gpg-")
    try:
        yield home
    finally:
        _left(home)


def _left(home: str) -> None:
    """Ends the agent that gpg started, and removes its home. Not awaited: it goes however this ends."""
    if shutil.which("gpgconf"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            argv = ["gpgconf", "--homedir", home, "--kill", "all"]
            subprocess.run(argv, env=_environ(), capture_output=True, check=False, timeout=10)
    shutil.rmtree(home, ignore_errors=True)


def _environ() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
