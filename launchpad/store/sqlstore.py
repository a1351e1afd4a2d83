"""The store protocol over either database."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from launchpad.errors import BadInput, Refused
from launchpad.model.journal import Draft, Head, Recorded, Row, recorded, verify
from launchpad.model.samples import (
    HERE,
    Glance,
    LaunchEntry,
    Lease,
    LockInfo,
    LogLine,
    Presence,
    Sample,
    SampleBatch,
    Standby,
)
from launchpad.model.values import Micros
from launchpad.store import beside, leases, locks
from launchpad.store.appending import (
    HEAD,
    ROW,
    append,
    check_drafts,
    check_journal,
    check_storable,
    guard_of,
    read,
    row_of,
    write_rows,
)
from launchpad.store.database import Database, Reader, Record, Transaction

_LOOK_EVERY = 1.0
"""Seconds after which a waiter looks by itself, in case that no bell rang."""
_LAUNCHES = """
    SELECT l.launch, l.product, l.version, l.environment, l.opened_at,
        (SELECT max(seq) FROM lp_event WHERE launch = l.launch),
        (SELECT hash FROM lp_event WHERE launch = l.launch ORDER BY seq DESC LIMIT 1),
        l.closed
    FROM lp_launch l
    ORDER BY l.opened_at DESC, l.launch
