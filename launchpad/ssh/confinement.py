"""What a seat's process can reach: what it was given, and what it is made of.

Whoever takes over a seat through its client has a process of the server's own user, who may read the store's
file, the host key and other processes' memory, and may end the server. Landlock(7) takes that away for good,
without any privilege, where the kernel has it: files from Linux 5.13, other processes' memory with them,
TCP from 6.7, signals from 6.12.
"""

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from launchpad.errors import Refused
from launchpad.privacy import keep_private

_NO_NEW_PRIVILEGES = 38
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION = 1
_BENEATH = 1

_WRITE, _READ = 1 << 1, 1 << 2
_READ_DIR = 1 << 3
"""Not taken away: names tell little, and imports look for them in many places."""
_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14}
"""Rights over files, by the version of Landlock that knows them first."""
_TCP = 3
_SCOPES = 3
_KNOWS_TCP, _KNOWS_SCOPES = 4, 6

_READABLE = (
    "/usr", "/lib", "/lib64", "/bin", "/nix/store",
    "/etc/group", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/os-release",
    "/etc/passwd", "/etc/terminfo", "/etc/timezone",
    "/dev/urandom", "/dev/zero", "/sys/devices/system/cpu",
)  # fmt: skip
_WRITABLE = ("/dev/null", "/dev/tty")


def landlock() -> int:
    """The version of the kernel's Landlock; below 1: it has none, or may not be asked for it."""
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(_CREATE, None, 0, _VERSION)
    return version


def lacking(version: int) -> str:
    """What a seat that was taken over can still do where Landlock is of this version; empty: nothing."""
    if version < 1:
        return "no Landlock here: a seat that was taken over reads what this user can read, the store with it"
    also = "open TCP connections and end this server" if version < _KNOWS_TCP else "end this server"
    return "" if version >= _KNOWS_SCOPES else f"Landlock is old here: a seat that was taken over can {also}"


class Confinement:
    """Prepared once for all seats, as to find out what they are made of takes its time."""

    def __init__(self, *, writable: Iterable[Path] = ()) -> None:
        """Of files those who enter read programs, libraries and Launchpad itself, and write `writable` alone,
        which must be there."""
        self.version = 0
        """Of the kernel's Landlock; below 1: it has none."""
        self._ruleset = -1
        if sys.platform != "linux":
            return
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.version = landlock()
        if self.version < 1:
            return
        self._ruleset = self._libc.syscall(_CREATE, *_handled(self.version), 0)
        for path in (*_READABLE, *_program()):
            self._allow(path, _READ)
        for path in (*_WRITABLE, *map(str, writable)):
            self._allow(path, _READ | _WRITE)

    def enter(self) -> bool:
        """Confines this process, whose only thread calls it, and all that it starts, for good: only what it
        has open already leads further. False where the kernel knows no such thing; raises `Refused` where it
        does and won't: then nobody may be let in."""
        keep_private()
        if self._ruleset < 0:
            return False
        self._libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        failed: int = self._libc.syscall(_RESTRICT, self._ruleset, 0)
        why = os.strerror(ctypes.get_errno())
        os.close(self._ruleset)
        if failed:
            raise Refused(f"this seat can't be confined: {why}", hint="see what confines the server itself")
        return True

    def _allow(self, path: str, rights: int) -> None:
        with contextlib.suppress(OSError):  # not every machine has each
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", rights, place)
                self._libc.syscall(_ADD_RULE, self._ruleset, _BENEATH, rule, 0)
            finally:
                os.close(place)


def _handled(version: int) -> tuple[bytes, int]:
    """All that this version of Landlock can take away, and how many bytes say so."""
    files = sum(rights for since, rights in _FILES.items() if version >= since) & ~_READ_DIR
    if version >= _KNOWS_SCOPES:
        return struct.pack("QQQ", files, _TCP, _SCOPES), 24
    if version >= _KNOWS_TCP:
        return struct.pack("QQ", files, _TCP), 16
    return struct.pack("Q", files), 8


def _program() -> Iterator[str]:
    """Where Python, what is installed for it, and the packages that are loaded lie."""
    yield from {sys.prefix, sys.base_prefix}
    yield from (entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages")))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and "." not in name:
            yield str(Path(file).parent) if hasattr(module, "__path__") else file
