"""Searches with regular expressions of a team's own, each in a process that is ended if it takes too long.

Python's expressions backtrack and hold the interpreter meanwhile: `(a+)+$` can take years over forty
characters, and no timer or thread of ours would run. Engines that can't backtrack know no look-around and no
back-references: definitions in use would stop being valid.
"""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

_SEARCHER = Path(__file__).with_name("searcher.py")
_LIMIT = 2
"""Seconds of processor time, whatever else the machine does; a sane expression takes milliseconds."""


class Unsearchable(Exception):
    """Nothing can be said of the text; why, in a few words."""


async def search(pattern: str, text: str) -> tuple[str | None, ...] | None:
    """What the first match is and its groups; None without one.

    Takes some processor time at most; whoever limits the time as well cancels it, which ends the process.
    Raises `Unsearchable` if the time did not do, or the pattern is none.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_SEARCHER), str(_LIMIT)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
    except OSError as error:
        raise Unsearchable(f"our search can't be started: {error.strerror}") from None
    try:
        said, _ = await process.communicate(json.dumps([pattern, text]).encode())
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            process.kill()
        await process.communicate()
        raise
    if process.returncode:
        raise Unsearchable(f"given up after {_LIMIT} s; it backtracks, write it without nested repeats")
    answer = json.loads(said)
    if wrong := answer.get("wrong"):
        raise Unsearchable(f"no regular expression: {wrong}")
    found = answer["found"]
    return None if found is None else tuple(found)
