"""Kills writers with SIGKILL, round after round, and looks for what was acknowledged.

    python -m tests.store.crash --rounds 200 [--url sqlite:///… | postgresql://…]

Without a URL it makes a SQLite store in a temporary folder. Exits with 1 when something was lost.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass

from launchpad.errors import BrokenJournal
from launchpad.store import open_store
from launchpad.store.archive import verify_store
from launchpad.testing.drafts import opening
from launchpad.testing.journal_behaviour import EVERYTHING, LAUNCH, rest_of, writers

_WRITERS = 3
_LONGEST = 0.25
"""Seconds for which the writers of a round live at most, once all are ready."""


@dataclass
class Toll:
    """What a number of rounds came to."""

    acknowledged: int = 0
    lost: int = 0
    unacknowledged: int = 0
    """Recorded, but killed before it was said."""
    events: int = 0


def run(url: str, rounds: int, *, seed: int | None = None) -> Toll:
    """Kills the writers of each round and verifies what is left. Raises `BrokenJournal`."""
    toll, moments = Toll(), random.Random(seed)
    with closing(open_store(url)) as store:
        [opened] = store.append(LAUNCH, [opening()])
    head = opened.hash
    for number in range(rounds):
        acknowledged = _round(url, f"r{number}", moments.uniform(0, _LONGEST))
        # A store opened anew, as after the crash.
        with closing(open_store(url)) as store:
            rows = store.rows(LAUNCH, 1 + toll.events, EVERYTHING)
        if rows and rows[0].prev_hash != head:
            raise BrokenJournal(f"round {number} does not follow from the round before it", seq=rows[0].seq)
        head = rows[-1].hash if rows else head
        written = {row.id for row in rows}
        toll.events += len(rows)
        toll.acknowledged += len(acknowledged)
        toll.lost += len(acknowledged - written)
        toll.unacknowledged += len(written - acknowledged)
    with closing(open_store(url)) as store:
        verify_store(store, LAUNCH, head)
    return toll


def _round(url: str, name: str, lifetime: float) -> set[str]:
    processes = writers(url, [f"{name}-{n}" for n in range(_WRITERS)], "--threads", "2")
    time.sleep(lifetime)
    for process in processes:
        process.kill()
    return {id_ for process in processes for id_ in rest_of(process)}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--url")
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            toll = run(arguments.url or f"sqlite://{folder}/crash.db", arguments.rounds, seed=arguments.seed)
        except BrokenJournal as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
    sys.stdout.write(
        f"{arguments.rounds} rounds of {_WRITERS} writers: {toll.acknowledged} events acknowledged,"
        f" {toll.lost} lost, {toll.unacknowledged} recorded but not yet acknowledged;"
        f" the chain of {1 + toll.events} events holds\n"
    )
    return 1 if toll.lost else 0


if __name__ == "__main__":
    sys.exit(main())
