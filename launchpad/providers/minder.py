"""Stays with one command, so that it outlives the engine that asked for it and can be found again.

Run as a script with the step's directory as its argument and the command as JSON on standard input:
`{"argv": [...], "env": {...}, "cwd": "...", "input": "..."}`, of which `input` is what the command reads
from its standard input, a few kilobytes at most; absent: nothing. It needs nothing but the standard library.
In the directory stand, in the order in which they appear:

    claim    who may run the command: this minder (`minder PID START`), or nobody (`abandoned`)
    child    the command's own process (`PID START`), for the case that the minder is killed
    output   what the command wrote, standard output and error together
    exit     how it ended: `{"code": 0}` or `{"signal": 15}` or `{"error": "…"}`, written at once

The claim is created exclusively: a successor that finds none takes it, and no minder can start any more.
SIGTERM ends the command's process group, first gently.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time

OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes of output that are kept; what comes later is read and dropped."""
GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL."""
LINGER = 1.0
"""Seconds in which a finished command's children may still write."""


def start_time(pid: int) -> str:
    """Tells a process from a later one with the same number; empty where /proc is missing."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123
            fields = stat.read().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except (OSError, IndexError):
        return ""


def claim(directory: str, owner: str) -> bool:
    """Creates the claim, whole or not at all; False if somebody else has. A machine that loses its power does
    not forget it: what it says may have been done."""
    written = _write(directory, f"claim.{os.getpid()}", owner)
    try:
        os.link(written, os.path.join(directory, "claim"))  # noqa: PTH118
    except FileExistsError:
        return False
    finally:
        os.unlink(written)  # noqa: PTH108
    for folder in (directory, os.path.dirname(os.path.abspath(directory))):  # noqa: PTH100, PTH120
        _keep(folder)
    return True


def _keep(folder: str) -> None:
    """Puts on the disk which files a folder has, where its file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_exit(directory: str, ending: dict[str, object]) -> None:
    """Puts `exit` there whole or not at all."""
    written = _write(directory, "exit.new", json.dumps(ending))
    os.rename(written, os.path.join(directory, "exit"))  # noqa: PTH104, PTH118


def _write(directory: str, name: str, text: str) -> str:
    """The path of a new file that holds `text` on the disk."""
    path = os.path.join(directory, name)  # noqa: PTH118
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path


class Minder:
    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.child: subprocess.Popen[bytes] | None = None
        self.term_at: float | None = None

    def ask_to_end(self, _signum: int, _frame: object) -> None:
        if self.term_at is None:
            self.term_at = time.monotonic()
            self.kill(signal.SIGTERM)

    def asked_to_end(self) -> bool:
        return self.term_at is not None

    def kill(self, signum: int) -> None:
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signum)

    def run(self) -> None:
        spec = json.load(sys.stdin)
        if os.fork():
            # The engine waits for this process alone; the one that stays is nobody's child.
            return
        signal.signal(signal.SIGTERM, self.ask_to_end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if not claim(self.directory, f"minder {os.getpid()} {start_time(os.getpid())}"):
            return
        output = os.open(
            os.path.join(self.directory, "output"),  # noqa: PTH118
            os.O_WRONLY | os.O_CREAT | os.O_APPEND,
            0o600,
        )
        if self.asked_to_end():
            write_exit(self.directory, {"signal": int(signal.SIGTERM)})
            return
        try:
            self.child = subprocess.Popen(  # the operator's own command
                spec["argv"],
                env=spec["env"],
                cwd=spec["cwd"],
                stdin=subprocess.PIPE if "input" in spec else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            write_exit(self.directory, {"error": f"{spec['argv'][0]}: {error}"})
            return
        if self.child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), self.child.stdin as pipe:
                pipe.write(spec["input"].encode())
        _write(self.directory, "child", f"{self.child.pid} {start_time(self.child.pid)}")
        if self.asked_to_end():
            self.kill(signal.SIGTERM)
        write_exit(self.directory, self.attend(self.child, output))

    def attend(self, child: "subprocess.Popen[bytes]", output: int) -> dict[str, object]:
        assert child.stdout is not None, "made with a pipe"
        pipe = child.stdout.fileno()
        kept = 0
        ended_at: float | None = None
        open_pipe = True
        while True:
            if self.term_at is not None and time.monotonic() - self.term_at > GRACE:
                self.kill(signal.SIGKILL)
            if child.poll() is not None and ended_at is None:
                ended_at = time.monotonic()
            if ended_at is not None and (not open_pipe or time.monotonic() - ended_at > LINGER):
                code = child.returncode
                return {"signal": -code} if code < 0 else {"code": code}
            if not open_pipe:
                time.sleep(0.02)
                continue
            readable, _, _ = select.select([pipe], [], [], 0.1)
            if not readable:
                continue
            data = os.read(pipe, 65536)
            if not data:
                open_pipe = False
            elif kept < OUTPUT_LIMIT:
                # On a full disk output is lost; the command must not end of that.
                with contextlib.suppress(OSError):
                    kept += os.write(output, data[: OUTPUT_LIMIT - kept])
                    if kept >= OUTPUT_LIMIT:
                        os.write(output, b"\n(output beyond 64 MiB is dropped)\n")


if __name__ == "__main__":
    Minder(sys.argv[1]).run()