"""

T = TypeVar("T")


class SqlStore:
    """A `model.store.Store`; safe for any number of threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def url(self) -> str:
        return self._database.url

    def close(self) -> None:
        self._database.close()

    # The journal

    def append(
        self,
        launch: str,
        drafts: Sequence[Draft],
        *,
        expect: Mapping[str, int] | None = None,
        epoch: int | None = None,
        releases: tuple[str, str] | None = None,
    ) -> tuple[Recorded, ...]:
        if not drafts:
            return ()
        check_drafts(launch, drafts)

        def work(transaction: Transaction) -> tuple[Row, ...]:
            return append(transaction, launch, drafts, expect=expect or {}, epoch=epoch, releases=releases)

        rows = self._database.write(work, guard=guard_of(launch))
        return tuple(recorded(launch, row) for row in rows)

    def read(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Recorded, ...]:
        return self._database.read(lambda reader: read(reader, launch, after, limit))

    def rows(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Row, ...]:
        sql = f"{ROW} WHERE e.launch = ? AND e.seq > ? ORDER BY e.seq LIMIT ?"
        return tuple(row_of(record) for record in self._select(sql, launch, after, limit))

    def import_rows(self, launch: str, rows: Sequence[Row]) -> None:
        if not rows:
            raise BadInput(f"the journal of {launch} is empty")
        verify(launch, rows)
        check_journal(launch, rows)

        def work(transaction: Transaction) -> None:
            [heads] = transaction.run((HEAD, (launch,)))
            if heads:
                raise Refused(f"{launch} is in this store already")
            write_rows(transaction, launch, rows)

        self._database.write(work, guard=guard_of(launch), retry=False)

    def head(self, launch: str) -> Head:
        found = self._select(HEAD, launch)
        return Head(seq=found[0][0], hash=found[0][1]) if found else Head()

    def wait(self, launch: str, after: int, timeout: float, known: str = "") -> bool:
        deadline = time.monotonic() + timeout
        alarm = self._database.alarm
        self._database.listen()
        while True:
            mark = alarm.mark(launch)
            head = self.head(launch)
            if head.seq != after or (known and head.hash != known):
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            alarm.wait(launch, mark, min(left, _LOOK_EVERY))

    def launches(self) -> tuple[LaunchEntry, ...]:
        return tuple(
            LaunchEntry(
                launch=launch,
                product=product,
                version=version,
                environment=environment,
                opened_at=opened_at,
                seq=seq,
                hash=hash_,
                closed=closed,
            )
            for launch, product, version, environment, opened_at, seq, hash_, closed in self._select(
                _LAUNCHES
            )
        )

    # Beside it

    def add_samples(self, launch: str, samples: Sequence[Sample]) -> None:
        if samples:
            check_storable(launch, *(text for sample in samples for text in (sample.signal, sample.reason)))
            self._write(lambda tx: beside.add_samples(tx, launch, samples), guard=f"samples {launch}")

    def samples(
        self,
        launch: str,
        *,
        cursor: int = 0,
        since: Micros | None = None,
        until: Micros | None = None,
        signals: Sequence[str] | None = None,
        limit: int = 100_000,
    ) -> SampleBatch:
        def look(reader: Reader) -> SampleBatch:
            return beside.samples(
                reader, launch, cursor=cursor, since=since, until=until, signals=signals, limit=limit
            )

        return self._database.read(look)

    def add_log(self, launch: str, lines: Sequence[LogLine]) -> None:
        if lines:
            check_storable(launch, *(text for line in lines for text in (line.run, line.text)))
            self._write(lambda tx: beside.add_log(tx, launch, lines))

    def log(self, launch: str, run: str, after: int = 0, limit: int = 1000) -> tuple[LogLine, ...]:
        return self._database.read(lambda reader: beside.log(reader, launch, run, after, limit))

    def take_lease(self, launch: str, holder: str, ttl: float) -> Lease | None:
        check_storable(launch, holder)
        return self._write(lambda tx: leases.take(tx, launch, holder, ttl), guard=guard_of(launch))

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        return self._write(lambda tx: leases.renew(tx, lease, ttl), guard=guard_of(lease.launch))

    def release_lease(self, lease: Lease) -> None:
        self._write(lambda tx: leases.release(tx, lease), guard=guard_of(lease.launch))

    def lease(self, launch: str) -> Lease | None:
        return self._database.read(lambda reader: leases.present(reader, launch))

    def take_lock(
        self, launch: str, target: str, owner: str, reason: str, ttl: float, *, over: str = ""
    ) -> LockInfo:
        check_storable(launch, target, owner, reason)
        return self._write(
            lambda tx: locks.take(tx, launch, target, owner, reason, ttl, over), guard=f"lock {target}"
        )

    def release_lock(self, launch: str, target: str, owner: str) -> bool:
        return self._write(lambda tx: locks.release(tx, launch, target, owner), guard=f"lock {target}")

    def locks(self, launch: str) -> tuple[LockInfo, ...]:
        return self._database.read(lambda reader: locks.holding(reader, launch))

    def announce(self, launch: str, presence: Presence) -> None:
        check_storable(
            launch, presence.seat, presence.operator, presence.via, presence.looking_at, presence.subject
        )
        self._write(lambda tx: beside.announce(tx, launch, presence))

    def leave(self, launch: str, seat: str) -> None:
        self._write(lambda tx: beside.leave(tx, launch, seat))

    def present(self, launch: str, within: float = HERE) -> tuple[Presence, ...]:
        return self._database.read(lambda reader: beside.present(reader, launch, within))

    def stand_by(self, launch: str, standby: Standby) -> None:
        check_storable(launch, standby.holder, standby.lacks)
        self._write(lambda tx: beside.stand_by(tx, launch, standby))

    def stand_down(self, launch: str, holder: str) -> None:
        self._write(lambda tx: beside.stand_down(tx, launch, holder))

    def glance(self, launch: str) -> Glance:
        return self._database.read(lambda reader: beside.glance(reader, launch))

    def prune(self, *, samples_before: Micros, logs_before: Micros) -> None:
        def prune_once(transaction: Transaction, launch: str) -> bool:
            return beside.prune_once(
                transaction, launch, samples_before=samples_before, logs_before=logs_before
            )

        for (launch,) in self._select("SELECT launch FROM lp_launch"):
            # In shares, so that others can write in between.
            while self._write(partial(prune_once, launch=launch)):
                pass

    def now(self) -> Micros:
        return int(self._select("SELECT lp_now()")[0][0])

    def _select(self, sql: str, *parameters: object) -> list[Record]:
        return self._database.read(lambda reader: reader.run((sql, parameters))[0])

    def _write(self, work: Callable[[Transaction], T], *, guard: str | None = None) -> T:
        return self._database.write(work, guard=guard)
