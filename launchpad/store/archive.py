"""A launch as one portable file: gzipped lines of JSON, verified before anything of it is kept.

The first line says what it is and where its journal ends; events, samples and log lines follow; the last
line counts them, so that a file cut short is noticed.
"""

import gzip
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Protocol, TypeVar

import msgspec

from launchpad.errors import BadInput, BrokenJournal, Refused
from launchpad.model.journal import Head, Row, recorded, verify
from launchpad.model.samples import LogLine, Sample
from launchpad.model.store import Store
from launchpad.model.text import clean
from launchpad.model.values import Micros, Value
from launchpad.store.appending import check_journal

FORMAT = 1
"""Version of the file's form."""
_BATCH = 1000
_LONGEST_LINE = 16 << 20
_LARGEST_JOURNAL = 1 << 30
# What a terminal obeys; tabs and line breaks belong into a comment.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

T = TypeVar("T")


class Archive(Value):
    """What an export holds."""

    launch: str
    head: Head
    samples: int
    log_lines: int


class _Line(Value, tag_field="line"):
    pass


class _Start(_Line, tag="launchpad-export"):
    format: int
    launch: str
    head: Head
    exported_at: Micros


class _EventLine(_Line, tag="event"):
    row: Row


class _SampleLine(_Line, tag="sample"):
    sample: Sample


class _LogLine(_Line, tag="log"):
    entry: LogLine


class _End(_Line, tag="end"):
    samples: int
    log_lines: int


_AnyLine = _Start | _EventLine | _SampleLine | _LogLine | _End
_decoder: msgspec.json.Decoder[_AnyLine] = msgspec.json.Decoder(_AnyLine)


def export(store: Store, launch: str, file: Path) -> Archive:
    """Writes a launch as it stands now. The file appears whole or not at all. Raises `BadInput`."""
    head = store.head(launch)
    if head.seq == 0:
        raise BadInput(f"there is no launch {clean(launch)} in {store.url}")
    try:
        with _new_file(file) as raw, gzip.open(raw, "wb", compresslevel=6) as packed:

            def put(line: _Line) -> None:
                packed.write(msgspec.json.encode(line) + b"\n")

            put(_Start(format=FORMAT, launch=launch, head=head, exported_at=store.now()))
            runs: dict[str, None] = {}
            for row in _rows(store, launch, head.seq):
                put(_EventLine(row=row))
                run = getattr(recorded(launch, row).event, "run", None)
                if isinstance(run, str):
                    runs[run] = None
            end = _End(
                samples=_put_samples(store, launch, put), log_lines=_put_logs(store, launch, runs, put)
            )
            put(end)
    except OSError as error:
        raise BadInput(f"{file} can't be written: {error.strerror}") from error
    return Archive(launch=launch, head=head, samples=end.samples, log_lines=end.log_lines)


def import_(store: Store, file: Path) -> Archive:
    """Brings an exported launch into a store that does not have it.

    Raises `BadInput` for what is not a whole export, `BrokenJournal` for one whose chain does not hold,
    `Refused` if the launch is there already.
    """
    rows: list[Row] = []
    with _opened(file) as packed:
        found = _verified_archive(packed, file, rows)
        if store.head(found.launch).seq:
            raise Refused(f"{found.launch} is in {store.url} already")
        for row in rows:
            _check_row(row, file)
        check_journal(found.launch, rows)
        packed.seek(0)
        lines = _walk(packed, file)
        # The journal comes last: until then the launch does not exist, and the import can be repeated.
        for batch in _batches(line for line in lines if isinstance(line, _SampleLine | _LogLine)):
            samples = [line.sample for line in batch if isinstance(line, _SampleLine)]
            store.add_samples(found.launch, [_cleaned(sample, reason=sample.reason) for sample in samples])
            entries = [line.entry for line in batch if isinstance(line, _LogLine)]
            store.add_log(found.launch, [_cleaned(entry, text=entry.text) for entry in entries])
    store.import_rows(found.launch, rows)
    return found


def verify_archive(file: Path, expected_head: str | None = None) -> Archive:
    """Checks an exported file; see `model.journal.verify`. Raises as `import_` does."""
    with _opened(file) as packed:
        return _verified_archive(packed, file, expected_head=expected_head)


class Chained(Protocol):
    """What a chain is verified from: a store, or a relay to one."""

    def head(self, launch: str) -> Head: ...
    def rows(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Row, ...]: ...


def verify_store(store: Chained, launch: str, expected_head: str | None = None) -> Head:
    """Checks the journal of a launch in a store; see `model.journal.verify`.

    Raises `BadInput` where there is none, unless a head is expected of it.
    """
    head = store.head(launch)
    if head.seq == 0 and expected_head is None:
        raise BadInput(f"there is no launch {clean(launch)} in this store")
    return _verified(launch, _rows(store, launch, head.seq), expected_head)


def _verified(launch: str, rows: Iterable[Row], expected_head: str | None) -> Head:
    """`model.journal.verify`, its faults safe to show, and with the unreadable named too."""
    seq = 0

    def counted() -> Iterator[Row]:
        nonlocal seq
        for row in rows:
            seq = row.seq
            yield row

    try:
        return verify(launch, counted(), expected_head=expected_head)
    except BrokenJournal as fault:
        raise BrokenJournal(clean(fault.message, 400), seq=fault.seq, hint=fault.hint) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BrokenJournal(f"event {seq} of {clean(launch)} can't be read", seq=seq) from None


