"""A shop on loopback into which one signs in: a page with a token, a session cookie, an API with a bearer."""

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

PASSWORD = "correct horse battery"


class Storefront:
    """Its pages can be replaced by `answers`: path → bytes that are sent as they stand."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.delay = 0.0
        self.failing = 0
        """So many requests for `/flaky` are refused first."""
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        """Method, path, headers and body of every request."""
        self.tokens: dict[str, str] = {}
        """Session → the token that its form must bring back."""
        self.signed_in: set[str] = set()
        self.bearer = secrets.token_hex(12)
        self.orders = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Page,), {"shop": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> int:
        return sum(one == path for _, one, _, _ in self.seen)


class Page(BaseHTTPRequestHandler):
    """Serves what one asks of `shop`."""

    shop: Storefront

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    do_PUT = do_POST  # noqa: N815  # http.server's names

    def _serve(self, body: bytes) -> None:
        self.shop.seen.append((self.command, self.path, dict(self.headers.items()), body))
        time.sleep(self.shop.delay)
        if (raw := self.shop.answers.get(self.path)) is not None:
            self.wfile.write(raw)
            self.close_connection = True
            return
        getattr(self, f"_{self.path.strip('/').replace('/', '_') or 'home'}", self._missing)(body)

    @property
    def _session(self) -> str:
        cookies = dict(part.split("=", 1) for part in self.headers.get("Cookie", "").split("; ") if part)
        return cookies.get("session", "")

    def _say(self, status: int, body: str = "", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _missing(self, _body: bytes) -> None:
        self._say(404, "not here")

    def _home(self, _body: bytes) -> None:
        self._say(200, "Acme 4.2.0")

    def _flaky(self, _body: bytes) -> None:
        self.shop.failing -= 1
        self._say(503 if self.shop.failing >= 0 else 200, "at last")

    def _login(self, body: bytes) -> None:
        if self.command == "GET":
            session, token = secrets.token_hex(8), secrets.token_hex(8)
            self.shop.tokens[session] = token
            page = f'<form action="/login">Sign in <input name="csrf" value="{token}"></form>'
            self._say(200, page, Set_Cookie=f"session={session}; Path=/; HttpOnly")
            return
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        fits = self.shop.tokens.get(self._session) == form.get("csrf") and form.get("password") == PASSWORD
        if not fits:
            self._say(403, f"no: {form.get('password')}")
            return
        session = secrets.token_hex(8)
        self.shop.signed_in.add(session)
        self._say(302, Location="/account", Set_Cookie=f"session={session}; Path=/")

    def _account(self, _body: bytes) -> None:
        if self._session not in self.shop.signed_in:
            self._say(401, "who are you?")
            return
        self._say(200, json.dumps({"user": {"name": "smoke"}, "token": self.shop.bearer, "visits": 3}))

    def _api_orders(self, body: bytes) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.shop.bearer}":
            self._say(401, f"not with {self.headers.get('Authorization')}")
            return
        self.shop.orders += 1
        order = json.loads(body)
        told = {"id": 4000 + self.shop.orders, "items": [{"name": order["item"]}], "paid": False, "total": 12}
        self._say(201, json.dumps(told), X_Request_Id="r-1")

    def _api_echo(self, body: bytes) -> None:
        self._say(200, body.decode(), Content_Type="application/json")

    def log_message(self, *args: object) -> None:
        pass
