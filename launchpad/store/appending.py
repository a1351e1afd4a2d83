"""How events get into a journal: what is checked, sealed and written, whatever the dialect."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from sys import intern
from typing import NamedTuple

from launchpad.errors import BadInput, Conflict, LeaseLost, Refused
from launchpad.model.events import Event, LaunchClosed, LaunchOpened, TextRedacted, Unknown, decode
from launchpad.model.journal import Draft, Head, Recorded, Row, recorded, seal
from launchpad.model.values import Micros
from launchpad.store import locks
from launchpad.store.database import Reader, Record, Statement, Transaction, marks
from launchpad.store.leases import LEASE, LeaseRecord

ROW = (
    "SELECT e.seq, e.id, e.at, e.actor, e.auth, e.kind, e.v, e.body, e.text_digest, e.prev_hash, e.hash,"
    " t.salt, t.text FROM lp_event e LEFT JOIN lp_text t ON t.launch = e.launch AND t.seq = e.seq"
)
"""Selects what `row_of` reads."""
_RECORDED = """
    SELECT seq, id, at, actor, auth, kind, v, body, text_digest <> '', hash, prev_hash FROM lp_event
    WHERE launch = ? AND seq > ? ORDER BY seq LIMIT ?
"""
"""What is shown of an event, without that which proves it."""
_TEXTS = "SELECT seq, text FROM lp_text WHERE launch = ? AND seq > ? AND seq <= ?"
HEAD = "SELECT seq, hash, at FROM lp_event WHERE launch = ? ORDER BY seq DESC LIMIT 1"
CLOCK = "SELECT lp_now(), lp_ticks()"
_INSERT_EVENT = "INSERT INTO lp_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def guard_of(launch: str) -> str:
    """The guard under which everything about the journal and the lease of a launch is written."""
    return f"launch {launch}"


def row_of(record: Record) -> Row:
    """The row in a record of `ROW`."""
    seq, id_, at, actor, auth, kind, v, body, text_digest, prev_hash, hash_, salt, text = record
    return Row(
        seq=seq,
        id=id_,
        at=at,
        actor=actor,
        auth=auth,
        kind=kind,
        v=v,
        body=body,
        text_digest=text_digest,
        prev_hash=prev_hash,
        hash=hash_,
        salt=salt or "",
        text=text,
    )


def read(reader: Reader, launch: str, after: int, limit: int) -> tuple[Recorded, ...]:
    """See `model.store.Journal.read`. The texts come by a statement of their own: to look for one beside each
    event takes as long as to read the event."""
    # Events follow one another without gaps.
    found, kept = reader.run((_RECORDED, (launch, after, limit)), (_TEXTS, (launch, after, after + limit)))
    texts: dict[int, str] = dict(kept)
    return tuple(
        Recorded(
            launch=launch,
            seq=seq,
            id=id_,
            at=at,
            actor=intern(actor),
            auth=intern(auth),  # type: ignore[arg-type]  # written by `seal` from an Auth
            event=decode(kind, v, body),
            text=texts.get(seq, ""),
            redacted=bool(has_text) and seq not in texts,
            hash=hash_,
            follows=prev_hash,
        )
        for seq, id_, at, actor, auth, kind, v, body, has_text, hash_, prev_hash in found
    )


class Standing(NamedTuple):
    """What the store knows at the instant of an append."""

    head: Head
    head_at: Micros
    now: Micros
    ticks: int
    found: tuple[Row, ...]
    """Rows that carry the drafts' ids."""
    subjects: Mapping[str, int]
    """Last sequence number of each expected subject that has one."""
    lease: LeaseRecord | None


def append(
    transaction: Transaction,
    launch: str,
    drafts: Sequence[Draft],
    *,
    expect: Mapping[str, int],
    epoch: int | None,
    releases: tuple[str, str] | None = None,
) -> tuple[Row, ...]:
    """Appends within a transaction under `guard_of(launch)`; see `model.store.Journal.append`."""
    standing = _look(transaction, launch, drafts, tuple(expect), fenced=epoch is not None)
    if standing.found:
        return _as_recorded(launch, drafts, standing.found)
    rows = sealed(launch, drafts, standing, expect=expect, epoch=epoch)
    if releases is not None and not locks.release(transaction, launch, *releases):
        raise Conflict(f"lock:{releases[0]}", standing.head.seq)
    write_rows(transaction, launch, rows)
    return rows


def sealed(
    launch: str,
    drafts: Sequence[Draft],
    standing: Standing,
    *,
    expect: Mapping[str, int],
    epoch: int | None,
) -> tuple[Row, ...]:
    """The rows that record the drafts. Raises what forbids it."""
    if epoch is not None:
        _check_fence(launch, epoch, standing)
    for subject, seen in expect.items():
        last = standing.subjects.get(subject, 0)
        if last > seen:
            raise Conflict(subject, last)
    head, at = standing.head, max(standing.now, standing.head_at)
    rows = []
    for draft in drafts:
        _check_place(launch, draft.event, head.seq + 1)
        row = seal(launch, draft, previous=head, at=at, salt=secrets.token_hex(16))
        rows.append(row)
        head = Head(seq=row.seq, hash=row.hash)
    return tuple(rows)