def _verified_archive(
    packed: gzip.GzipFile, file: Path, kept: list[Row] | None = None, *, expected_head: str | None = None
) -> Archive:
    lines = _walk(packed, file)
    start = next(lines)
    assert isinstance(start, _Start), "checked while walking"
    end: list[_End] = []

    def rows() -> Iterator[Row]:
        for line in lines:
            if isinstance(line, _EventLine):
                if kept is not None:
                    kept.append(line.row)
                yield line.row
            elif isinstance(line, _End):
                end.append(line)

    head = _verified(start.launch, rows(), expected_head)
    if head != start.head:
        raise BrokenJournal(
            f"the journal in {file} ends at event {head.seq} ({head.hash[:12]}), not where the file says that"
            f" it does: {start.head.seq} ({clean(start.head.hash[:12])})",
            seq=head.seq,
        )
    return Archive(launch=start.launch, head=head, samples=end[0].samples, log_lines=end[0].log_lines)


def _walk(packed: gzip.GzipFile, file: Path) -> Iterator[_AnyLine]:
    """The lines of a file, which are in order, complete and counted. Raises `BadInput`."""
    order = (_Start, _EventLine, _SampleLine, _LogLine, _End)
    counts = dict.fromkeys(order, 0)
    place, size = 0, 0
    for number, text in enumerate(_texts(packed, file), 1):
        try:
            line = _decoder.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise BadInput(f"{file}, line {number}: this is not a line of a Launchpad export") from None
        kind = type(line)
        if order.index(kind) < place or (kind is _Start) != (number == 1) or counts[_End]:
            raise BadInput(f"{file}, line {number}: this line is out of place")
        if isinstance(line, _Start):
            _check_start(line, file)
        size += len(text) if isinstance(line, _EventLine) else 0
        if size > _LARGEST_JOURNAL:
            raise BadInput(f"{file}: its journal is larger than {_LARGEST_JOURNAL >> 20} MiB")
        _check_numbers(line, file, number)
        place = order.index(kind)
        counts[kind] += 1
        if isinstance(line, _End) and (line.samples, line.log_lines) != (
            counts[_SampleLine],
            counts[_LogLine],
        ):
            raise BadInput(f"{file}: lines are missing")
        yield line
    if not counts[_End]:
        raise BadInput(f"{file} ends too early: it was cut short")


def _texts(packed: gzip.GzipFile, file: Path) -> Iterator[bytes]:
    try:
        while text := packed.readline(_LONGEST_LINE):
            if not text.endswith(b"\n"):
                raise BadInput(f"{file} is not a Launchpad export, or was cut short")
            yield text
    except gzip.BadGzipFile:
        raise BadInput(f"{file} is not a Launchpad export") from None
    except (EOFError, zlib.error):
        raise BadInput(f"{file} is damaged or was cut short") from None
    except OSError as error:
        raise BadInput(f"{file} can't be read: {error.strerror}") from None


def _check_start(start: _Start, file: Path) -> None:
    if start.format != FORMAT:
        raise BadInput(f"{file} has format {start.format}, this Launchpad reads {FORMAT}")
    if not start.launch or start.launch != clean(start.launch):
        raise BadInput(f"{file} has no usable name for its launch")


def _check_numbers(value: msgspec.Struct, file: Path, number: int) -> None:
    for name in value.__struct_fields__:
        field = getattr(value, name)
        if isinstance(field, msgspec.Struct):
            _check_numbers(field, file, number)
        elif isinstance(field, int) and not 0 <= field < 1 << 63:
            raise BadInput(f"{file}, line {number}: {name} is out of range")


def _check_row(row: Row, file: Path) -> None:
    """What is chained can't be cleaned, only refused."""
    try:
        body = msgspec.json.decode(row.body)
    except (msgspec.DecodeError, RecursionError):
        raise BadInput(f"{file}: event {row.seq} can't be read") from None
    texts = (row.id, row.actor, row.kind, row.auth, row.text or "", *_strings(body))
    if any(_CONTROLS.search(text) for text in texts):
        raise BadInput(f"{file}: event {row.seq} holds control characters")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _cleaned(value: T, **texts: str) -> T:
    if not any(_CONTROLS.search(text) for text in texts.values()):
        return value
    return msgspec.structs.replace(value, **{name: clean(text, 10_000) for name, text in texts.items()})  # type: ignore[type-var]


def _rows(store: Chained, launch: str, last: int) -> Iterator[Row]:
    after = 0
    while after < last and (batch := store.rows(launch, after, min(_BATCH, last - after))):
        yield from batch
        after = batch[-1].seq


def _put_samples(store: Store, launch: str, put: Callable[[_Line], None]) -> int:
    count = cursor = 0
    while (batch := store.samples(launch, cursor=cursor, limit=_BATCH)).samples:
        for sample in batch.samples:
            put(_SampleLine(sample=sample))
        count += len(batch.samples)
        cursor = batch.cursor
    return count


def _put_logs(store: Store, launch: str, runs: Iterable[str], put: Callable[[_Line], None]) -> int:
    count = 0
    for run in runs:
        after = 0
        while lines := store.log(launch, run, after, _BATCH):
            for line in lines:
                put(_LogLine(entry=line))
            count += len(lines)
            after = lines[-1].n
    return count


def _batches(values: Iterator[T]) -> Iterator[Sequence[T]]:
    while batch := list(islice(values, _BATCH)):
        yield batch


@contextmanager
def _opened(file: Path) -> Iterator[gzip.GzipFile]:
    with ExitStack() as stack:
        try:
            packed = stack.enter_context(gzip.open(file, "rb"))
        except OSError as error:
            raise BadInput(f"{file} can't be read: {error.strerror}") from None
        yield packed


@contextmanager
def _new_file(file: Path) -> Iterator[IO[bytes]]:
    """A private file that takes its name once it is whole and on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink()
        raise
