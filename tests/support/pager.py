"""Servers that take messages, on loopback, each with moods: a Slack, a webhook, a mail server."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller


class Call(NamedTuple):
    """A request that a server took in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes
    method: str = "POST"


class HttpPager:
    """An HTTP server; `answer` says what it does with each call, and may be replaced at any time.

    An answer is `(status, body, headers)`; None cuts the connection without a word.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer: Callable[[Call], tuple[int, Any, dict[str, str]] | None] = lambda _: (202, {}, {})
        self._resumed = threading.Event()
        self._resumed.set()
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_PATCH(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                call = Call(self.path, dict(self.headers), json.loads(raw), raw, self.command)
                pager.calls.append(call)
                if not pager._resumed.is_set():
                    pager._resumed.wait(60)
                    return
                answer = pager.answer(call)
                if answer is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, body, headers = answer
                data = json.dumps(body).encode() if not isinstance(body, bytes) else body
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stall(self) -> None:
        """From now on takes requests and never answers."""
        self._resumed.clear()

    def resume(self) -> None:
        """Answers again; what was asked meanwhile stays unanswered."""
        self._resumed.set()

    def close(self) -> None:
        self._resumed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Slack(HttpPager):
    """The two methods that are used, as documented: `ok` in the body, a `ts` for each message."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, list[str]] = {}
        """By `ts`: every text that it has had, the latest last."""
        self.errors: list[str] = []
        """What the next calls are refused with."""
        self.answer = self._slack

    def _slack(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        if call.headers.get("Authorization") != "Bearer xoxb-test":
            return 200, {"ok": False, "error": "invalid_auth"}, {}
        if self.errors:
            error = self.errors.pop(0)
            if error == "ratelimited":
                return 429, {"ok": False, "error": error}, {"Retry-After": "1"}
            return 200, {"ok": False, "error": error}, {}
        method = call.path.rpartition("/")[2]
        if method == "chat.update" and len(call.body["text"]) > 4000:
            return 200, {"ok": False, "error": "msg_too_long"}, {}
        if method == "chat.postMessage":
            ts = f"{1_700_000_000 + len(self.messages)}.000100"
            self.messages[ts] = [call.body["text"]]
            return 200, {"ok": True, "channel": "C1", "ts": ts}, {}
        if method == "chat.update" and call.body["ts"] in self.messages and call.body["channel"] == "C1":
            self.messages[call.body["ts"]].append(call.body["text"])
            return 200, {"ok": True, "channel": "C1", "ts": call.body["ts"]}, {}
        return 200, {"ok": False, "error": "message_not_found"}, {}


class MailServer:
    """aiosmtpd on loopback; `replies` are what it says to the next mails instead of taking them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.replies: dict[str, list[str]] = {"RCPT": [], "DATA": []}
        server = self

        class Handler:
            async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
                if server.replies["RCPT"]:
                    return server.replies["RCPT"].pop(0)
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, smtp, _session, envelope) -> str:  # noqa: N802
                reply = server.replies["DATA"].pop(0) if server.replies["DATA"] else "250 queued as 1"
                if reply in ("stall", "cut"):
                    await asyncio.sleep(0 if reply == "cut" else 60)
                    smtp.transport.abort()
                    return "421 gone"
                if reply.startswith("250"):
                    mail = message_from_bytes(envelope.content, policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    server.mails.append(mail)
                    server.recipients += envelope.rcpt_tos
                return reply

        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self._controller = Controller(Handler(), hostname="127.0.0.1", port=port)
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{port}"

    def close(self) -> None:
        self._controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield listening.getsockname()[1]


def eventually(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """The first true value; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.02)
    return value
