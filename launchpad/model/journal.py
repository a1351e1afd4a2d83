"""Events as they stand in a journal: drafted, recorded, chained."""

import hashlib
from collections.abc import Iterable
from sys import intern

import msgspec

from launchpad.errors import BrokenJournal
from launchpad.model.events import (
    Auth,
    Event,
    TextRedacted,
    Unknown,
    decode,
    encode,
    kind_of,
    version_of,
)
from launchpad.model.values import Micros, Value

GENESIS = "0" * 64
"""`prev_hash` of the first event."""


class Draft(Value):
    """An event that somebody wants recorded. `id` makes a retry of an in-doubt append harmless."""

    id: str
    event: Event
    actor: str
    auth: Auth
    text: str = ""
    """Free text, kept beside the event and redactable."""


class Recorded(Value, gc=False):
    """An event in its place in the chain."""

    launch: str
    seq: int
    """1, 2, 3 … without gaps."""
    id: str
    at: Micros
    """Stamped by the store inside the append, never before its predecessor."""
    actor: str
    auth: Auth
    event: Event | Unknown
    text: str = ""
    redacted: bool = False
    hash: str = ""
    follows: str = ""
    """Hash of the event before."""

    @property
    def kind(self) -> str:
        return kind_of(self.event)

    @property
    def subject(self) -> str:
        return self.event.subject


class Row(Value):
    """An event as stored: what the chain is made of."""

    seq: int
    id: str
    at: Micros
    actor: str
    auth: str
    kind: str
    v: int
    body: str
    text_digest: str
    prev_hash: str
    hash: str
    salt: str = ""
    text: str | None = None
    """None: no text, or redacted."""


class Head(Value):
    """Where a journal ends. `hash` proves everything before it."""

    seq: int = 0
    hash: str = GENESIS


def chain_hash(
    *,
    launch: str,
    seq: int,
    event_id: str,
    at: Micros,
    actor: str,
    auth: str,
    kind: str,
    v: int,
    body: str,
    text_digest: str,
    prev_hash: str,
) -> str:
    """SHA-256 over the length-prefixed fields of an event and its predecessor's hash."""
    digest = hashlib.sha256()
    for part in (launch, seq, event_id, at, actor, auth, kind, v, body, text_digest, prev_hash):
        data = str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def text_digest(salt: str, text: str) -> str:
    """What the chain holds of a free text: empty for none, else SHA-256 over salt and text."""
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest() if text else ""


def row_hash(launch: str, row: Row) -> str:
    """The hash that `row` must carry."""
    return chain_hash(
        launch=launch,
        seq=row.seq,
        event_id=row.id,
        at=row.at,
        actor=row.actor,
        auth=row.auth,
        kind=row.kind,
        v=row.v,
        body=row.body,
        text_digest=row.text_digest,
        prev_hash=row.prev_hash,
    )


def seal(launch: str, draft: Draft, *, previous: Head, at: Micros, salt: str) -> Row:
    """The row that records `draft` after `previous`."""
    kind = kind_of(draft.event)
    row = Row(
        seq=previous.seq + 1,
        id=draft.id,
        at=at,
        actor=draft.actor,
        auth=draft.auth,
        kind=kind,
        v=version_of(kind),
        body=encode(draft.event),
        text_digest=text_digest(salt, draft.text),
        prev_hash=previous.hash,
        hash="",
        salt=salt if draft.text else "",
        text=draft.text or None,
    )
    return msgspec.structs.replace(row, hash=row_hash(launch, row))


def recorded(launch: str, row: Row) -> Recorded:
    """The event in a row."""
    return Recorded(
        launch=launch,
        seq=row.seq,
        id=row.id,
        at=row.at,
        # Of few people, a journal holds many events.
        actor=intern(row.actor),
        auth=intern(row.auth),  # type: ignore[arg-type]  # written by `seal` from an Auth
        event=decode(row.kind, row.v, row.body),
        text=row.text or "",
        redacted=bool(row.text_digest) and row.text is None,
        hash=row.hash,
        follows=row.prev_hash,
    )


def verify(launch: str, rows: Iterable[Row], *, expected_head: str | None = None) -> Head:
    """Walks a whole journal and returns its head.

    Checks the sequence, every hash, every kept text against its digest, that missing texts were redacted
    by an event, and, given `expected_head` (a head hash from a report or message), that the journal still
    contains it. Raises `BrokenJournal` naming the first event at fault.
    """
    head = Head()
    missing: dict[int, str] = {}
    redacted: set[int] = set()
    seen_expected = expected_head is None
    for row in rows:
        where = f"event {row.seq} ({row.kind}) of {launch}"
        if row.seq != head.seq + 1:
            raise BrokenJournal(
                f"event {head.seq + 1} of {launch} is missing; {row.seq} follows {head.seq}", seq=head.seq + 1
            )
        if row.prev_hash != head.hash:
            raise BrokenJournal(f"{where} does not follow from the event before it", seq=row.seq)
        if row.hash != row_hash(launch, row):
            raise BrokenJournal(f"{where} was altered: its content does not match its hash", seq=row.seq)
        if row.text is not None and text_digest(row.salt, row.text) != row.text_digest:
            raise BrokenJournal(f"the text of {where} was altered", seq=row.seq)
        if row.text is None and row.text_digest:
            missing[row.seq] = where
        event = decode(row.kind, row.v, row.body)
        if isinstance(event, TextRedacted) and event.seq < row.seq:
            redacted.add(event.seq)
        head = Head(seq=row.seq, hash=row.hash)
        seen_expected = seen_expected or row.hash == expected_head
    for seq, where in missing.items():
        if seq not in redacted:
            raise BrokenJournal(f"the text of {where} is gone, and no redaction explains it", seq=seq)
    if not seen_expected:
        raise BrokenJournal(
            f"{launch} ends at event {head.seq} ({head.hash[:12]}) and does not contain {expected_head}: "
            "it was cut short or rewritten",
            seq=head.seq + 1,
        )
    return head
