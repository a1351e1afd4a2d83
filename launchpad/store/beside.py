"""What is kept beside the journal: samples, run logs, presence, and all of it at a glance."""

from collections.abc import Sequence

import msgspec

from launchpad.model.samples import HERE, Glance, LogLine, Presence, Sample, SampleBatch, Standby
from launchpad.model.values import SECOND, Micros
from launchpad.store import leases, locks
from launchpad.store.database import Reader, Record, Statement, Transaction, marks
from launchpad.store.leases import micros

_FORGOTTEN_AFTER = 3600 * SECOND
_PRUNED_AT_ONCE = 5000

_LAST_SAMPLE = "SELECT coalesce(max(n), 0) FROM lp_sample WHERE launch = ?"
_ADD_SAMPLE = "INSERT INTO lp_sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_SAMPLES = "SELECT n, signal, observed, received, verdict, duration, phases, reason FROM lp_sample"
_OLD_SAMPLES = """
    SELECT max(observed) FROM (
        SELECT observed FROM lp_sample
        WHERE launch = ? AND observed < ? AND n < (SELECT max(n) FROM lp_sample WHERE launch = ?)
        ORDER BY observed LIMIT ?
    ) old
"""
_REMOVE_SAMPLES = """
    DELETE FROM lp_sample
    WHERE launch = ? AND observed <= ? AND n < (SELECT max(n) FROM lp_sample WHERE launch = ?)
"""

_ADD_LOG = "INSERT INTO lp_log VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_LOG = "SELECT n, at, step, text FROM lp_log WHERE launch = ? AND run = ?"
_OLD_LOG = """
    SELECT max(at) FROM (SELECT at FROM lp_log WHERE launch = ? AND at < ? ORDER BY at LIMIT ?) old
"""
_REMOVE_LOG = "DELETE FROM lp_log WHERE launch = ? AND at <= ?"

_ANNOUNCE = """
    INSERT INTO lp_presence (launch, seat, operator, role, via, looking_at, subject, idle, heard)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, lp_ticks()) ON CONFLICT (launch, seat) DO UPDATE
    SET operator = excluded.operator, role = excluded.role, via = excluded.via, heard = excluded.heard,
        looking_at = excluded.looking_at, subject = excluded.subject, idle = excluded.idle
"""
_FORGET = "DELETE FROM lp_presence WHERE launch = ? AND (heard < lp_ticks() - ? OR heard > lp_ticks())"
_LEAVE = "DELETE FROM lp_presence WHERE launch = ? AND seat = ?"
_PRESENT = """
    SELECT seat, operator, role, via, looking_at, subject, idle, lp_ticks() - heard FROM lp_presence
    WHERE launch = ? AND heard >= lp_ticks() - ? AND heard <= lp_ticks() ORDER BY operator, seat
"""

_STAND_BY = """
    INSERT INTO lp_standby VALUES (?, ?, ?, lp_ticks()) ON CONFLICT (launch, holder) DO UPDATE
    SET lacks = excluded.lacks, heard = excluded.heard
"""
_FORGET_STANDBY = "DELETE FROM lp_standby WHERE launch = ? AND (heard < lp_ticks() - ? OR heard > lp_ticks())"
_STAND_DOWN = "DELETE FROM lp_standby WHERE launch = ? AND holder = ?"
_STANDBYS = """
    SELECT holder, lacks, lp_ticks() - heard FROM lp_standby
    WHERE launch = ? AND heard >= lp_ticks() - ? AND heard <= lp_ticks() ORDER BY holder
"""

_phases: msgspec.json.Decoder[tuple[float | None, ...]] = msgspec.json.Decoder(tuple[float | None, ...])


def add_samples(transaction: Transaction, launch: str, samples: Sequence[Sample]) -> None:
    """Numbers and keeps them; to be run under a guard of its own, so that numbers come in order."""
    [[(last,)]] = transaction.run((_LAST_SAMPLE, (launch,)))
    transaction.run(
        *((_ADD_SAMPLE, (launch, n, *_sample_values(sample))) for n, sample in enumerate(samples, last + 1))
    )


def samples(
    reader: Reader,
    launch: str,
    *,
    cursor: int,
    since: Micros | None,
    until: Micros | None,
    signals: Sequence[str] | None,
    limit: int,
) -> SampleBatch:
    """See `model.store.Beside.samples`."""
    wanted: list[tuple[str, tuple[object, ...]]] = [("launch = ?", (launch,))]
    if cursor:  # absent from a first look, so that the index on `observed` is the obvious way to a window
        wanted.append(("n > ?", (cursor,)))
    if since is not None:
        wanted.append(("observed >= ?", (since,)))
    if until is not None:
        wanted.append(("observed < ?", (until,)))
    if signals is not None:
        wanted.append((f"signal IN ({marks(signals)})" if signals else "1 = 0", tuple(signals)))
    sql = f"{_SAMPLES} WHERE {' AND '.join(condition for condition, _ in wanted)} ORDER BY n LIMIT ?"
    [found] = reader.run((sql, (*(value for _, values in wanted for value in values), limit)))
    return SampleBatch(
        samples=tuple(_sample(record) for record in found), cursor=found[-1][0] if found else cursor
    )


