"""A small real web shop on loopback that tests can slow down, break and close."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shop:
    """Serves `body` with `status` after `delay` seconds."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b"Acme shop"
        self.delay = 0.0
        self.asked = 0
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def open(self) -> None:
        """Starts to listen, on the same port after a `close`."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.asked += 1
                time.sleep(shop.delay)
                self.send_response(shop.status)
                self.send_header("Content-Length", str(len(shop.body)))
                self.end_headers()
                self.wfile.write(shop.body)

            def log_message(self, *args: object) -> None:
                pass

        ThreadingHTTPServer.daemon_threads = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
