"""Dump, encrypt, upload, read back, and try it: each step in the order in which it can be trusted."""

import asyncio
import contextlib
import hashlib
import shutil
import time
from pathlib import Path

from msgspec.structs import replace

from launchpad.backups import cipher, database, dumps
from launchpad.backups.programs import say
from launchpad.backups.stores import Store
from launchpad.backups.task import Damaged, Fault, Manifest, Outcome, TableValue, Task
from launchpad.model.backups import BackupFact
from launchpad.model.values import SECOND, Micros, format_duration

_ROOM = 2.0
"""How many times the size of the database must be free on the disk: a dump and its encrypted copy."""
_DAY = 86400 * SECOND
_UNDER_WAY = 7 * _DAY
"""How long a backup that is not finished may still be at work."""


async def save(task: Task, work: Path) -> Outcome:
    """Makes the backup and proves it, or leaves nothing of it. Raises `Fault`."""
    began = time.monotonic()
    store = Store(task.vault)
    plain, sealed = work / "plain", work / "sealed"
    claimed = False
    try:
        manifest, tables = await _dumped(task, plain)
        say("encrypting")
        await cipher.encrypt(plain, sealed, task.passphrase)
        plain.unlink()
        size, sha256 = sealed.stat().st_size, await asyncio.to_thread(_sha256, sealed)
        manifest = replace(manifest, size=size, sha256=sha256, tables=tables)
        say(f"uploading {sized(size)} to {task.vault.name} as {task.name}")
        await store.claim(manifest)
        claimed = True
        await store.upload(task.name, sealed)
        sealed.unlink()
        verified_at, left = await _proven(task, store, manifest, work)
        manifest = replace(manifest, state="complete", verified_at=verified_at)
        await store.describe(manifest)
    except BaseException:
        if claimed:
            await _withdrawn(store, task.name)
        raise
    removed = await _kept(task, store, manifest)
    seconds = round(time.monotonic() - began, 3)
    proof = "restored and compared" if verified_at else "read back"
    warning = f", but {left}" if left else ""
    what = f"{task.name}, {sized(size)}, {counted(len(tables), 'table')}"
    return Outcome(
        said=f"{what}, {proof}, {format_duration(seconds)}{removed}{warning}",
        backup=BackupFact(
            name=task.name,
            size=size,
            sha256=sha256,
            taken_at=manifest.taken_at,
            verified_at=verified_at,
            seconds=seconds,
        ),
    )


async def _dumped(task: Task, plain: Path) -> tuple[Manifest, dict[str, TableValue]]:
    """Dumps one instant of the database, and reads what its tables held in that very instant."""
    access = database.Access(task.dsn)
    if wrong := dumps.lacking(task.format):
        raise Fault(wrong)
    async with database.held(access) as (connection, instant):
        if wrong := dumps.too_old(instant.major):
            raise Fault(wrong)
        free = shutil.disk_usage(plain.parent).free
        if free < instant.size * _ROOM:
            raise Fault(
                f"{sized(free)} are free in {plain.parent}, and a backup of {instant.database} may take"
                f" {sized(round(instant.size * _ROOM))}"
            )
        say(f"dumping {instant.database}, {sized(instant.size)}, PostgreSQL {instant.server}")
        await dumps.dump(access, instant.snapshot, plain, task.format, task.jobs)
        say(f"dumped, {_size(plain)}; reading what its tables held")
        tables = await database.table_values(connection)
    rows = sum(table.rows for table in tables.values())
    say(f"{counted(len(tables), 'table')}, {counted(rows, 'row')}")
    manifest = Manifest(
        name=task.name,
        state="unfinished",
        provider=task.provider,
        database=instant.database,
        format=task.format,
        server=instant.server,
        client=dumps.client_version(),
        taken_at=instant.taken_at,
    )
    return manifest, tables


async def _proven(task: Task, store: Store, manifest: Manifest, work: Path) -> tuple[Micros | None, str]:
    """When the upload was tried in full, if that is asked for, and why the database of the trial is left.
    Raises `Fault` if it is not what was saved."""
    say("reading it back")
    back = work / "back"
    trial = task.verify == "restore"
    await fetched(store, manifest, back if trial else None)
    if not trial:
        return None, ""
    say("decrypting it")
    plain = work / "tried"
    await cipher.decrypt(back, plain, task.passphrase)
    back.unlink()
    access = database.Access(task.dsn)
    server = database.Access(task.scratch) if task.scratch else access
    nonce = task.name.rpartition("-")[2].partition(".")[0]
    async with database.scratch(server, access, nonce) as scratch:
        say("restoring it into a database of its own")
        await dumps.restore(scratch.access, plain, task.format, task.jobs, trial=True)
        plain.unlink()
        found = await database.values_of(scratch.access, manifest.tables)
        wrong = database.differences(manifest.tables, found)
    if wrong:
        raise Fault(f"what was restored is not what was saved: {'; '.join(wrong[:3])}")
    say("what was restored is what was saved")
    return int(time.time() * SECOND), scratch.left


async def fetched(store: Store, manifest: Manifest, target: Path | None) -> None:
    """Downloads a backup. Raises `Damaged` if it is not what its manifest says."""
    size, sha256 = await store.download(manifest.name, target)
    if size != manifest.size:
        raise Damaged(f"{manifest.name} was cut short or changed: {size} bytes instead of {manifest.size}")
    if sha256 != manifest.sha256:
        raise Damaged(f"{manifest.name} was damaged or changed: its checksum is another one")


async def _withdrawn(store: Store, name: str) -> None:
    """Takes what is no backup away, if the store lets us."""
    with contextlib.suppress(Fault, TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(3.0):
            await store.remove(name)


async def _kept(task: Task, store: Store, made: Manifest) -> str:
    """Removes what need not be kept; what came of it, for people. A backup that is whole by now neither fails
    of that nor is it undone by who ends it."""
    if task.keep is None:
        return ""
    try:
        known = await asyncio.to_thread(store.claims, task.provider)
        old = superfluous(known, made, last=task.keep.last, days=task.keep.days)
        for manifest in old:
            say(f"removing {manifest.name}")
            await store.remove(manifest.name)
    except Fault as error:
        say(f"older backups stay: {error}")
        return "; older ones could not be removed"
    except asyncio.CancelledError:
        return "; told to end before all older ones were removed"
    return f"; {len(old)} older removed" if old else ""


def superfluous(known: list[Manifest], made: Manifest, *, last: int, days: int) -> list[Manifest]:
    """Of the backups of the same database, newest first, those that may go, and what was left of one that
    was killed."""
    ours = [m for m in known if m.database == made.database and m.provider == made.provider]
    whole = [m for m in ours if m.state == "complete"]
    safe = {made.name, *(m.name for m in whole[:last])}
    safe |= {m.name for m in [m for m in whole if m.verified_at is not None][:1]}
    safe |= {m.name for m in whole if m.taken_at >= made.taken_at - days * _DAY}
    safe |= {m.name for m in ours if m.state == "unfinished" and m.taken_at >= made.taken_at - _UNDER_WAY}
    return [m for m in ours if m.name not in safe]


def _size(file: Path) -> str:
    return sized(file.stat().st_size)


def counted(number: int, what: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {what}{'s' * (number != 1)}"


def sized(count: float) -> str:
    """Bytes for people: `41.2 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
