"""The product of a rehearsal: a web service on loopback that has good and bad moments.

`python -m launchpad.rehearsal.product DIRECTORY LISTENING ENGINE` serves on the socket that it inherits as
descriptor LISTENING until its standard input is closed, which happens when whoever started it ends,
however that may be. It is the last to leave: once the other end of descriptor ENGINE is closed as well,
which is when every engine has ended, it removes the directory.
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
from urllib.parse import parse_qsl, urlsplit

import msgspec

from launchpad.rehearsal.database import Database
from launchpad.rehearsal.files import MOMENTS, RELEASE, SERVICE
from launchpad.rehearsal.hosting import Hosting
from launchpad.rehearsal.mobile import Mobile
from launchpad.rehearsal.service import Service, Weather, weather
from launchpad.testing.loopback import Request

_LEAVE_WITHIN = 15.0
"""Seconds the engine is given to end before the directory is removed all the same."""


class Product(ThreadingHTTPServer):
    """The service. Its version is what the release file says."""

    daemon_threads = True

    def __init__(self, directory: Path, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.service = msgspec.json.decode((directory / SERVICE).read_bytes(), type=Service)
        self._release = directory / RELEASE
        self._moments = directory / MOMENTS
        self._shared: dict[str, float] = {}
        """When the share of each moment that has one was reached."""
        netlify = self.service.netlify
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._hosting = None if netlify is None else Hosting(directory, self.service, netlify, url)
        self._mobile = Mobile(directory, self.service) if self.service.google_play else None
        self._began = time.time()
        self._first_deploy: float | None = None
        self._noted: set[str] = set()
        self._owed = 0.0
        """Failures of the checkout that its share of errors has added up to."""
        self._guard = threading.Lock()

    def version(self) -> str:
        if self._hosting is not None:
            self._hosting.settle()
        return str(json.loads(self._release.read_text(encoding="utf-8"))["version"])

    def weather(self) -> Weather:
        """How it behaves now; notes when a moment began."""
        now = time.time()
        deployed = self._release.stat().st_mtime if self.version() != self.service.version else None
        with self._guard:
            self._first_deploy = self._first_deploy or deployed
            self._note_shares(now)
            found = weather(
                self.service,
                now - self._began,
                since_deploy=None if deployed is None else now - deployed,
                since_first_deploy=None if self._first_deploy is None else now - self._first_deploy,
                since_share={name: now - at for name, at in self._shared.items()},
            )
            for name in found.moments:
                self._note(name)
        return found

    def fails(self, share: float) -> bool:
        """Whether this checkout is one of the `share` that fail: spread evenly, so that no day is luckier."""
        with self._guard:
            self._owed = self._owed + share if share else 0.0
            if self._owed < 1.0:
                return False
            self._owed -= 1.0
            return True

    def vendor(self, path: str) -> Hosting | Mobile | None:
        """Whose API a path belongs to; None: it is the product's own."""
        return next((one for one in (self._hosting, self._mobile) if one and one.serves(path)), None)

    def _note_shares(self, now: float) -> None:
        if self._mobile is None:
            return
        percent = self._mobile.percent()
        for name, moment in self.service.moments.items():
            if moment.since == "share" and percent >= moment.percent and name not in self._shared:
                self._shared[name] = now
                self._mobile.trouble()

    def _note(self, name: str) -> None:
        if name in self._noted:
            return
        self._noted.add(name)
        moment = self.service.moments[name]
        begun = {"start": self._began, "deploy": self._first_deploy, "share": self._shared.get(name)}
        since = begun[moment.since] or self._began
        with self._moments.open("a", encoding="utf-8") as file:
            file.write(f"{name} {round((since + moment.after) * 1_000_000)}\n")


class _Handler(BaseHTTPRequestHandler):
    server: Product

    def do_GET(self) -> None:
        if self._of_vendor():
            return
        now = self.server.weather()
        if self.path == "/health":
            self._answer(HTTPStatus.OK, "ok")
            return
        time.sleep(now.latency * random.uniform(0.7, 1.3))  # noqa: S311  # weather, no secret
        if self.path == "/checkout" and self.server.fails(now.errors):
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "the payment queue is full")
        elif self.path in ("/", "/checkout"):
            self._answer(HTTPStatus.OK, f"<h1>Acme {self.server.version()}</h1>")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "no such page")

    def do_POST(self) -> None:
        """Takes what the pager is sent; being reached is all that is rehearsed."""
        if self._of_vendor():
            return
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/pager" and self.server.service.pager == "down":
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "the pager is down")
        elif self.path == "/pager":
            self._answer(HTTPStatus.ACCEPTED, "{}")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "no such page")

    def do_PUT(self) -> None:
        if not self._of_vendor():
            self._answer(HTTPStatus.NOT_FOUND, "no such page")

    do_PATCH = do_DELETE = do_PUT  # noqa: N815  # the base class names them so

    def _of_vendor(self) -> bool:
        """Whether it is a request to a vendor's API, which is answered then."""
        split = urlsplit(self.path)
        vendor = self.server.vendor(split.path)
        if vendor is None:
            return False
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        answer = vendor(Request(self.command, split.path, query, headers, body))
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        return True

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
    database = Database(directory, product.service.orders)
    threading.Thread(target=product.serve_forever, daemon=True).start()
    while os.read(0, 4096):
        pass
    # The engine holds the other end, writes nothing, and may want to say goodbye to the journal.
    select.select([engine], [], [], _LEAVE_WITHIN)
    product.shutdown()
    database.stop()
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])), int(sys.argv[3]))
    except KeyboardInterrupt:
        sys.exit(130)
