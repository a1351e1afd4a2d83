"""The `postgres` provider: backs a database up and puts it back, by programs that outlive the engine."""

import asyncio
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import msgspec
import psycopg

from launchpad.backups import dumps
from launchpad.backups.database import Access, told
from launchpad.backups.restoring import LATEST, chosen
from launchpad.backups.saving import counted, sized
from launchpad.backups.stores import Store
from launchpad.backups.task import OUTCOME, SUFFIXES, WORK, Fault, Outcome, Task, Vault
from launchpad.errors import Refused
from launchpad.model.backups import PostgresSettings
from launchpad.model.definition import Dump, Launch, Verb
from launchpad.model.plan import PlannedStep
from launchpad.model.values import format_duration, format_instant, is_secret_reference
from launchpad.providers.capabilities import (
    BackupRequest,
    Emit,
    Ending,
    Found,
    Job,
    PlannedBackup,
    Surroundings,
)
from launchpad.providers.minded import Minded

_PARAM = "backup"
"""Parameter of a run that restores: the backup's name, or `latest`."""
_CHECKSUM = "backup_sha256"
"""Parameter of its plan: what the backup's checksum was then."""


class PostgresProvider:
    """Each step is a process of `launchpad.backups` under a minder, where a later engine here finds it."""

    settings: ClassVar[type[PostgresSettings]] = PostgresSettings

    def __init__(self, name: str, settings: PostgresSettings, surroundings: Surroundings) -> None:
        self._name = name
        self._settings = settings
        self._around = surroundings
        self._minded = Minded(name, surroundings)

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:  # noqa: ARG002
        raise Refused(
            f"{self._name} must be told where backups are kept", hint="the step lacks `to` or `from`"
        )

    def plan_backup(self, asked: BackupRequest, launch: Launch, params: Mapping[str, str]) -> PlannedBackup:
        try:
            # Opened to see that it can be: said now, not when people have approved and wait.
            store = Store(self._vault(asked))
            self._passphrase(asked)
            if asked.dump is None:
                return self._plan_restore(store, params, asked.damaged)
            return self._plan_dump(asked, asked.dump, launch)
        except Fault as error:
            raise Refused(f"{self._name}: {error.message}", hint=error.hint) from None

    def _plan_dump(self, asked: BackupRequest, dump: Dump, launch: Launch) -> PlannedBackup:
        if wrong := dumps.lacking(dump.format):
            raise Refused(wrong, hint="install PostgreSQL's client programs and GnuPG")
        database, major, size = self._database()
        if wrong := dumps.too_old(major):
            raise Refused(wrong)
        name = f"{self._name}/{_plain(launch.product)}-{_plain(launch.version)}-RUN-TIME-NONCE"
        file = f"{database}{SUFFIXES[dump.format]}"
        proof = (
            "restored into a database of its own and compared" if dump.verify == "restore" else "read back"
        )
        took = f", the last took {format_duration(max(1, asked.took // 1))}" if asked.took is not None else ""
        dsn = f"<{self._settings.dsn}>"
        by_hand = (
            f"pg_dump --format={dump.format} --file={file} --dbname={dsn}"
            f" && gpg --symmetric --cipher-algo AES256 {file}"
            f"; to restore: {_by_hand(dump.format, file, dsn)}"
        )
        step = PlannedStep(
            verb="backup",
            provider=self._name,
            does=f"dump {database} ({sized(size)}), encrypt, keep in {asked.vault}, {proof}{took}",
            command=by_hand,
            undo=f"delete {name} from {asked.url}",
            affects="nobody: the database is only read",
            console=self._console,
            timeout=self._settings.timeout,
            stuck_after=self._settings.stuck_after,
        )
        return PlannedBackup(step=step)

    def _plan_restore(self, store: Store, params: Mapping[str, str], damaged: Sequence[str]) -> PlannedBackup:
        manifest, why = chosen(store, self._name, params.get(_PARAM, LATEST), damaged)
        if wrong := dumps.lacking(manifest.format):
            raise Refused(wrong, hint="install PostgreSQL's client programs and GnuPG")
        database, _, size = self._database()
        if database != manifest.database:
            raise Refused(
                f"{manifest.name} is of the database {manifest.database}, and this is {database}",
                hint="name another backup: --param backup=NAME",
            )
        rows = sum(table.rows for table in manifest.tables.values())
        proof = "restored once to try it" if manifest.verified_at else "NEVER RESTORED so far"
        file = f"{database}{SUFFIXES[manifest.format]}"
        step = PlannedStep(
            verb="restore",
            provider=self._name,
            does=(
                f"REPLACE {counted(len(manifest.tables), 'table')} of {database} ({sized(size)})"
                f" by {manifest.name} of {format_instant(manifest.taken_at, date=True)} UTC"
                f" ({counted(rows, 'row')}, {proof}: {why});"
                " what was written since is lost; tables made since stay"
            ),
            command=_by_hand(manifest.format, file, f"<{self._settings.dsn}>"),
            affects=f"whoever uses {database}: all of them, and they wait while its tables are replaced",
            console=self._console,
            timeout=self._settings.timeout,
            stuck_after=self._settings.stuck_after,
        )
        # What people approve is this backup, whatever is the latest by then.
        return PlannedBackup(step=step, params={_PARAM: manifest.name, _CHECKSUM: manifest.sha256})

    @property
    def _console(self) -> str:
        return self._settings.console or f"psql <{self._settings.dsn}>"

    def _database(self) -> tuple[str, int, int]:
        """Its name, its server's major version and its size in bytes. Raises `Fault`."""
        parameters = Access(self._around.resolve(self._settings.dsn)).parameters
        with told("can't be reached"), psycopg.connect(**{**parameters, "connect_timeout": 5}) as connection:
            row = connection.execute(
                "SELECT current_database(), current_setting('server_version_num')::int / 10000,"
                " pg_database_size(current_database())"
            ).fetchone()
        assert row is not None, "an expression has a value"
        return row[0], row[1], row[2]

    async def start(self, job: Job) -> str:
        if job.backup is None:
            raise Refused(f"{self._name} must be told where backups are kept")
        directory = self._minded.directory(job.nonce)
        try:
            task = await asyncio.to_thread(self._task, job, job.backup)
        except Fault as error:
            raise Refused(f"{self._name}: {error.message}", hint=error.hint) from None
        spec = {
            # -P: what lies in the directory that it works in is data, never a module.
            "argv": [sys.executable, "-P", "-m", "launchpad.backups", str(directory)],
            "env": {**self._around.environ, "PYTHONUNBUFFERED": "1"},
            "cwd": str(directory),
            "input": msgspec.json.encode(task).decode(),
        }
        return await self._minded.start(job.nonce, spec)

    def _task(self, job: Job, asked: BackupRequest) -> Task:
        resolve = self._around.resolve
        common = {
            "provider": self._name,
            "dsn": resolve(self._settings.dsn),
            "scratch": resolve(self._settings.scratch) if self._settings.scratch else "",
            "vault": self._vault(asked),
            "passphrase": self._passphrase(asked),
        }
        dump = asked.dump
        if dump is None:
            return msgspec.convert(
                {
                    **msgspec.to_builtins(common),
                    "verb": "restore",
                    "name": job.params[_PARAM],
                    "sha256": job.params[_CHECKSUM],
                },
                Task,
            )
        time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        nonce = job.nonce.rpartition(":")[2]
        words = (_plain(job.launch.product), _plain(job.launch.version), _plain(job.run), time, nonce)
        return msgspec.convert(
            {
                **msgspec.to_builtins(common),
                "verb": "backup",
                "name": f"{self._name}/{'-'.join(words)}{SUFFIXES[dump.format]}.gpg",
                "format": dump.format,
                "jobs": dump.jobs,
                "verify": dump.verify,
                "keep": msgspec.to_builtins(dump.keep),
            },
            Task,
        )

    def _passphrase(self, asked: BackupRequest) -> str:
        """Raises `Fault` for one of which gpg would take a part."""
        passphrase = self._around.resolve(asked.passphrase)
        if not passphrase or not passphrase.isprintable():
            raise Fault(f"the passphrase {asked.passphrase} is empty or has more than one line")
        return passphrase

    def _vault(self, asked: BackupRequest) -> Vault:
        resolve = self._around.resolve
        options = {k: resolve(v) if is_secret_reference(v) else v for k, v in asked.options.items()}
        return Vault(name=asked.vault, url=asked.url, options=options)

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:  # noqa: ARG002  # the id says it all
        ending = await self._minded.follow(provider_id, emit)
        directory = self._minded.directory(provider_id)
        if ending.state == "unknown":
            return ending  # it may still be at work on its files
        return await asyncio.to_thread(_told, ending, directory)

    async def find(self, job: Job) -> Found:
        return await self._minded.find(job.nonce)

    async def cancel(self, provider_id: str, job: Job) -> None:  # noqa: ARG002  # the id says it all
        await self._minded.cancel(provider_id)


def _told(ending: Ending, directory: Path) -> Ending:
    """How it ended by its own account. Takes away what it may have left when it was killed."""
    shutil.rmtree(directory / WORK, ignore_errors=True)
    try:
        outcome = msgspec.json.decode((directory / OUTCOME).read_bytes(), type=Outcome)
    except (OSError, msgspec.DecodeError):
        return ending
    if outcome.fault:
        return Ending(state="failed", detail=outcome.fault, damaged=outcome.damaged)
    return Ending(state=ending.state, detail=outcome.said, backup=outcome.backup)


def _by_hand(format_: str, file: str, database: str) -> str:
    """How a backup is put back without Launchpad."""
    decrypt = f"gpg --output {file} --decrypt {file}.gpg && "
    if format_ == "plain":
        return f"{decrypt}psql --set=ON_ERROR_STOP=1 --single-transaction --file={file} {database}"
    if format_ == "directory":
        decrypt += f"tar --extract --file={file} && "
        file = "dump"
    return f"{decrypt}pg_restore --clean --if-exists --single-transaction --dbname={database} {file}"


def _plain(text: str) -> str:
    """A piece of a name that every store takes."""
    return re.sub(r"[^A-Za-z0-9._]+", "_", text).strip("._") or "x"
