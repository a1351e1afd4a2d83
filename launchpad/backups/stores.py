"""The object store that keeps the backups: S3, Google, Azure or a directory."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
import obstore
from obstore import exceptions
from obstore.store import LocalStore, ObjectStore, from_url

from launchpad.backups.task import Fault, Manifest, Vault
from launchpad.model.text import clean

_WHOLE = 32 * 1024 * 1024
"""Bytes up to which an upload is one request that never overwrites; more goes in parts, under a name that
a request of that sort has taken before."""
_CHUNK = 8 * 1024 * 1024
_RETRIES = 4
_ANSWER = re.compile(r"status code: (\d{3} [A-Za-z ]+)")
_MESSAGE = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)
_RETRY_TIMEOUT = timedelta(seconds=60)


class Store:
    """The object store, its refusals told in sentences."""

    def __init__(self, vault: Vault) -> None:
        """Raises `Fault` for settings that it does not know."""
        self._name = vault.name
        with self._told("be opened"):
            self._store = _opened(vault)

    async def claim(self, manifest: Manifest) -> None:
        """Takes a name, once and for all: nothing that lies there is overwritten. Raises `Fault`."""
        with self._told(f"take {manifest.name}"):
            await obstore.put_async(self._store, f"{manifest.name}.json", _encoded(manifest), mode="create")

    async def describe(self, manifest: Manifest) -> None:
        """Puts a manifest in the place of the one that claimed the name. Raises `Fault`."""
        with self._told(f"take {manifest.name}"):
            await obstore.put_async(self._store, f"{manifest.name}.json", _encoded(manifest))

    async def upload(self, name: str, file: Path) -> None:
        """Raises `Fault`."""
        with self._told(f"take {name}"):
            if (await asyncio.to_thread(file.stat)).st_size <= _WHOLE:
                await obstore.put_async(self._store, name, file, mode="create", use_multipart=False)
            else:
                await obstore.put_async(self._store, name, file, use_multipart=True, chunk_size=_CHUNK)

    async def download(self, name: str, file: Path | None) -> tuple[int, str]:
        """How many bytes lie there, and their SHA-256; they are written to `file`. Raises `Fault`."""
        digest, size = hashlib.sha256(), 0
        with self._told(f"give {name} back"):
            answer = await obstore.get_async(self._store, name)
            with (file or Path("/dev/null")).open("wb") as target:
                async for chunk in answer.stream(min_chunk_size=_CHUNK):
                    target.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        return size, digest.hexdigest()

    async def remove(self, name: str) -> None:
        """A backup and its manifest, which goes last. Raises `Fault`."""
        with self._told(f"remove {name}"):
            for path in (name, f"{name}.json"):
                try:
                    await obstore.delete_async(self._store, path)
                except (exceptions.NotFoundError, FileNotFoundError):
                    continue

    def manifests(self, provider: str) -> list[Manifest]:
        """Those of the whole backups of a database, the newest first. Raises `Fault`."""
        return [manifest for manifest in self.claims(provider) if manifest.state == "complete"]

    def claims(self, provider: str) -> list[Manifest]:
        """Those of all backups of a database, also of what is not whole or never will be, the newest first.
        Raises `Fault`."""
        found = []
        with self._told("list backups"):
            for batch in obstore.list(self._store, prefix=provider):
                for path in (entry["path"] for entry in batch if entry["path"].endswith(".json")):
                    try:
                        read = bytes(obstore.get(self._store, path).bytes())
                        manifest = msgspec.json.decode(read, type=Manifest)
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                        continue  # somebody else's
                    except (exceptions.NotFoundError, FileNotFoundError):
                        continue  # removed since
                    # A manifest speaks of what lies beside it, and of nothing else.
                    if f"{manifest.name}.json" == path:
                        found.append(manifest)
        return sorted(found, key=lambda manifest: manifest.taken_at, reverse=True)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except Fault:
            raise
        except exceptions.UnknownConfigurationKeyError as error:
            raise Fault(f"{self._name}: unknown option: {_first(error)}") from None
        except (exceptions.AlreadyExistsError, FileExistsError):
            raise Fault(
                f"{self._name} can't {what}: something lies there, and nothing is overwritten"
            ) from None
        except (exceptions.NotFoundError, FileNotFoundError):
            raise Fault(f"{self._name} can't {what}: it is not there, or the bucket is not") from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError) as error:
            raise Fault(f"{self._name} won't {what}: access denied: {_first(error)}") from None
        except (exceptions.BaseError, OSError, ValueError) as error:
            raise Fault(f"{self._name} can't {what}: {_first(error)}") from None


def _opened(vault: Vault) -> ObjectStore:
    if vault.url.startswith("file://"):
        # Not made where it is missing: a disk that is not mounted must not pass for one.
        return LocalStore(vault.url.removeprefix("file://"))
    plain = vault.options.get("endpoint", "").startswith("http://")
    # Which of the three stores' options these are, the address tells; a wrong one is refused there.
    opened: ObjectStore = cast("Any", from_url)(
        vault.url,
        config=vault.options,
        client_options={"allow_http": plain, "timeout": timedelta(minutes=10)},
        retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_TIMEOUT},
    )
    return opened


def _encoded(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest))


def _first(error: Exception) -> str:
    """The beginning of what a store says, without the library's own layers below it: of an HTTP error its
    status and its message alone."""
    answer = _ANSWER.search(str(error))
    if answer is not None:
        message = _MESSAGE.search(str(error))
        return clean(f"{answer[1]}: {message[1]}" if message else answer[1], 300)
    return clean(str(error).split("\n\nDebug source", 1)[0].replace("\n", " "), 300)
