"""`python -m launchpad.backups DIRECTORY`, the task as JSON on standard input."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import msgspec

from launchpad.backups.programs import say
from launchpad.backups.restoring import restore
from launchpad.backups.saving import save
from launchpad.backups.task import OUTCOME, WORK, Damaged, Fault, Outcome, Task

_RESERVED = 4096
"""Bytes."""


async def _carried(task: Task, work: Path) -> Outcome:
    """The task's outcome; SIGTERM ends it, with whatever it started. Raises `CancelledError`."""
    this = asyncio.current_task()
    assert this is not None, "a coroutine that is awaited runs in a task"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    try:
        return await (save if task.verb == "backup" else restore)(task, work)
    except Fault as error:
        return Outcome(fault=str(error), damaged=task.name if isinstance(error, Damaged) else "")
    except OSError as error:
        return Outcome(fault=f"{error.strerror or error}: {error.filename or work}")


def main(directory: Path, data: bytes) -> int:
    """The exit status. What came of it stands in the directory's `outcome.json`; nothing else stays."""
    os.umask(0o077)
    task = msgspec.json.decode(data, type=Task)
    work = directory / WORK
    work.mkdir(mode=0o700)
    fresh = directory / f"{OUTCOME}.new"
    # Room for the outcome, should the disk be full by then.
    fresh.write_bytes(b" " * _RESERVED)
    try:
        outcome = asyncio.run(_carried(task, work))
    except asyncio.CancelledError:
        fresh.unlink()
        say("ended on request; nothing of it is kept")
        return -signal.SIGTERM
    finally:
        shutil.rmtree(work, ignore_errors=True)
    with fresh.open("r+b") as file:
        file.write(msgspec.json.encode(outcome).ljust(_RESERVED))
    fresh.rename(directory / OUTCOME)
    say(outcome.fault or outcome.said)
    return 1 if outcome.fault else 0


if __name__ == "__main__":
    status = main(Path(sys.argv[1]), sys.stdin.buffer.read())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)
