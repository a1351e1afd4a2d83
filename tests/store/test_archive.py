"""Exported files, and files that only say that they are."""

import gzip
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launchpad.errors import BadInput, BrokenJournal, LaunchpadError, Refused
from launchpad.model.events import NoteWritten, RunRequested, Unknown
from launchpad.model.journal import Draft, Head, row_hash, seal
from launchpad.model.samples import LogLine, Sample
from launchpad.store.archive import export, import_, verify_archive
from launchpad.testing.drafts import draft, note, opening

LAUNCH = "shop-2.4"
SAMPLE = Sample(signal="home", observed=1, received=2, verdict="ok", duration=0.5, phases=(None, 0.1))
LINE = LogLine(run="deploy-1", n=1, at=3, step=0, text="building")


@pytest.fixture
def store(tmp_path, opened):
    store = opened(f"sqlite://{tmp_path}/one.db")
    run = draft(RunRequested(run="deploy-1", action="deploy"))
    store.append(LAUNCH, [opening(), note("a remark"), run])
    store.add_samples(LAUNCH, [SAMPLE])
    store.add_log(LAUNCH, [LINE])
    return store


@pytest.fixture
def other(tmp_path, opened):
    return opened(f"sqlite://{tmp_path}/other.db")


@pytest.fixture
def file(store, tmp_path):
    file = tmp_path / "launch.gz"
    export(store, LAUNCH, file)
    return file


def lines_of(file):
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def write(file, lines):
    file.write_bytes(gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))


def test_a_launch_is_brought_elsewhere_whole(store, other, file):
    found = import_(other, file)
    assert (found.launch, found.head, found.samples, found.log_lines) == (LAUNCH, store.head(LAUNCH), 1, 1)
    assert other.rows(LAUNCH) == store.rows(LAUNCH)
    assert other.samples(LAUNCH).samples == (SAMPLE,)
    assert other.log(LAUNCH, "deploy-1") == (LINE,)
    assert other.append(LAUNCH, [note("goes on")])[0].seq == 4


def test_it_is_made_of_readable_lines(file):
    kinds = [line["line"] for line in lines_of(file)]
    assert kinds == ["launchpad-export", "event", "event", "event", "sample", "log", "end"]


def test_an_import_is_refused_where_the_launch_is(store, file):
    with pytest.raises(Refused, match="already"):
        import_(store, file)


def test_a_missing_launch_or_folder_gets_one_line(store, tmp_path):
    with pytest.raises(BadInput, match="no launch"):
        export(store, "nothing", tmp_path / "x.gz")
    with pytest.raises(BadInput, match="No such file"):
        export(store, LAUNCH, tmp_path / "nowhere" / "x.gz")
    for call in (verify_archive, lambda file: import_(store, file)):
        with pytest.raises(BadInput, match="No such file"):
            call(tmp_path / "missing.gz")
        with pytest.raises(BadInput, match="directory"):
            call(tmp_path)


def test_an_export_that_fails_leaves_what_was_there(store, file, tmp_path):
    before = file.read_bytes()
    store.close()
    with pytest.raises(LaunchpadError):
        export(store, LAUNCH, file)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_verifying_an_export(store, file):
    rows = store.rows(LAUNCH)
    assert verify_archive(file).head == store.head(LAUNCH)
    assert verify_archive(file, rows[1].hash).head == store.head(LAUNCH)
    with pytest.raises(BrokenJournal, match="does not contain"):
        verify_archive(file, "0" * 64)


@pytest.mark.parametrize(
    ("change", "error", "complaint"),
    [
        (lambda lines: lines[:-1], BadInput, "cut short"),
        (lambda lines: [], BadInput, "cut short"),
        (lambda lines: lines[1:], BadInput, "line 1: .* out of place"),
        (lambda lines: [lines[0], *lines], BadInput, "line 2: .* out of place"),
        (lambda lines: [*lines, lines[-1]], BadInput, "line 8: .* out of place"),
        (lambda lines: [*lines[:2], lines[4], *lines[2:4], *lines[5:]], BadInput, "line 4: .* out of place"),
        (lambda lines: [*lines[:4], *lines[5:]], BadInput, "lines are missing"),
        (lambda lines: [*lines[:3], *lines[4:]], BrokenJournal, "ends at event 2"),
        (lambda lines: [*lines[:2], *lines[3:]], BrokenJournal, "event 2 .* missing"),
        (lambda lines: [lines[0], *lines[4:]], BrokenJournal, "ends at event 0"),
        (lambda lines: [{**lines[0], "format": 99}, *lines[1:]], BadInput, "format 99"),
        (lambda lines: [{**lines[0], "launch": "other"}, *lines[1:]], BrokenJournal, "altered"),
        (lambda lines: [{**lines[0], "launch": "\x1b[31m"}, *lines[1:]], BadInput, "no usable name"),
        (lambda lines: [{"line": "surprise"}, *lines[1:]], BadInput, "line 1: this is not a line"),
        (lambda lines: [[1, 2, 3]], BadInput, "line 1: this is not a line"),
    ],
)
def test_a_file_that_was_changed_is_refused(other, file, change, error, complaint):
    write(file, change(lines_of(file)))
    for call in (verify_archive, lambda file: import_(other, file)):
        with pytest.raises(error, match=complaint) as refusal:
            call(file)
        assert "\n" not in str(refusal.value)
    assert other.launches() == ()


