"""Runs other people's programs: what they say goes to the log, and none outlives us."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence

from launchpad.backups.task import Fault
from launchpad.model.text import clean

_GRACE = 2.0
"""Seconds between asking a program to end and ending it."""
_KEPT = 20
"""Lines of a program's words that may explain its failure."""


def say(line: str) -> None:
    """A line for the run's log. Work does not fail of a log that takes none, as on a full disk."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), f"{line}\n".encode())


async def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    given: Mapping[int, str] | None = None,
    quiet: bool = False,
) -> tuple[int, list[str]]:
    """A program's exit status and the last lines of its standard error; `given` are texts that it reads from
    descriptors. Raises `Fault` if it can't be started."""
    ours: dict[int, int] = {}
    for number, text in (given or {}).items():
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as pipe:  # a pipe holds more than any passphrase has
            pipe.write(text.encode())
        ours[number] = reading
    argv = [_numbered(word, ours) for word in argv]
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=dict(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=tuple(ours.values()),
            limit=1 << 20,
        )
    except OSError as error:
        raise Fault(f"{argv[0]} can't be started: {error.strerror}") from None
    finally:
        for number in ours.values():
            os.close(number)
    try:
        return await _attended(process, quiet=quiet)
    finally:
        if process.returncode is None:
            await _ended(process)


async def must(argv: Sequence[str], *, environ: Mapping[str, str]) -> None:
    """Runs a program that must succeed. Raises `Fault` with its last words."""
    code, words = await run(argv, environ=environ)
    if code:
        how = f"died of signal {-code}" if code < 0 else f"exit status {code}"
        why = next((line for line in words if "error" in line.lower()), words[-1] if words else "")
        raise Fault(f"{argv[0]}: {how}" + (f": {why}" if why else ""))


def _numbered(word: str, ours: Mapping[int, int]) -> str:
    """`@3` as the number that descriptor got."""
    return str(ours[int(word[1:])]) if word[:1] == "@" and word[1:].isdigit() else word


async def _attended(process: asyncio.subprocess.Process, *, quiet: bool) -> tuple[int, list[str]]:
    assert process.stderr is not None, "made with a pipe"
    words: list[str] = []
    while line := await _line(process.stderr):
        text = clean(line.decode(errors="replace"), 500)
        if not text:
            continue
        words = [*words[-_KEPT:], text]
        if not quiet:
            say(text)
    return await process.wait(), words


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line; empty at the end."""
    try:
        return await stream.readline()
    except ValueError:  # longer than the reader keeps, which has dropped it
        return b"(a line of more than 1 MiB)\n"


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(_GRACE):
                await asyncio.shield(process.wait())
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
