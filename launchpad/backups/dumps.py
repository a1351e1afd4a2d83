"""PostgreSQL's own programs: pg_dump, pg_restore and psql."""

import asyncio
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from launchpad.backups import programs
from launchpad.backups.database import Access
from launchpad.backups.task import Fault, Format

PROGRAMS: dict[Format, tuple[str, ...]] = {
    "custom": ("pg_dump", "pg_restore", "gpg"),
    "plain": ("pg_dump", "psql", "gpg"),
    "directory": ("pg_dump", "pg_restore", "gpg"),
}
"""What has to be on PATH for a format."""


def lacking(format_: Format) -> str:
    """What is missing on this machine, in a sentence; empty: nothing."""
    gone = [name for name in PROGRAMS[format_] if shutil.which(name) is None]
    return f"there is no program {gone[0]} on this machine" if gone else ""


def client_version() -> str:
    """Of the pg_dump on PATH. Raises `Fault`."""
    try:
        said = subprocess.run(
            ["pg_dump", "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        raise Fault("pg_dump does not even tell its version") from None
    found = re.search(r"\d+(\.\d+)*", said.stdout)
    return found[0] if found else "0"


def too_old(major: int) -> str:
    """Why the programs here can't dump a server of this version; empty: they can."""
    version = client_version()
    if int(version.partition(".")[0]) >= major:
        return ""
    return f"pg_dump {version} can't dump a server of version {major}; install the client programs {major}"


async def dump(access: Access, snapshot: str, target: Path, format_: Format, jobs: int) -> None:
    """Writes one file. Raises `Fault`."""
    raw = target.with_name("dump") if format_ == "directory" else target
    argv = ["pg_dump", "--no-password", f"--snapshot={snapshot}", f"--format={format_}", f"--file={raw}"]
    if format_ == "plain":
        argv += ["--clean", "--if-exists"]  # other formats are told when they are restored
    if format_ == "directory":
        argv += [f"--jobs={jobs}"]
    await programs.must([*argv, f"--dbname={access.argument}"], environ=_environ(access))
    if format_ == "directory":
        await asyncio.to_thread(_packed, raw, target)
        shutil.rmtree(raw)


async def restore(access: Access, source: Path, format_: Format, jobs: int, *, trial: bool) -> None:
    """Puts a dump into a database; a `trial` into an empty one, whose owners and rights don't matter, and
    which subscribes to nothing where the format lets that be left out: it could not be dropped.

    Into a database that is in use it is one transaction: all of it, or nothing. Raises `Fault`.
    """
    if format_ == "plain":
        argv = [
            "psql",
            "--no-password",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            f"--file={source}",
        ]
        argv += ["--single-transaction"]
    else:
        argv = ["pg_restore", "--no-password", "--exit-on-error"]
        argv += (
            ["--no-owner", "--no-acl", "--no-subscriptions", f"--jobs={jobs}"]
            if trial
            else ["--clean", "--if-exists", "--single-transaction"]
        )
    raw = source
    if format_ == "directory":
        raw = source.with_name("unpacked")
        await asyncio.to_thread(_unpacked, source, raw)
    argv += [f"--dbname={access.argument}"] + ([] if format_ == "plain" else [str(raw)])
    try:
        await programs.must(argv, environ=_environ(access))
    finally:
        if raw != source:
            shutil.rmtree(raw, ignore_errors=True)


def _packed(directory: Path, target: Path) -> None:
    with tarfile.open(target, "w") as archive:
        archive.add(directory, arcname="dump")


def _unpacked(source: Path, directory: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(directory, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise Fault(f"its archive can't be unpacked: {error}") from None
    # The directory of pg_dump's format is the one that holds its table of contents.
    inner = directory / "dump"
    for file in inner.iterdir():
        file.rename(directory / file.name)
    inner.rmdir()


def _environ(access: Access) -> dict[str, str]:
    kept = ("PATH", "HOME", "PGSSLROOTCERT", "PGSYSCONFDIR", "PGSERVICEFILE")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"} | access.environ
