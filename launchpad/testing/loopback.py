"""A real HTTP server on loopback, before a simulated API, that misbehaves when it is told to."""

import contextlib
import copy
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit


class Request(NamedTuple):
    """What a client asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Response(NamedTuple):
    """What it is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


Simulator = Callable[[Request], Response]
"""A simulated API: an object with state that answers requests, one at a time. It can be deep-copied."""

Manner = Literal["instead", "silent", "reset", "lost", "withheld", "cut", "flood", "forgotten"]


class Fault(NamedTuple):
    """How the server misbehaves.

    Not carried out are `instead` (answers with `response`), `silent` (no answer), `reset`, and `forgotten`
    (answers as if). Carried out are `lost` (then the connection is reset), `withheld` (no answer), `cut`
    (half of the answer) and `flood` (an answer without end).
    """

    manner: Manner
    response: Response = Response()


class _Rule(NamedTuple):
    method: str
    path: re.Pattern[str]
    fault: Fault


class Loopback:
    """The server; a context manager. `url` is its address, `requests` is what it was asked."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.requests: list[Request] = []
        self._rules: list[tuple[_Rule, int]] = []
        self._guard = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the server; from then on connections are refused."""
        if not self.closing.is_set():
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def misbehave(self, fault: Fault, method: str = ".*", path: str = ".*", *, times: int = 1) -> None:
        """The next so many requests that match meet the fault. `method` and `path` are expressions that must
        match somewhere."""
        with self._guard:
            self._rules.append((_Rule(method, re.compile(path), fault), times))

    def behave(self) -> None:
        """Forgets every fault."""
        with self._guard:
            self._rules.clear()

    def asked(self, method: str, path: str = "") -> list[Request]:
        """Those requests so far that match."""
        return [r for r in self.requests if re.search(method, r.method) and re.search(path, r.path)]

    def answer(self, request: Request) -> tuple[Fault | None, Response]:
        """What is to be done with a request, and the answer of the API behind."""
        with self._guard:
            self.requests.append(request)
            fault = self._due(request)
            match fault.manner if fault else "":
                case "silent" | "reset":
                    return fault, Response()
                case "instead":
                    assert fault is not None, "it has a manner"
                    return None, fault.response
                case "forgotten":
                    return None, copy.deepcopy(self.simulator)(request)
                case _:
                    return fault, self.simulator(request)

    def _due(self, request: Request) -> Fault | None:
        for n, (rule, times) in enumerate(self._rules):
            if re.search(rule.method, request.method) and rule.path.search(request.path):
                self._rules[n : n + 1] = [(rule, times - 1)] if times > 1 else []
                return rule.fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    loopback: Loopback


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _serve(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        fault, response = self.server.loopback.answer(Request(self.command, split.path, query, headers, body))
        match fault.manner if fault else "":
            case "silent" | "withheld":
                self.server.loopback.closing.wait(60)
            case "reset" | "lost":
                self._reset()
            case "cut":
                self._say(response, missing=True)
            case "flood":
                self._flood()
            case _:
                self._say(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  # the base class names them so

    def _say(self, response: Response, *, missing: bool = False) -> None:
        half = response.body[: len(response.body) // 2] if missing else response.body
        with contextlib.suppress(OSError):  # the client has left
            self.send_response_only(response.status)
            usual = {"Date": self.date_time_string(), "Content-Type": "application/json"}
            for name, value in {**usual, **response.headers}.items():
                self.send_header(name, value)
            if response.status != 204:
                self.send_header("Content-Length", str(len(response.body) + (1 if missing else 0)))
            self.end_headers()
            self.wfile.write(half)

    def _flood(self) -> None:
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.end_headers()
            while not self.server.loopback.closing.is_set():
                self.wfile.write(b'"' + b"x" * 65536)

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # closing then resets instead of ending in order
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        socket.close(self.connection.detach())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Says nothing: `requests` tells what was asked."""
