"""Seats over SSH: real `ssh` clients that tick, comment and filter at once.

`python -m benchmarks.seats --seats 20 --seconds 600`; with `--pause 5 15` people act as often as they may in
a busy night, without it far more often. Measured are the time from the key that ticks to every screen, also
as a multiple of what it takes somebody who is alone, and each seat's memory (PSS) and CPU. Counted is what
was lost: a tick or a comment that the journal does not hold, a screen that in the end shows something else
than the journal.
"""

import argparse
import math
import os
import pty
import random
import re
import selectors
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path
from typing import NamedTuple

from launchpad.desk import open_launch
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import Definition, Item, Launch, Operator
from launchpad.session import Session
from launchpad.store import open_store

SEATS = 20
SECONDS = 60.0
PAUSE = (1.0, 3.0)
"""Seconds between two acts of a person, at least and at most: a storm, all act all the time."""
LAUNCH = "acme-4.2.0"
SIZE = (120, 40)
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[ -/]*[0-~])")
_ROW = re.compile(r"\[(.)\] Item (\d\d) ")
_STAT = Path("/proc/stat")
_PATIENCE = 30.0
_LATER = 0.15
"""Seconds after which it is looked what came."""
_ALONE = 30
"""Ticks of the first who comes, before all others do: what the machine makes of one seat."""


def _children(pid: int) -> list[list[str]]:
    """The number and the command of each child of a process."""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [line.split(None, 1) for line in shown.stdout.splitlines()]


class Moment(NamedTuple):
    """When something happened."""

    clock: float
    """Seconds."""
    stolen: float
    """Seconds that the host of a virtual machine has kept its processors from it until then, on average."""

    @classmethod
    def now(cls) -> "Moment":
        with _STAT.open() as stat:
            # proc_stat(5): of all processors together user, nice, system, idle, iowait, irq, softirq, steal.
            stolen = int(stat.readline().split()[8])
        return cls(time.monotonic(), stolen / os.sysconf("SC_CLK_TCK") / (os.cpu_count() or 1))

    def since(self, other: "Moment") -> "Moment":
        return Moment(self.clock - other.clock, self.stolen - other.stolen)