def forged(*drafts, **changes):
    """An export whose chain holds, of whatever somebody put into it."""
    rows = []
    for each in drafts:
        head = Head(seq=rows[-1].seq, hash=rows[-1].hash) if rows else Head()
        row = seal(LAUNCH, each, previous=head, at=1, salt="s")
        if rows:
            row = msgspec.structs.replace(row, **changes)
        rows.append(msgspec.structs.replace(row, hash=row_hash(LAUNCH, row)))
    head = {"seq": rows[-1].seq, "hash": rows[-1].hash}
    start = {"line": "launchpad-export", "format": 1, "launch": LAUNCH, "head": head, "exported_at": 0}
    end = {"line": "end", "samples": 0, "log_lines": 0}
    return [start, *({"line": "event", "row": msgspec.to_builtins(row)} for row in rows), end]


def unknown(raw):
    return Draft(id="x", event=Unknown(kind="from.later", raw=raw), actor="eve", auth="key")


@pytest.mark.parametrize(
    "lines",
    [
        forged(opening(), unknown("{")),
        forged(opening(), unknown("[" * 100_000)),
        forged(opening(), unknown('{"kind": "from.later", "name": "\\u001b[2J"}')),
        forged(opening(), note("\x1b]0;owned\x07")),
        forged(opening(), note("nul \0")),
        forged(opening(), draft(NoteWritten(), actor="\u202egnol eb ot")),
        forged(opening(), note("x"), at=1 << 63),
        forged(opening(), note("x"), at=-1),
        forged(opening(), note("x"), v=1 << 70),
        forged(note("not an opening")),
        forged(opening(), opening()),
        forged(opening(), note("x"), kind="text.redacted"),
        forged(opening(), note("x", id="twice"), note("y", id="twice")),
    ],
)
def test_a_forged_journal_is_refused(other, tmp_path, lines):
    file = tmp_path / "forged.gz"
    write(file, lines)
    with pytest.raises((BadInput, BrokenJournal)) as refusal:
        import_(other, file)
    assert "\n" not in str(refusal.value)
    assert "\x1b" not in str(refusal.value)
    assert other.launches() == ()


def test_hostile_output_of_a_run_is_cleaned(other, file):
    lines = lines_of(file)
    lines[4]["sample"]["reason"] = "\x1b[2Jgone"
    lines[5]["entry"]["text"] = "\x1b[31mred\u202e"
    write(file, lines)
    import_(other, file)
    assert other.samples(LAUNCH).samples[0].reason == "gone"
    assert other.log(LAUNCH, "deploy-1")[0].text == "red"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        b"\x1f\x8b\x08\x00",
        gzip.compress(b"no line end"),
        gzip.compress(b"\xff\xfe\n"),
        gzip.compress(b"\0" * (32 << 20)),
        gzip.compress(b"[" * 50_000 + b"\n"),
        gzip.compress(b'{"line":"launchpad-export"}\n'),
        gzip.compress(b"{}\n") + b"trailing rubbish",
    ],
    # Named, since compressed bytes carry the time of day.
    ids=("empty", "no gzip", "cut", "no line", "no UTF-8", "zeros", "deep", "head alone", "rubbish behind"),
)
def test_what_is_no_export_gets_one_line(other, tmp_path, content):
    file = tmp_path / "x.gz"
    file.write_bytes(content)
    for call in (verify_archive, lambda file: import_(other, file)):
        with pytest.raises(BadInput) as refusal:
            call(file)
        assert "\n" not in str(refusal.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10_000), bit=st.integers(0, 7), packed=st.booleans(), cut=st.booleans())
def test_no_flipped_bit_or_cut_goes_unnoticed(file, tmp_path, where, bit, packed, cut):
    content = file.read_bytes() if packed else gzip.decompress(file.read_bytes())
    where %= len(content)
    changed = bytearray(content[:where] if cut else content)
    if not cut:
        changed[where] ^= 1 << bit
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(changed if packed else gzip.compress(bytes(changed)))
    try:
        found = verify_archive(damaged)
    except (BadInput, BrokenJournal):
        return
    # What goes through: bits of the packing that mean nothing, samples and log lines, which are not chained.
    assert found.head == verify_archive(file).head
