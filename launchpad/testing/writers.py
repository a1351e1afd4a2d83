"""A process that appends notes and says which were acknowledged, to be run beside others or killed.

    python -m launchpad.testing.writers URL LAUNCH NAME [--threads N] [--events N | --on-input]

Prints `ready`, then the id of each event once `append` has returned. Without a number of events it goes
on until it is killed; with `--on-input` it appends one for each line that it reads.
"""

import argparse
import os
import sys
import threading
from collections.abc import Iterable
from itertools import count

from launchpad.model.store import Store
from launchpad.store import open_store
from launchpad.testing.drafts import note


def main() -> None:
    arguments = _arguments()
    store = open_store(arguments.url, create=False)
    _say("ready")
    if arguments.on_input:
        _write(store, arguments.launch, arguments.name, (n for n, _ in enumerate(sys.stdin)))
    threads = [
        threading.Thread(
            target=_write,
            args=(store, arguments.launch, f"{arguments.name}-{n}", _numbers(arguments.events)),
        )
        for n in range(0 if arguments.on_input else arguments.threads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()


def _write(store: Store, launch: str, name: str, numbers: Iterable[int]) -> None:
    for n in numbers:
        id_ = f"{name}-{n}"
        store.append(launch, [note(f"note {n} of {name}", id=id_)])
        _say(id_)


def _numbers(events: int) -> Iterable[int]:
    return range(events) if events else count()


def _say(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())  # one write: a killed process leaves no half line


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("launch")
    parser.add_argument("name")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--on-input", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