class Person:
    """Somebody at a terminal, connected by a real `ssh`."""

    def __init__(self, room: "Room", number: int) -> None:
        self.number = number
        self.room = room
        self.shown: dict[int, str] = {}
        """Item → the sign in its box that this screen was last given."""
        self.seen = ""
        """The last that came, without its escapes."""
        self.looks_since = 0.0
        """Since when no dialog and no filter hides a row; infinite while one does."""
        self.said: list[str] = []
        """The comments that this screen said to be kept."""
        self.done: dict[str, int] = {"tick": 0, "comment": 0, "filter": 0}
        self.unseen = 0
        """Acts whose effect was not on this screen within `_PATIENCE`."""
        self.master, slave = pty.openpty()
        ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        self._rest = b""
        self._rows = SIZE[1]
        self.process = subprocess.Popen(
            room.call(number),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(slave)

    def type(self, keys: str) -> Moment:
        at = Moment.now()
        os.write(self.master, keys.encode())
        return at

    def take_in(self, came: bytes, at: Moment) -> None:
        """Tells the room which boxes the screen shows, by what came `at` that time."""
        data = self._rest + came
        # A sequence, or a letter, may be cut in two.
        cut = data.rfind(b"\x1b")
        cut = cut if cut >= len(data) - 32 else len(data)
        self._rest = data[cut:]
        text = _ESCAPES.sub(b"", data[:cut]).decode(errors="ignore")
        self.seen = (self.seen + text)[-20_000:]
        for mark, item in _ROW.findall(self.seen[-len(text) - 16 :]):
            self.shown[int(item)] = mark
            self.room.noted(self, int(item), mark, at)

    def look_again(self) -> None:
        """Leaves dialogs and filters, and has the whole screen painted anew, by another size."""
        self.type("\x1b")
        time.sleep(0.2)
        self.shown = {}
        self._rows += 1
        ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", self._rows, SIZE[0], 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def waits_for(self, text: str) -> bool:
        return wait(lambda: text in self.seen)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class Room:
    """The launch, its server and its people."""

    def __init__(self, home: Path, seats: int, url: str | None) -> None:
        self.home = home
        self.url = url or f"sqlite:///{home}/journal.db"
        operators = []
        for number in range(seats):
            key = home / f"key{number}"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            public = key.with_suffix(".pub").read_text().strip()
            operators.append(
                Operator(name=f"p{number:02}", role="engineer" if number else "director", keys=(public,))
            )
        definition = Definition(
            launch=Launch(product="Acme", version="4.2.0", environment="staging"),
            operators=tuple(operators),
            items=tuple(Item(id=f"i{n:02}", title=f"Item {n:02} is looked after") for n in range(seats)),
        )
        self.store = open_store(self.url)
        lead = Identity(name="p00", role="director")
        open_launch(self.store, lead, OpenLaunch(launch=LAUNCH, definition=definition))
        self.latencies: list[Moment] = []
        """From the key to a screen."""
        self.people: list[Person] = []
        self._pending: dict[tuple[int, str], tuple[Moment, set[int]]] = {}
        self._guard = threading.Lock()
        self.server = subprocess.Popen(
            [
                sys.executable, "-m", "launchpad", "serve", "--ssh", "127.0.0.1:0", "--seats", str(seats),
                "--launch", LAUNCH, "--store", self.url, "--json",
            ],
            cwd=home,
            env={**os.environ, "XDG_STATE_HOME": str(home / "state")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(home / "server.log").open("wb"),
            text=True,
        )  # fmt: skip
        assert self.server.stdout is not None
        found = re.search(r'"port":(\d+)', self.server.stdout.readline())
        if found is None:
            raise RuntimeError((home / "server.log").read_text())
        self._port = found[1]

    def call(self, number: int) -> list[str]:
        options = (
            "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "SendEnv=COLORTERM",
            f"IdentityFile={self.home / f'key{number}'}",
        )  # fmt: skip
        given = (part for option in options for part in ("-o", option))
        return ["ssh", "-F", "none", *given, "-p", self._port, "127.0.0.1"]

    def expects(self, item: int, mark: str, at: Moment) -> None:
        """Somebody has pressed the key that will give the item this mark."""
        with self._guard:
            self._pending[item, mark] = (at, set())

    def noted(self, person: Person, item: int, mark: str, at: Moment) -> None:
        with self._guard:
            if (item, mark) not in self._pending:
                return
            began, told = self._pending[item, mark]
            if at.clock > began.clock >= person.looks_since and person.number not in told:
                told.add(person.number)
                self.latencies.append(at.since(began))

    def forget(self) -> None:
        """What was expected of those who are here is not of those who come."""
        self.latencies = []
        self._pending = {}

    def processes(self) -> dict[str, list[int]]:
        """The server, its engine and its seats."""
        parts = _children(self.server.pid)
        # The engine is a child of what keeps the secrets.
        under = [child for pid, argv in parts if "cli.keeper" in argv for child in _children(int(pid))]
        ushers = [int(pid) for pid, argv in parts if " occupy --usher" in argv]
        return {
            "server": [self.server.pid],
            "engine": [int(pid) for pid, argv in (*parts, *under) if "launchpad engine " in argv],
            "usher": ushers,
            "seat": [int(pid) for usher in ushers for pid, _ in _children(usher)],
        }

    def close(self) -> None:
        for person in self.people:
            person.close()
        self.server.terminate()
        self.server.wait(60)
        self.store.close()


def wait(condition: Callable[[], bool], *, seconds: float = _PATIENCE) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def room(seats: int, url: str | None) -> Iterator[Room]:
    with tempfile.TemporaryDirectory(prefix="lp-seats-") as folder:
        made = Room(Path(folder), seats, url)
        try:
            yield made
        finally:
            made.close()


def _read(people: list[Person], over: threading.Event) -> None:
    """Notes when something comes, and what it was a moment later: to look while seats paint would take from
    them what is to be measured."""
    came: deque[tuple[Moment, Person, bytes]] = deque()
    with selectors.DefaultSelector() as selector:
        for person in people:
            selector.register(person.master, selectors.EVENT_READ, person)
        while not over.is_set():
            ready = selector.select(_LATER / 3)
            at = Moment.now()
            for key, _ in ready:
                try:
                    came.append((at, key.data, os.read(key.data.master, 1 << 16)))
                except OSError:
                    selector.unregister(key.fileobj)
            while came and came[0][0].clock < time.monotonic() - _LATER:
                then, person, data = came.popleft()
                person.take_in(data, then)


def _alone(war: Room) -> list[Moment]:
    """How long ticks take while only one seat is there to be told."""
    over = threading.Event()
    person = Person(war, 0)
    war.people = [person]
    reader = threading.Thread(target=_read, args=(war.people, over), daemon=True)
    reader.start()
    assert wait(lambda: bool(person.shown), seconds=60), "there is no first seat"
    for number in range(_ALONE):
        time.sleep(0.7)  # whatever else the tick before had painted is over
        mark = " " if number % 2 else "✓"
        war.expects(0, mark, person.type(" "))
        assert wait(lambda mark=mark: person.shown.get(0) == mark), "a tick was not seen"
    over.set()
    reader.join()
    times = war.latencies
    war.forget()
    return times


def _percent(times: list[Moment], share: float) -> float:
    """The time in ms that this share of them does not exceed."""
    return sorted(times)[int(len(times) * share)].clock * 1000


def _own(times: list[Moment], share: float) -> float:
    """That of a machine that nothing is taken from. At most: a wait for one processor counts by half where
    it was taken away while the other, of two, had nothing to do."""
    return sorted(time.clock - time.stolen for time in times)[int(len(times) * share)] * 1000


def _live(person: Person, until: float, dice: random.Random, pause: tuple[float, float]) -> None:
    """Ticks the item under the cursor on and off, comments on it, filters; each has an item of their own."""
    person.type("j" * person.number)
    ticked, comments = False, 0
    while time.monotonic() < until:
        time.sleep(dice.uniform(*pause))
        match dice.choice(("tick", "tick", "comment", "filter")):
            case "tick":
                mark = " " if ticked else "✓"
                person.room.expects(person.number, mark, person.type(" "))
                if wait(lambda mark=mark: person.shown.get(person.number) == mark):
                    ticked = not ticked
                    person.done["tick"] += 1
                else:
                    person.unseen += 1
            case "comment":
                person.looks_since, person.seen = math.inf, ""
                person.type("c")
                comments += 1
                said = f"word {comments} of {person.number}"
                # A dialog drops the keys of its first moment: what is not seen in it was not written.
                written = person.waits_for("Comment on") and (person.type(said), person.waits_for(said))[1]
                person.seen = ""
                person.type("\r" if written else "\x1b")
                if written and person.waits_for(f"commented on i{person.number:02}"):
                    person.said.append(said)
                    person.done["comment"] += 1
                else:
                    person.unseen += 1
            case "filter":
                person.looks_since, person.seen = math.inf, ""
                person.type(f"/Item {person.number:02}\r")
                person.waits_for("(1 shown)")
                person.seen = ""
                person.type("\x1b")
                if person.waits_for(f"Item {(person.number + 1) % len(person.room.people):02}"):
                    person.done["filter"] += 1
                else:
                    person.unseen += 1
        person.looks_since = time.monotonic()


def _cpu(pids: list[int]) -> float:
    """Seconds of CPU time that the processes have used."""
    used = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> float:
    """Memory in MB, shared pages counted in parts."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def measure(
    seats: int = SEATS,
    seconds: float = SECONDS,
    url: str | None = None,
    pause: tuple[float, float] = PAUSE,
) -> dict[str, float]:
    """What a war room costs, and whether anything of it was lost."""
    over = threading.Event()
    with room(seats, url) as war:
        alone = _alone(war)
        begun = time.monotonic()
        war.people += [Person(war, number) for number in range(1, seats)]
        reader = threading.Thread(target=_read, args=(war.people, over), daemon=True)
        reader.start()
        here = wait(lambda: all(len(person.shown) == seats for person in war.people), seconds=120)
        painted = time.monotonic() - begun
        assert here, "not everybody has a seat"
        pids = war.processes()
        before = {name: _cpu(of) for name, of in pids.items()}
        start = Moment.now()
        lives = [
            threading.Thread(target=_live, args=(p, start.clock + seconds, random.Random(p.number), pause))
            for p in war.people
        ]
        for life in lives:
            life.start()
        for life in lives:
            life.join()
        lasted, stolen = Moment.now().since(start)
        used = {name: (_cpu(of) - before[name]) / lasted * 100 for name, of in pids.items()}
        memory = {name: [_pss(pid) for pid in of] for name, of in pids.items()}
        lost = _lost(war)
        over.set()
        reader.join()
        times = war.latencies
        acts = sum(sum(person.done.values()) for person in war.people)
        return {
            "all seats painted, s": painted,
            "taken by the host, % of the machine": stolen / lasted * 100,
            "load average, 1 min": os.getloadavg()[0],
            "acts a second": acts / lasted,
            "ticks": float(sum(p.done["tick"] for p in war.people)),
            "comments": float(sum(p.done["comment"] for p in war.people)),
            "filters": float(sum(p.done["filter"] for p in war.people)),
            "acts not seen on the own screen in 30 s": float(sum(p.unseen for p in war.people)),
            "tick to a screen, p50 ms": _percent(times, 0.5),
            "tick to a screen, p95 ms": _percent(times, 0.95),
            "tick to a screen, most ms": max(times).clock * 1000,
            "p50 without what the host took, ms": _own(times, 0.5),
            "p95 without what the host took, ms": _own(times, 0.95),
            "tick to the screen of somebody alone, p50 ms": _percent(alone, 0.5),
            "tick to the screen of somebody alone, p95 ms": _percent(alone, 0.95),
            "p50, as a multiple of that": _percent(times, 0.5) / _percent(alone, 0.5),
            "p95, as a multiple of that": _percent(times, 0.95) / _percent(alone, 0.95),
            "memory of a seat (PSS), MB": statistics.mean(memory["seat"]),
            "memory of the server (PSS), MB": memory["server"][0],
            "memory of the usher (PSS), MB": sum(memory["usher"]),
            "CPU of a seat, % of a core": used["seat"] / seats,
            "CPU of the server, % of a core": used["server"],
            "CPU of everything, % of a core": sum(used.values()),
            "ticks that the journal lacks": float(lost[0]),
            "comments that the journal lacks": float(lost[1]),
            "comments that the journal has twice": float(lost[2]),
            "boxes that differ from the journal": float(lost[3]),
        }


def _lost(war: Room) -> tuple[int, int, int, int]:
    """Ticks and comments that the journal lacks, comments that it has twice, and boxes on screens, painted
    anew, that tell otherwise."""
    session = Session(war.store, LAUNCH)

    def kept() -> tuple[int, int, int]:
        session.refresh()
        ticks = sum(e.kind in ("item.ticked", "item.reopened") for e in session.events)
        words = [e.text for e in session.events if e.kind == "item.commented"]
        said = [each for p in war.people for each in p.said]
        lost = _ALONE + sum(p.done["tick"] for p in war.people) - ticks
        return max(0, lost), len(set(said) - set(words)), len(words) - len(set(words))

    def differing() -> int:
        marks = {int(name[1:]): "✓" if s.status == "done" else " " for name, s in session.state.items.items()}
        return sum(p.shown.get(item) != mark for p in war.people for item, mark in marks.items())

    for person in war.people:
        person.look_again()
    wait(lambda: kept() == (0, 0, 0) and differing() == 0, seconds=60)
    return (*kept(), differing())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=SEATS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--store", help="the URL of an empty store; absent: SQLite in a temporary folder")
    parser.add_argument(
        "--pause", type=float, nargs=2, default=PAUSE, metavar=("LEAST", "MOST"),
        help="seconds between two acts of a person",
    )  # fmt: skip
    options = parser.parse_args()
    least, most = options.pause
    found = measure(options.seats, options.seconds, options.store, (least, most))
    for what, value in found.items():
        print(f"  {what:<58} {value:>12,.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