def write_rows(transaction: Transaction, launch: str, rows: Sequence[Row]) -> None:
    """Writes sealed rows and what follows from them."""
    transaction.run(*(statement for row in rows for statement in _statements(launch, row)))
    if any(row.kind == "text.redacted" for row in rows):
        transaction.shred("lp_text")
    transaction.ring(launch)


def check_drafts(launch: str, drafts: Sequence[Draft]) -> None:
    """Raises `BadInput` for what no store can keep, `Refused` for an id used twice."""
    for draft in drafts:
        check_storable(launch, draft.id, draft.actor, draft.text, draft.event.subject)
    if len({draft.id for draft in drafts}) < len(drafts):
        raise Refused("two events of one append carry the same id")


def check_journal(launch: str, rows: Sequence[Row]) -> None:
    """Raises `BadInput` for a journal from elsewhere that no append could have written."""
    ids: set[str] = set()
    for row in rows:
        check_storable(launch, row.id, row.actor, row.auth, row.kind, row.body, row.text or "")
        if (row.kind == "launch.opened") != (row.seq == 1):
            raise BadInput(
                f"event {row.seq} of the journal: the opening of a launch is its first event alone"
            )
        if recorded(launch, row).kind != row.kind or row.id in ids:
            raise BadInput(f"event {row.seq} of the journal contradicts itself")
        ids.add(row.id)


def check_storable(*texts: str) -> None:
    """Raises `BadInput` for text that is not valid Unicode or holds a NUL, which PostgreSQL can't keep."""
    for text in texts:
        if "\0" in text:
            raise BadInput(f"{text[:40]!r} holds a NUL character, which can't be stored")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadInput(f"{text[:40]!r} is not valid Unicode and can't be stored") from None


def _look(
    transaction: Transaction, launch: str, drafts: Sequence[Draft], subjects: tuple[str, ...], *, fenced: bool
) -> Standing:
    ids = [draft.id for draft in drafts]
    statements: list[Statement] = [
        (CLOCK, ()),
        (HEAD, (launch,)),
        (f"{ROW} WHERE e.launch = ? AND e.id IN ({marks(ids)})", (launch, *ids)),
    ]
    if fenced:
        statements.append((LEASE, (launch,)))
    if subjects:
        last = "SELECT subject, max(seq) FROM lp_event"
        last += f" WHERE launch = ? AND subject IN ({marks(subjects)}) GROUP BY subject"
        statements.append((last, (launch, *subjects)))
    clock, heads, found, *rest = transaction.run(*statements)
    leases = rest.pop(0) if fenced else []
    seq, hash_, at = heads[0] if heads else (Head().seq, Head().hash, 0)
    return Standing(
        head=Head(seq=seq, hash=hash_),
        head_at=at,
        now=clock[0][0],
        ticks=clock[0][1],
        found=tuple(row_of(record) for record in found),
        subjects=dict(rest[0]) if rest else {},
        lease=LeaseRecord(*leases[0]) if leases else None,
    )


def _as_recorded(launch: str, drafts: Sequence[Draft], found: Sequence[Row]) -> tuple[Row, ...]:
    by_id = {row.id: row for row in found}
    if len(by_id) < len(drafts):
        raise Refused(f"some of these events are recorded in {launch} already and some are not")
    return tuple(by_id[draft.id] for draft in drafts)


def _check_fence(launch: str, epoch: int, standing: Standing) -> None:
    lease = standing.lease
    if lease is None or lease.epoch != epoch or lease.holder is None:
        raise LeaseLost(f"the lease of {launch} with epoch {epoch} is no longer the present one")
    if lease.left(standing.ticks) <= 0:
        raise LeaseLost(f"the lease of {launch} with epoch {epoch} has lapsed")


def _check_place(launch: str, event: Event | Unknown, seq: int) -> None:
    if isinstance(event, LaunchOpened) and seq > 1:
        raise Refused(f"{launch} is open already")
    if not isinstance(event, LaunchOpened) and seq == 1:
        raise Refused(f"there is no launch {launch} in this store")
    if isinstance(event, TextRedacted) and not 0 < event.seq < seq:
        raise Refused(f"{launch} has no event {event.seq}")


def _statements(launch: str, row: Row) -> Iterator[Statement]:
    event = recorded(launch, row).event
    yield (
        _INSERT_EVENT,
        (
            launch,
            row.seq,
            row.id,
            row.at,
            row.actor,
            row.auth,
            row.kind,
            row.v,
            event.subject,
            row.body,
            row.text_digest,
            row.prev_hash,
            row.hash,
        ),
    )
    if row.text is not None:
        yield "INSERT INTO lp_text VALUES (?, ?, ?, ?)", (launch, row.seq, row.salt, row.text)
    match event:
        case LaunchOpened(definition=definition):
            of = definition.launch
            entry = (launch, of.product, of.version, of.environment, row.at)
            yield "INSERT INTO lp_launch VALUES (?, ?, ?, ?, ?, NULL)", entry
        case Unknown(kind="launch.opened"):
            yield "INSERT INTO lp_launch VALUES (?, '', '', '', ?, NULL)", (launch, row.at)
        case LaunchClosed(outcome=outcome):
            yield "UPDATE lp_launch SET closed = ? WHERE launch = ?", (outcome, launch)
        case TextRedacted(seq=seq):
            yield "DELETE FROM lp_text WHERE launch = ? AND seq = ?", (launch, seq)
        case _:
            pass
