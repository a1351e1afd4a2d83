"""The journal next to a bare durable SQLite insert on the same file system, in the same run.

python -m benchmarks.journal
"""

import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from launchpad.model.store import Store
from launchpad.store import open_store
from launchpad.testing.drafts import note, opening

_LAUNCH = "bench"
_APPENDS = 400
_PROCESSES, _THREADS, _EVENTS = 4, 5, 20
_TICKS = 40
_TEXT = "resolves from everywhere, certificate valid until March"


def measure() -> dict[str, float]:
    """Ratios to the median of the bare insert, unless the name says `ms`; less is better."""
    folder = Path(tempfile.mkdtemp(prefix="launchpad-bench-"))
    try:
        with closing(open_store(f"sqlite://{folder}/journal.db")) as store:
            store.append(_LAUNCH, [opening()])
            bare, appends = _side_by_side(folder / "bare.db", store)
            tick = _tick(store, folder)
            worst, rate = _many_writers(store)
    finally:
        shutil.rmtree(folder)
    insert = statistics.median(bare)
    return {
        "bare insert, ms p50": insert * 1000,
        "append p50": statistics.median(appends) / insert,
        "append p99": _percentile(appends, 99) / insert,
        "20 writers, worst wait": worst / insert,
        "20 writers, worst wait, ms": worst * 1000,
        "20 writers, appends per second": rate,
        "tick to another process, ms": tick * 1000,
        "tick to another process": tick / insert,
    }


def _side_by_side(file: Path, store: Store) -> tuple[list[float], list[float]]:
    """Bare inserts (a row of an event's size, committed by itself) and appends, taking turns."""
    bare, appends = [], []
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT)")
        for n in range(_APPENDS):
            bare.append(_time(partial(connection.execute, "INSERT INTO event VALUES (?, ?)", (n, "x" * 500))))
            appends.append(_time(partial(store.append, _LAUNCH, [note(_TEXT, id=f"a{n}")])))
    return bare, appends


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _tick(store: Store, folder: Path) -> float:
    """Median seconds from the start of an append here to its event's being read there."""
    with _child("listen", f"sqlite://{folder}/journal.db", str(store.head(_LAUNCH).seq)) as listener:
        assert listener.stdout is not None
        listener.stdout.readline()
        started = []
        for n in range(_TICKS):
            time.sleep(0.02)  # let it wait again
            started.append(time.monotonic())
            store.append(_LAUNCH, [note(_TEXT, id=f"t{n}")])
        heard = [float(listener.stdout.readline()) for _ in range(_TICKS)]
    return statistics.median(there - here for here, there in zip(started, heard, strict=True))


def _listen(url: str, seq: int) -> None:
    with closing(open_store(url)) as store:
        store.wait(_LAUNCH, seq, 0.0)
        print("ready", flush=True)
        for _ in range(_TICKS):
            while not store.wait(_LAUNCH, seq, 10.0):
                pass
            [event] = store.read(_LAUNCH, seq, 1)
            print(time.monotonic(), flush=True)
            seq = event.seq


def _many_writers(store: Store) -> tuple[float, float]:
    """The longest that one append of all took, in seconds, and appends per second."""
    children = [_child("write", store.url, str(n)) for n in range(_PROCESSES)]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    waits, starts, ends = [], [], []
    for child in children:
        assert child.stdout is not None
        with child:
            worst, start, end = map(float, child.stdout.readline().split())
        waits.append(worst)
        starts.append(start)
        ends.append(end)
    return max(waits), _PROCESSES * _THREADS * _EVENTS / (max(ends) - min(starts))


def _write(url: str, name: str) -> None:
    waits: list[float] = []
    with closing(open_store(url)) as store:

        def append(thread: int) -> None:
            for n in range(_EVENTS):
                event = note(_TEXT, id=f"{name}-{thread}-{n}")
                waits.append(_time(partial(store.append, _LAUNCH, [event])))

        threads = [threading.Thread(target=append, args=(n,)) for n in range(_THREADS)]
        store.head(_LAUNCH)
        print("ready", flush=True)
        sys.stdin.readline()
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(max(waits), started, time.monotonic(), flush=True)


def _child(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.journal", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def main() -> None:
    match sys.argv[1:]:
        case ["listen", url, seq]:
            _listen(url, int(seq))
        case ["write", url, name]:
            _write(url, name)
        case _:
            for name, value in measure().items():
                print(f"{name:36} {value:10.2f}")


if __name__ == "__main__":
    main()
