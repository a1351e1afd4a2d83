"""What keeps backups in Azure, before the vendor's own emulator: `make conformance` gets Azurite from npm."""

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.backups.stores import Store
from launchpad.backups.task import Fault, Manifest, Vault

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own, which it documents."""
MANIFEST = Manifest(name="db/acme-1", state="unfinished", provider="db", database="shop", format="custom")
CONTAINER = "acme-backups"
VERSION = "2021-08-06"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Azurite with an empty container."""
    program = os.environ.get("LAUNCHPAD_AZURITE") or shutil.which("azurite-blob")
    if not program or not Path(program).exists():
        pytest.skip("Azurite is not here: make conformance SPECS=DIR")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("azurite")
    server = subprocess.Popen(
        [program, "--blobPort", str(port), "--location", folder, "--silent", "--disableTelemetry"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/{ACCOUNT}"
    try:
        _container(url, server)
        yield url
    finally:
        server.kill()
        server.wait()


def _container(url: str, server: subprocess.Popen[bytes]) -> None:
    """Makes the container, once the server answers: signed as Azure's "Shared Key" has it."""
    deadline = time.monotonic() + 90
    while True:
        date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = f"x-ms-date:{date}\nx-ms-version:{VERSION}"
        signed = f"PUT{chr(10) * 12}{headers}\n/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
        mac = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256)
        asked = urllib.request.Request(
            f"{url}/{CONTAINER}?restype=container",
            method="PUT",
            headers={
                "x-ms-date": date,
                "x-ms-version": VERSION,
                "Content-Length": "0",
                "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(mac.digest()).decode()}",
            },
        )
        try:
            with urllib.request.urlopen(asked, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


def vault(endpoint: str, container: str = CONTAINER, key: str = KEY) -> Store:
    options = {"account_name": ACCOUNT, "account_key": key, "endpoint": endpoint}
    return Store(Vault(name="vault", url=f"az://{container}/prod", options=options))


async def test_a_name_is_taken_once(endpoint: str) -> None:
    store = vault(endpoint)
    await store.claim(MANIFEST)
    with pytest.raises(Fault, match="something lies there, and nothing is overwritten"):
        await store.claim(MANIFEST)
    assert store.manifests("db") == [], "what is unfinished is not offered"
    done = replace(MANIFEST, state="complete")
    await store.describe(done)
    assert store.manifests("db") == [done]
    await store.remove(MANIFEST.name)
    await store.remove(MANIFEST.name)
    assert store.manifests("db") == []


@pytest.mark.parametrize("size", [1000, 40 * 1024 * 1024], ids=["whole", "in parts"])
async def test_what_was_uploaded_comes_back_as_it_was(endpoint: str, tmp_path: Path, size: int) -> None:
    store, file, back = vault(endpoint), tmp_path / "sealed", tmp_path / "back"
    file.write_bytes(os.urandom(size))
    name = f"db/of-{size}"
    await store.upload(name, file)
    assert await store.download(name, back) == (size, hashlib.sha256(file.read_bytes()).hexdigest())
    assert back.read_bytes() == file.read_bytes()


async def test_refusals_are_sentences(endpoint: str) -> None:
    with pytest.raises(Fault, match="access denied"):
        await vault(endpoint, key=base64.b64encode(b"another").decode()).claim(MANIFEST)
    with pytest.raises(Fault, match="it is not there, or the bucket is not"):
        await vault(endpoint, container="nowhere").claim(MANIFEST)
