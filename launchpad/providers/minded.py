"""Processes that a minder stays with (see `minder`): started once, followed, found again, ended."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from launchpad.errors import Refused, Unreachable
from launchpad.providers import minder
from launchpad.providers.capabilities import Emit, Ending, Found, Surroundings

_POLL = 0.1
"""Seconds between two looks at a process's output."""
_STARTED_WITHIN = 10.0
"""Seconds in which a minder must have claimed its step."""
_CHUNK = 65536
_LINE_END = re.compile(rb"\r?\n|\r")


class Minded:
    """The processes of a provider's steps, each in a directory named by its nonce."""

    def __init__(self, name: str, surroundings: Surroundings) -> None:
        self._name = name
        self._work_dir = surroundings.work_dir
        self._place = surroundings.place

    async def start(self, nonce: str, spec: Mapping[str, Any]) -> str:
        """Starts a process under a minder, once; see `minder` for `spec`. Raises as `Provider.start`."""
        try:
            directory = self.directory(nonce)
            await asyncio.to_thread(_spawn_minder, directory, json.dumps(spec))
        except OSError as error:
            # A minder that did not get all of it can't begin.
            raise Refused(
                f"{self._name} can't be started on this machine: {error.strerror or error}"
            ) from None
        await self._claimed(directory)
        return nonce

    async def _claimed(self, directory: Path) -> None:
        for _ in range(int(_STARTED_WITHIN / _POLL * 5)):
            if (directory / "claim").exists():
                return
            await asyncio.sleep(_POLL / 5)
        # Nobody else may start it from here on; if the claim can't be had, the minder has just got it.
        try:
            abandoned = minder.claim(str(directory), "abandoned")
        except OSError as error:
            raise Unreachable(
                f"{self._name} did not begin within {_STARTED_WITHIN:.0f} s: {error.strerror}"
            ) from None
        if abandoned:
            raise Refused(f"{self._name} did not begin within {_STARTED_WITHIN:.0f} s", hint="try again")

    async def follow(self, nonce: str, emit: Emit) -> Ending:
        """Waits for the process's end; emits its output from the beginning."""
        directory = self.directory(nonce)
        tail = _Tail(directory)
        while True:
            # Read `exit` before the output: what is written by then is complete.
            ending = await asyncio.to_thread(_ending, directory)
            while lines := await asyncio.to_thread(tail.lines, final=ending is not None):
                await emit(lines)
            if ending is not None:
                break
            await asyncio.sleep(_POLL)
        if ending.state != "unknown":
            await asyncio.to_thread(_forget_output, directory)
        return ending

    async def find(self, nonce: str) -> Found:
        """What became of it, if its engine is gone."""
        place, _, _ = nonce.rpartition(":")
        if place != self._place:
            host, _, _ = place.partition("/")
            return Found(state="unknown", detail=f"it was started on {host} by another engine; look there")
        try:
            directory = self.directory(nonce)
            free = minder.claim(str(directory), "abandoned")
            if free or (directory / "claim").read_text() == "abandoned":
                return Found(state="never-started")
        except OSError as error:
            return Found(
                state="unknown", detail=f"its files can't be read: {error.strerror}; look what it did"
            )
        return Found(state="at-work", provider_id=nonce)

    async def cancel(self, nonce: str) -> None:
        """Ends the process and what it started."""
        directory = self.directory(nonce)
        if (directory / "exit").exists():
            return  # its numbers may be others' by now
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            if (pid := _minder_pid(directory)) is not None:
                os.kill(pid, signal.SIGTERM)
            elif (orphan := _child_pid(directory)) is not None:
                os.killpg(orphan, signal.SIGTERM)

    def directory(self, nonce: str) -> Path:
        """A private directory of the process's own."""
        directory = self._work_dir / nonce.rpartition(":")[2]
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory


class _Tail:
    """Reads a growing output: the same lines, however it grows."""

    def __init__(self, directory: Path) -> None:
        self._output = directory / "output"
        self._at = 0
        self._skips = False
        """Whether it stands in a line of which no more is told."""

    def lines(self, *, final: bool) -> list[str]:
        """The next whole lines; with `final`, an unfinished last one too. Empty: nothing new.

        Of one that is longer than is read at once the beginning alone is told: in pieces, each would show
        its part of a secret that was torn between them.
        """
        try:
            with self._output.open("rb") as file:
                file.seek(self._at)
                self._skip(file)
                data = file.read(_CHUNK)
        except FileNotFoundError:
            return []
        whole = len(data) == _CHUNK
        cut = data.rfind(b"\n") + 1
        if whole and not cut:
            # A progress bar draws itself anew without a line feed.
            cut = data.rfind(b"\r") + 1
            self._skips = not cut
        if self._skips or (final and not whole):
            cut = len(data)
        self._at += cut
        return data[:cut].decode(errors="replace").splitlines()

    def _skip(self, file: BinaryIO) -> None:
        """Goes on to the end of the line that is skipped, as far as that is written."""
        while self._skips and (data := file.read(_CHUNK)):
            end = _LINE_END.search(data)
            self._skips = end is None
            self._at += end.end() if end else len(data)
            file.seek(self._at)


def _spawn_minder(directory: Path, spec: str) -> None:
    process = subprocess.Popen(  # our own script
        [sys.executable, "-I", "-S", minder.__file__, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={},
    )
    assert process.stdin is not None, "made with a pipe"
    with process.stdin as pipe:
        pipe.write(spec.encode())
    process.wait()


def _minder_pid(directory: Path) -> int | None:
    """The minder's process, if it is the one that made the claim and still lives."""
    return _living(directory / "claim")


def _child_pid(directory: Path) -> int | None:
    """The command's own process, if it still lives."""
    return _living(directory / "child")


def _living(note: Path) -> int | None:
    """The process that a note of the minder's ends with (`… PID START`), if it still lives."""
    try:
        *_, pid, started = note.read_text().split(" ")
        os.kill(int(pid), 0)
        return int(pid) if minder.start_time(int(pid)) == started else None
    except (OSError, ValueError):
        return None


def _ending(directory: Path) -> Ending | None:
    """How the command ended; None while it runs."""
    # The minder's life is looked at first: it writes `exit` before it goes.
    alive = _minder_pid(directory) is not None or _child_pid(directory) is not None
    try:
        raw = json.loads((directory / "exit").read_text())
    except FileNotFoundError:
        if alive:
            return None
        return Ending(state="unknown", detail="it ended, and nobody saw how; look at what it did")
    if "error" in raw:
        return Ending(state="failed", detail=str(raw["error"]))
    if raw.get("signal") == signal.SIGTERM or raw.get("signal") == signal.SIGKILL:
        return Ending(state="aborted", detail=f"ended by {signal.Signals(raw['signal']).name}")
    if "signal" in raw:
        return Ending(state="failed", detail=f"died of signal {raw['signal']}")
    code = raw["code"]
    return Ending(state="failed" if code else "succeeded", detail=f"exit status {code}")


def _forget_output(directory: Path) -> None:
    """The log has it; the file may hold what the log leaves out."""
    (directory / "output").unlink(missing_ok=True)
