"""Puts a backup back: nothing reaches the database before the whole file is known to be sound."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from launchpad.backups import cipher, database, dumps
from launchpad.backups.programs import say
from launchpad.backups.saving import counted, fetched, sized
from launchpad.backups.stores import Store
from launchpad.backups.task import Fault, Manifest, Outcome, Task

LATEST = "latest"
"""Stands for the newest backup that was restored once, and that nobody has found damaged since."""


async def restore(task: Task, work: Path) -> Outcome:
    """Raises `Fault`."""
    store = Store(task.vault)
    manifest, _ = await asyncio.to_thread(chosen, store, task.provider, task.name)
    if manifest.sha256 != task.sha256:
        raise Fault(f"{manifest.name} is not the one that was planned: its checksum is another one")
    if wrong := dumps.lacking(manifest.format):
        raise Fault(wrong)
    free = shutil.disk_usage(work).free
    if free < manifest.size * 2:
        raise Fault(f"{sized(free)} are free in {work}, {sized(manifest.size * 2)} are needed at least")
    sealed, plain = work / "sealed", work / "plain"
    say(f"downloading {manifest.name}, {sized(manifest.size)}")
    await fetched(store, manifest, sealed)
    say("its checksum is right; decrypting it")
    await cipher.decrypt(sealed, plain, task.passphrase)
    sealed.unlink()
    access = database.Access(task.dsn)
    say(f"restoring it into {manifest.database}, in one transaction")
    await dumps.restore(access, plain, manifest.format, 1, trial=False)
    say("restored; comparing")
    return Outcome(said=f"{manifest.name} restored, {await _compared(access, manifest)}")


async def _compared(access: database.Access, manifest: Manifest) -> str:
    """How the database is to what was saved. It is restored by now, whether that can be told or not."""
    try:
        found = await database.values_of(access, manifest.tables)
    except Fault as error:
        return f"not compared: {error}"
    except asyncio.CancelledError:
        return "not compared: told to end"
    changed = database.differences(manifest.tables, found)
    for difference in changed:
        say(difference)
    tables = counted(len(manifest.tables), "table")
    return f"{len(changed)} of {tables} changed since" if changed else f"{tables} as saved"


def chosen(store: Store, provider: str, name: str, damaged: Sequence[str] = ()) -> tuple[Manifest, str]:
    """The backup of that name, or the newest that was restored once and is none of the `damaged`; and why it
    is that one. Raises `Fault` if there is none."""
    known = store.manifests(provider)
    if name != LATEST:
        found = next((m for m in known if m.name == name or m.name.rpartition("/")[2] == name), None)
        if found is None:
            raise Fault(f"there is no whole backup of {provider} called {name}", hint=_others(known))
        return found, "FOUND DAMAGED by a restore" if found.name in damaged else "the one that was named"
    found = next((m for m in known if m.verified_at is not None and m.name not in damaged), None)
    if found is None:
        sound = ", of those that are not damaged" if damaged else ""
        raise Fault(
            f"there is no backup of {provider} that was restored to try it{sound}", hint=_others(known)
        )
    newer = known[: known.index(found)]
    passed = [f"{m.name} was {'found damaged' if m.name in damaged else 'never restored'}" for m in newer[:3]]
    return found, "; ".join(["the newest verified one" + (" that is whole" if damaged else ""), *passed])


def _others(known: list[Manifest]) -> str:
    names = ", ".join(m.name for m in known[:3])
    return f"there are {names}; name one: --param backup=NAME" if names else "there is none at all"
