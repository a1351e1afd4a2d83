"""Object stores that speak S3 on loopback: moto's, and one that has no room left."""

import contextlib
import http.server
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

ACCESS = {"access_key_id": "test", "secret_access_key": "not-a-secret", "region": "us-east-1"}
"""What it takes to get in."""
_FULL = b"""<?xml version="1.0" encoding="UTF-8"?><Error><Code>XMinioStorageFull</Code>
<Message>Storage backend has reached its minimum free drive threshold.</Message></Error>"""


@contextlib.contextmanager
def s3_server(bucket: str) -> Iterator[str]:
    """The endpoint of a server with an empty bucket."""
    port = _free_port()
    endpoint = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _made(f"{endpoint}/{bucket}", process)
        yield endpoint
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def full_s3_server() -> Iterator[str]:
    """The endpoint of a server that answers every upload as a full MinIO does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._refuse(507, _FULL)

        def do_DELETE(self) -> None:
            self._refuse(404, b"")

        def _refuse(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _made(url: str, process: subprocess.Popen[bytes]) -> None:
    """Makes the bucket, once the server answers."""
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=10):
                return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
