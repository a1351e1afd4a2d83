"""A seat that was taken over: the program and the confinement of a real one, its face a traitor's."""

import ctypes
import json
import os
import signal
import socket
import sys
import termios
import tty
from collections.abc import Callable
from pathlib import Path

from launchpad.cli import occupy
from launchpad.cli.main import main
from launchpad.desk import Desk
from launchpad.model import commands as cmd
from launchpad.session import Session

_SEIZE = 0x4206


def face(session: Session, desk: Desk, **_more: object) -> int:
    """Reads `{"pids": […], "files": […], "port": N}`, says what it could do, and ticks an item."""
    tty.setraw(0, termios.TCSANOW)
    sys.stdout.write(f"seat {os.getpid()} \r\n")
    sys.stdout.flush()
    text = b""
    while not text.endswith(b"\n"):
        text += os.read(0, 4096)
    given = json.loads(text)
    tries: dict[str, Callable[[], object]] = {
        "exec": lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0),
        "tcp": lambda: socket.create_connection(("127.0.0.1", given["port"]), 5).close(),
        "proc": lambda: Path("/proc/1/cmdline").read_bytes(),
    }
    for pid in given["pids"]:
        tries |= {
            f"environ {pid}": lambda pid=pid: Path(f"/proc/{pid}/environ").read_bytes(),
            f"memory {pid}": lambda pid=pid: Path(f"/proc/{pid}/mem").open("rb").close(),
            f"trace {pid}": lambda pid=pid: _seize(pid),
            f"signal {pid}": lambda pid=pid: os.kill(pid, signal.SIGCONT),
        }
    for file in given["files"]:
        tries |= {
            f"read {file}": lambda file=file: Path(file).read_bytes(),
            f"write {file}": lambda file=file: Path(file).open("ab").close(),
        }
    done = [name for name, attempt in tries.items() if _works(attempt)]
    said = desk.perform(cmd.Tick(item="dns")).message
    sys.stdout.write(f"could: {json.dumps(done)} and {said}\r\n")
    sys.stdout.flush()
    return 7


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _seize(pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(_SEIZE, pid, 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")


if __name__ == "__main__":
    occupy.load_face = lambda: face  # type: ignore[assignment,return-value]
    sys.exit(main(["occupy", *sys.argv[1:]]))
