"""How a journal shows that it was tampered with, and forgets a text; see `launchpad.testing.stores`."""

from pathlib import Path

import msgspec
import pytest

from launchpad.errors import BadInput, BrokenJournal, Refused
from launchpad.model.events import TextRedacted
from launchpad.model.journal import Head, Row, recorded, row_hash
from launchpad.model.samples import LogLine, Sample
from launchpad.model.store import Store
from launchpad.store.archive import export, import_, verify_archive, verify_store
from launchpad.testing.drafts import draft, note, opening

LAUNCH = "shop-2.4"
PASSWORD = "hunter2-" + "correct horse battery staple " * 400
_COPY = """
    INSERT INTO lp_event
    SELECT launch, {}, 'x', at, actor, auth, kind, v, subject, body, text_digest, {}, 'x'
    FROM lp_event WHERE seq = 6
"""
_FORGE = "UPDATE lp_event SET actor = 'eve', prev_hash = '{}', hash = '{}' WHERE seq = {}"


class VerifyBehaviour:
    """Tampering, redaction, export."""

    def execute(self, url: str, *statements: str) -> None:
        """Executes SQL as any client could."""
        raise NotImplementedError

    def tamper(self, url: str, *statements: str) -> None:
        """Executes SQL with the store's own defences off."""
        raise NotImplementedError

    def stored_bytes(self, url: str) -> bytes:
        """All that lies in the store's files; empty where that can't be said."""
        del url
        return b""

    @pytest.fixture
    def head(self, store: Store) -> Head:
        """The head of a journal of six events."""
        store.append(LAUNCH, [opening(), *(note(f"note {n}") for n in range(2, 7))])
        return verify_store(store, LAUNCH)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE lp_event SET actor = 'eve' WHERE seq = 3",
            "DELETE FROM lp_event WHERE seq = 6",
            "UPDATE lp_text SET text = 'never said' WHERE seq = 3",
            "DELETE FROM lp_text WHERE seq = 3",
            _COPY.format("8", "hash"),
            _COPY.format("7", "prev_hash"),
        ],
    )
    def test_the_store_itself_refuses_changes(
        self, store: Store, url: str, head: Head, statement: str
    ) -> None:
        with pytest.raises(Exception, match=r"events follow|carries the hash|never|only removed"):
            self.execute(url, statement)
        assert verify_store(store, LAUNCH, head.hash) == head

    @pytest.mark.parametrize(
        ("statement", "seq", "complaint"),
        [
            ("UPDATE lp_event SET body = replace(body, 'note', 'nose') WHERE seq = 3", 3, "altered"),
            ("UPDATE lp_event SET at = at + 1 WHERE seq = 3", 3, "altered"),
            ("UPDATE lp_event SET actor = 'eve' WHERE seq = 6", 6, "altered"),
            ("UPDATE lp_event SET prev_hash = hash WHERE seq = 4", 4, "does not follow"),
            ("DELETE FROM lp_event WHERE seq = 4", 4, "missing"),
            ("DELETE FROM lp_event WHERE seq = 1", 1, "missing"),
            ("UPDATE lp_text SET text = 'never said' WHERE seq = 3", 3, "text .* altered"),
            ("DELETE FROM lp_text WHERE seq = 3", 3, "gone"),
        ],
    )
    def test_what_was_tampered_with_is_named(
        self, store: Store, url: str, head: Head, statement: str, seq: int, complaint: str
    ) -> None:
        self.tamper(url, statement)
        with pytest.raises(BrokenJournal, match=complaint) as broken:
            verify_store(store, LAUNCH)
        assert broken.value.seq == seq
        with pytest.raises(BrokenJournal):
            verify_store(store, LAUNCH, head.hash)

    def test_a_removed_tail_shows_against_the_head(self, store: Store, url: str, head: Head) -> None:
        self.tamper(url, "DELETE FROM lp_event WHERE seq > 4", "DELETE FROM lp_text WHERE seq > 4")
        assert verify_store(store, LAUNCH).seq == 4
        with pytest.raises(BrokenJournal, match="cut short or rewritten") as broken:
            verify_store(store, LAUNCH, head.hash)
        assert broken.value.seq == 5

    def test_a_removed_journal_shows_against_the_head(self, store: Store, url: str, head: Head) -> None:
        self.tamper(url, "DELETE FROM lp_event", "DELETE FROM lp_text")
        with pytest.raises(BrokenJournal):
            verify_store(store, LAUNCH, head.hash)
        with pytest.raises(BadInput, match="no launch"):
            verify_store(store, LAUNCH)

    def test_a_rewritten_chain_shows_against_the_head(self, store: Store, url: str, head: Head) -> None:
        rows = list(store.rows(LAUNCH))
        previous = rows[2].hash
        for n in range(3, 6):  # every event from the fourth on by somebody else, all hashes made anew
            forged: Row = msgspec.structs.replace(rows[n], actor="eve", prev_hash=previous)
            previous = row_hash(LAUNCH, forged)
            self.tamper(url, _FORGE.format(forged.prev_hash, previous, n + 1))
        assert verify_store(store, LAUNCH).hash == previous
        with pytest.raises(BrokenJournal, match="cut short or rewritten"):
            verify_store(store, LAUNCH, head.hash)
        with pytest.raises(BrokenJournal, match="cut short or rewritten"):
            verify_store(store, LAUNCH, rows[4].hash)
        assert verify_store(store, LAUNCH, rows[2].hash).seq == 6

    def test_a_redacted_text_is_gone_and_the_chain_holds(self, store: Store, url: str, head: Head) -> None:
        [secret, kept] = store.append(LAUNCH, [note(PASSWORD), note("kept")])
        if self.stored_bytes(url):
            assert b"hunter2-" in self.stored_bytes(url)
        redaction = draft(TextRedacted(seq=secret.seq), "a password was pasted")
        [redacting] = store.append(LAUNCH, [redaction])
        after = {event.seq: event for event in store.read(LAUNCH)}
        assert (after[secret.seq].text, after[secret.seq].redacted) == ("", True)
        assert (after[kept.seq].text, after[kept.seq].redacted) == ("kept", False)
        assert after[secret.seq].hash == secret.hash
        row = store.rows(LAUNCH)[secret.seq - 1]
        assert (row.text, row.salt) == (None, "")  # with the salt, a short secret could be guessed
        assert verify_store(store, LAUNCH, head.hash) == Head(seq=redacting.seq, hash=redacting.hash)
        assert b"hunter2-" not in self.stored_bytes(url)
        assert b"horse battery" not in self.stored_bytes(url)
        # A late retry brings nothing back.
        again = store.append(LAUNCH, [note(PASSWORD, id=secret.id), note("kept", id=kept.id)])
        assert again[0].redacted
        assert b"hunter2-" not in self.stored_bytes(url)

    def test_only_an_earlier_event_can_be_redacted(self, store: Store, head: Head) -> None:
        for seq in (0, -1, head.seq + 1, head.seq + 2):
            with pytest.raises(Refused, match="no event"):
                store.append(LAUNCH, [draft(TextRedacted(seq=seq))])
        assert store.head(LAUNCH) == head

    def test_an_export_brings_a_launch_elsewhere(
        self, store: Store, url: str, head: Head, tmp_path: Path
    ) -> None:
        [redacted] = store.append(LAUNCH, [note("secret")])
        store.append(LAUNCH, [draft(TextRedacted(seq=redacted.seq))])
        samples = [
            Sample(
                signal="home", observed=n, received=n + 1, verdict="ok", duration=0.1 * n, phases=(None, 0.1)
            )
            for n in range(2500)
        ]
        store.add_samples(LAUNCH, samples)
        store.add_log(LAUNCH, [LogLine(run="unheard-of", n=1, at=1, step=0, text="not part of any event")])
        file = tmp_path / "launch.lpx"
        written = export(store, LAUNCH, file)
        assert verify_archive(file, head.hash) == written
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(Refused, match="already"):
            import_(store, file)

        rows = store.rows(LAUNCH)
        events = [recorded(LAUNCH, row) for row in rows]
        tables = ("event", "text", "launch", "sample")
        self.tamper(url, *(f"DELETE FROM lp_{table}" for table in tables))  # noqa: S608  # ours
        assert store.launches() == ()
        assert import_(store, file) == written
        assert store.rows(LAUNCH) == rows
        assert list(store.read(LAUNCH)) == events
        assert list(store.samples(LAUNCH).samples) == samples
        assert written.head == store.head(LAUNCH)
        assert [entry.launch for entry in store.launches()] == [LAUNCH]
        assert verify_store(store, LAUNCH, head.hash) == written.head
