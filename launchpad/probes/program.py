"""Runs a short-lived program to its end. Whatever it starts ends with it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

_KEPT = 64 * 1024
"""Bytes of the output's end that are kept, as far as they are whole lines."""
_LINGER = 0.5
"""Seconds to wait for the output of something that has escaped its group."""


async def ended(argv: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> tuple[int, bytes]:
    """Exit status, negative for a signal, and the end of its output, standard output and error together.

    Raises `OSError` or `ValueError` if it can't be started.
    """
    # A pipe of our own: asyncio's would hold back the exit for as long as anybody holds the pipe.
    read, write = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=write,
            stderr=write,
            cwd=cwd,
            env=dict(environ),
            start_new_session=True,
        )
    except BaseException:
        os.close(read)
        raise
    finally:
        os.close(write)
    hearing = asyncio.create_task(_heard(read))
    try:
        code = await process.wait()
        _end_group(process.pid)
        await asyncio.wait({hearing}, timeout=_LINGER)
    finally:
        _end_group(process.pid)
        hearing.cancel()
        await asyncio.gather(hearing, process.wait(), return_exceptions=True)
    return code, hearing.result() if not hearing.cancelled() else b""


async def _heard(descriptor: int) -> bytes:
    """The end of what comes through a pipe until it is closed."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        try:
            kept, torn = b"", False
            while data := await reader.read(_KEPT):
                kept += data
                torn = torn or len(kept) > _KEPT
                kept = kept[-_KEPT:]
            # What a line has lost may be the half of a secret, and the other half is not known as one.
            return kept.partition(b"\n")[2] if torn else kept
        finally:
            transport.close()


def _end_group(leader: int) -> None:
    """Ends a process and all that it started, if any of them still lives."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
