"""The chain: any change to what was recorded is found and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.errors import BrokenJournal
from launchpad.model import events as ev
from launchpad.model.journal import GENESIS, Draft, Head, Row, recorded, row_hash, seal, text_digest, verify
from tests.support.instances import TEXT, instances

LAUNCH = "acme-1"
DRAFTS = st.builds(
    Draft,
    id=st.uuids().map(str),
    event=instances(ev.ItemCommented | ev.ItemTicked | ev.RunRequested | ev.NoteWritten),
    actor=TEXT,
    auth=instances(ev.Auth),
    text=TEXT,
)


def chain(drafts: list[Draft]) -> list[Row]:
    rows: list[Row] = []
    head = Head()
    for number, draft in enumerate(drafts):
        rows.append(seal(LAUNCH, draft, previous=head, at=1_000 + number, salt=f"salt{number}"))
        head = Head(seq=rows[-1].seq, hash=rows[-1].hash)
    return rows


def note(text: str = "", number: int = 0) -> Draft:
    return Draft(id=f"id{number}", event=ev.NoteWritten(), actor="eva", auth="os", text=text)


def refused(rows: list[Row], **options) -> BrokenJournal:
    with pytest.raises(BrokenJournal) as caught:
        verify(LAUNCH, rows, **options)
    assert "\n" not in str(caught.value)
    return caught.value


@given(st.lists(DRAFTS, max_size=5))
def test_a_chain_verifies_and_says_what_was_recorded(drafts):
    rows = chain(drafts)
    head = verify(LAUNCH, rows)
    assert head == (Head(seq=len(rows), hash=rows[-1].hash) if rows else Head(seq=0, hash=GENESIS))
    for draft, row in zip(drafts, rows, strict=True):
        event = recorded(LAUNCH, row)
        assert (event.id, event.event, event.actor, event.auth, event.text, event.redacted) == (
            draft.id,
            draft.event,
            draft.actor,
            draft.auth,
            draft.text,
            False,
        )


CHANGES = {
    "seq": lambda row: row.seq + 1,
    "id": lambda row: row.id + "x",
    "at": lambda row: row.at + 1,
    "actor": lambda row: row.actor + "x",
    "auth": lambda row: "key" if row.auth != "key" else "os",
    "kind": lambda row: row.kind + "x",
    "v": lambda row: row.v + 1,
    "body": lambda row: row.body[:-1] + " }",
    "text_digest": lambda row: "0" * 64,
    "prev_hash": lambda row: "f" * 64,
    "hash": lambda row: "f" * 64,
    "salt": lambda row: row.salt + "x",
    "text": lambda row: row.text + "x",
}


@given(drafts=st.lists(DRAFTS.filter(lambda d: d.text), min_size=1, max_size=4), data=st.data())
def test_any_changed_field_is_found_at_its_event(drafts, data):
    rows = chain(drafts)
    index = data.draw(st.integers(0, len(rows) - 1))
    assert set(CHANGES) == set(Row.__struct_fields__)
    for field, change in CHANGES.items():
        altered = [*rows]
        altered[index] = replace(rows[index], **{field: change(rows[index])})
        assert refused(altered).seq == index + 1


def test_every_hashed_field_is_in_the_hash_apart():
    """Length prefixes: moving a character from one field to the next changes the hash."""
    row = chain([note()])[0]
    assert row_hash(LAUNCH, replace(row, actor="ab", auth="c")) != row_hash(
        LAUNCH, replace(row, actor="a", auth="bc")
    )
    assert row_hash(LAUNCH, row) != row_hash("acme-2", row)


def test_a_changed_launch_is_found():
    with pytest.raises(BrokenJournal, match="event 1"):
        verify("acme-2", chain([note()]))


@given(st.lists(DRAFTS, min_size=2, max_size=5), st.data())
def test_a_missing_or_moved_event_is_found(drafts, data):
    rows = chain(drafts)
    index = data.draw(st.integers(0, len(rows) - 2))
    assert refused(rows[:index] + rows[index + 1 :]).seq == index + 1
    swapped = [*rows[:index], rows[index + 1], rows[index], *rows[index + 2 :]]
    assert refused(swapped).seq == index + 1


def test_a_rewritten_chain_or_a_cut_one_is_found_by_its_head():
    rows = chain([note("a", 1), note("b", 2), note("c", 3)])
    head = rows[-1].hash
    assert verify(LAUNCH, rows, expected_head=head).seq == 3
    assert verify(LAUNCH, rows, expected_head=rows[0].hash).seq == 3
    assert refused(rows[:2], expected_head=head).seq == 3
    refused(chain([note("a", 1), note("B", 2), note("c", 3)]), expected_head=head)


def redaction(seq: int) -> Draft:
    return Draft(id="redact", event=ev.TextRedacted(seq=seq), actor="lead", auth="os", text="a password")


def without_text(row: Row) -> Row:
    return replace(row, text=None, salt="")


def test_a_redacted_text_leaves_the_chain_whole():
    rows = chain([note("hunter2", 1), redaction(1)])
    rows[0] = without_text(rows[0])
    assert verify(LAUNCH, rows).seq == 2
    assert recorded(LAUNCH, rows[0]).redacted
    assert recorded(LAUNCH, rows[0]).text == ""


def test_a_text_that_went_without_a_redaction_is_missed():
    rows = chain([note("a", 1), note("b", 2)])
    rows[0] = without_text(rows[0])
    assert refused(rows).seq == 1


def test_no_redaction_explains_a_later_loss():
    rows = chain([redaction(2), note("b", 2)])
    rows[1] = without_text(rows[1])
    assert refused(rows).seq == 2


@given(TEXT, TEXT)
def test_a_digest_tells_texts_apart_and_hides_them_by_its_salt(one, other):
    assert (text_digest("s", one) == text_digest("s", other)) == (one == other)
    assert not one or text_digest("s", one) != text_digest("t", one)


def test_journals_of_the_future_verify():
    draft = Draft(
        id="x", event=ev.Unknown(kind="rollout.bumped", raw='{"kind":"rollout.bumped"}'), actor="a", auth="os"
    )
    assert verify(LAUNCH, chain([draft])).seq == 1