def add_log(transaction: Transaction, launch: str, lines: Sequence[LogLine]) -> None:
    transaction.run(
        *((_ADD_LOG, (launch, line.run, line.n, line.at, line.step, line.text)) for line in lines)
    )


def log(reader: Reader, launch: str, run: str, after: int, limit: int) -> tuple[LogLine, ...]:
    """Lines with `n > after`; a negative `after` means the last `-after` lines."""
    if after < 0:
        [found] = reader.run((f"{_LOG} ORDER BY n DESC LIMIT ?", (launch, run, min(-after, limit))))
        found.reverse()
    else:
        [found] = reader.run((f"{_LOG} AND n > ? ORDER BY n LIMIT ?", (launch, run, after, limit)))
    return tuple(LogLine(run=run, n=n, at=at, step=step, text=text) for n, at, step, text in found)


def prune_once(transaction: Transaction, launch: str, *, samples_before: Micros, logs_before: Micros) -> bool:
    """Removes a share of what has outlived its retention; False when nothing is left to remove."""
    [[(old_sample,)], [(old_line,)]] = transaction.run(
        (_OLD_SAMPLES, (launch, samples_before, launch, _PRUNED_AT_ONCE)),
        (_OLD_LOG, (launch, logs_before, _PRUNED_AT_ONCE)),
    )
    removals: list[Statement] = []
    if old_sample is not None:
        # The last sample stays: numbering goes on from it, and readers' cursors rest on that.
        removals.append((_REMOVE_SAMPLES, (launch, old_sample, launch)))
    if old_line is not None:
        removals.append((_REMOVE_LOG, (launch, old_line)))
    if removals:
        transaction.run(*removals)
    return bool(removals)


def announce(transaction: Transaction, launch: str, presence: Presence) -> None:
    who = (presence.seat, presence.operator, presence.role, presence.via)
    what = (presence.looking_at, presence.subject, micros(presence.idle))
    transaction.run((_ANNOUNCE, (launch, *who, *what)), (_FORGET, (launch, _FORGOTTEN_AFTER)))


def leave(transaction: Transaction, launch: str, seat: str) -> None:
    transaction.run((_LEAVE, (launch, seat)))


def present(reader: Reader, launch: str, within: float) -> tuple[Presence, ...]:
    """Seats heard of in the last `within` seconds."""
    [found] = reader.run((_PRESENT, (launch, micros(within))))
    return tuple(
        Presence(
            seat=seat,
            operator=operator,
            role=role,
            via=via,
            looking_at=looking_at,
            age=age / SECOND,
            subject=subject,
            idle=idle / SECOND,
        )
        for seat, operator, role, via, looking_at, subject, idle, age in found
    )


def stand_by(transaction: Transaction, launch: str, standby: Standby) -> None:
    transaction.run(
        (_STAND_BY, (launch, standby.holder, standby.lacks)), (_FORGET_STANDBY, (launch, _FORGOTTEN_AFTER))
    )


def stand_down(transaction: Transaction, launch: str, holder: str) -> None:
    transaction.run((_STAND_DOWN, (launch, holder)))


def standbys(reader: Reader, launch: str, within: float) -> tuple[Standby, ...]:
    """Engines that wait, heard of in the last `within` seconds."""
    [found] = reader.run((_STANDBYS, (launch, micros(within))))
    return tuple(Standby(holder=holder, lacks=lacks, age=age / SECOND) for holder, lacks, age in found)


def glance(reader: Reader, launch: str) -> Glance:
    [[(newest,)]] = reader.run((_LAST_SAMPLE, (launch,)))
    lease, waiting = leases.present(reader, launch), standbys(reader, launch, HERE)
    return Glance(
        lease=lease,
        people=present(reader, launch, HERE),
        locks=locks.holding(reader, launch),
        newest=newest,
        standbys=tuple(each for each in waiting if lease is None or each.holder != lease.holder),
    )


def _sample_values(sample: Sample) -> tuple[object, ...]:
    return (
        sample.signal,
        sample.observed,
        sample.received,
        sample.verdict,
        sample.duration,
        msgspec.json.encode(sample.phases).decode() if sample.phases else "",
        sample.reason,
    )


def _sample(record: Record) -> Sample:
    _, signal, observed, received, verdict, duration, phases, reason = record
    return Sample(
        signal=signal,
        observed=observed,
        received=received,
        verdict=verdict,
        duration=duration,
        phases=_phases.decode(phases) if phases else (),
        reason=reason,
    )
