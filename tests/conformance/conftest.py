"""Mocks of the vendors' own specifications, by Prism: `make conformance SPECS=DIR` says where those lie."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launchpad.testing.loopback import Request, Response

_PATIENCE = 60.0


class Mock:
    """Passes requests on to a mock that refuses what its specification does not allow."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.answered: list[tuple[str, int, str]] = []
        """Method and path, status, and what was said, of every request."""
        self.instead: dict[bytes, bytes] = {}
        """What is changed in its answers, which are the same for ever."""

    def __call__(self, request: Request) -> Response:
        query = "?" + "&".join(f"{k}={urllib.request.quote(v)}" for k, v in request.query.items())
        asked = urllib.request.Request(
            self._url + request.path + (query if request.query else ""),
            data=request.body or None,
            method=request.method,
            headers={k: v for k, v in request.headers.items() if k in ("authorization", "content-type")},
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as came:
                response = Response(came.status, came.read())
        except urllib.error.HTTPError as error:
            response = Response(error.code, error.read())
        said = response.body.decode() if response.status >= 400 else ""
        for text, other in self.instead.items():
            response = response._replace(body=response.body.replace(text, other))
        self.answered.append((f"{request.method} {request.path}", response.status, said))
        return response


@pytest.fixture
def mock() -> Iterator[Callable[[str], Mock]]:
    """Starts a mock of a specification, named by its path below the folder of the specifications."""
    specs = os.environ.get("LAUNCHPAD_SPECS")
    prism = os.environ.get("LAUNCHPAD_PRISM") or shutil.which("prism")
    if not specs or not prism:
        pytest.skip("the specifications are not here: make conformance SPECS=DIR")
    started: list[subprocess.Popen[bytes]] = []

    def start(spec: str) -> Mock:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        argv = [
            prism,
            "mock",
            "--errors",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            str(Path(specs) / spec),
        ]
        started.append(subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                assert started[-1].poll() is None, f"{prism} can't mock {spec}"
                assert time.monotonic() < deadline, f"{prism} does not begin to mock {spec}"
                time.sleep(0.1)
            else:
                return Mock(f"http://127.0.0.1:{port}")

    yield start
    for process in started:
        process.terminate()
        process.wait(60)
