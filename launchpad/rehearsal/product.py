"""The product of the rehearsal: a web service on loopback that has good and bad moments.

`python -m launchpad.rehearsal.product DIRECTORY LISTENING ENGINE` serves on the socket that it inherits as
descriptor LISTENING until its standard input is closed, which happens when whoever started it ends,
however that may be. It is the last to leave: once the other end of descriptor ENGINE is closed as well,
which is when the engine has ended, it removes the directory.
"""

import json
import os
import random
import select
import shutil
import socket
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

RELEASE = "release.json"
"""Names the version that is served; deploying and rolling back replace it."""
_CYCLE = 300.0
"""Seconds after which the bad moment comes again."""
_LEAVE_WITHIN = 15.0
"""Seconds the engine is given to end before the directory is removed all the same."""


class Moment(NamedTuple):
    """How the service behaves at some time."""

    latency: float
    """Typical seconds to answer."""
    errors: float
    """Share of checkouts that fail."""


def moment(elapsed: float, since_deploy: float | None) -> Moment:
    """What the script says: a slow start, later a spike of errors that is slow to recover, calm between."""
    if elapsed < 25:
        return Moment(latency=0.7 - 0.015 * elapsed, errors=0.0)
    if since_deploy is not None and since_deploy < 6:
        return Moment(latency=0.25, errors=0.0)
    position = elapsed % _CYCLE
    if 75 <= position < 100:
        return Moment(latency=0.12, errors=0.4)
    if 100 <= position < 115:
        return Moment(latency=0.12 - 0.005 * (position - 100), errors=0.05)
    return Moment(latency=0.04, errors=0.0)


class Product(ThreadingHTTPServer):
    """The service. Its version is what the release file says."""

    daemon_threads = True

    def __init__(self, directory: Path, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self._release = directory / RELEASE
        self._began = time.monotonic()
        self._first = self.version()

    def version(self) -> str:
        return str(json.loads(self._release.read_text(encoding="utf-8"))["version"])

    def moment(self) -> Moment:
        since_deploy = None
        if self.version() != self._first:
            since_deploy = time.time() - self._release.stat().st_mtime
        return moment(time.monotonic() - self._began, since_deploy)


class _Handler(BaseHTTPRequestHandler):
    server: Product

    def do_GET(self) -> None:
        now = self.server.moment()
        if self.path == "/health":
            self._answer(HTTPStatus.OK, "ok")
            return
        time.sleep(now.latency * random.uniform(0.7, 1.3))  # noqa: S311  # weather, no secret
        if self.path == "/checkout" and random.random() < now.errors:  # noqa: S311
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "the payment queue is full")
        elif self.path in ("/", "/checkout"):
            self._answer(HTTPStatus.OK, f"<h1>Acme {self.server.version()}</h1>")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "no such page")

    def do_POST(self) -> None:
        """Takes what the pager is sent; being reached is all that is rehearsed."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/pager":
            self._answer(HTTPStatus.ACCEPTED, "{}")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "no such page")

    def _answer(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Says nothing: nobody reads it."""


def main(directory: Path, listening: socket.socket, engine: int) -> None:
    """Serves until standard input is closed; then removes the directory."""
    product = Product(directory, listening)
    threading.Thread(target=product.serve_forever, daemon=True).start()
    while os.read(0, 4096):
        pass
    # The engine holds the other end, writes nothing, and may want to say goodbye to the journal.
    select.select([engine], [], [], _LEAVE_WITHIN)
    product.shutdown()
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])), int(sys.argv[3]))
    except KeyboardInterrupt:
        sys.exit(130)
