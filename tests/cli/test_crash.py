"""Faults of Launchpad's own: kept in a file, sent only where the operator says so, without any value."""

import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from launchpad.cli.crash import report_crash

pytestmark = pytest.mark.slow


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """A Sentry of our own: its DSN, and what was sent to it."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(zlib.decompress(body, 47) if self.headers["Content-Encoding"] == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://key@127.0.0.1:{server.server_address[1]}/1", received
        server.shutdown()
        thread.join()


def fault() -> Exception:
    token = "hunter2-hunter2"
    try:
        return KeyError(len(token) / 0)
    except ZeroDivisionError as error:
        return error


def test_a_fault_is_sent_where_the_operator_says_so_and_without_values(collector, tmp_path, monkeypatch):
    dsn, received = collector
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LAUNCHPAD_SENTRY_DSN", dsn)
    sentence = report_crash(fault())
    assert "ZeroDivisionError" in sentence
    sent = b"".join(received)
    assert b"ZeroDivisionError" in sent
    assert b"hunter2-hunter2" not in sent


def test_nothing_is_sent_otherwise(collector, tmp_path, monkeypatch):
    _, received = collector
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("LAUNCHPAD_SENTRY_DSN", raising=False)
    report_crash(fault())
    assert received == []
    assert "ZeroDivisionError" in (tmp_path / "launchpad" / "crash.log").read_text(encoding="utf-8")


def test_where_nothing_can_be_kept_the_sentence_says_so(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert "could not be kept" in report_crash(fault())
