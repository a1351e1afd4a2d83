"""Probes per CPU-second over fresh loopback connections, beside Prometheus's blackbox exporter.

Counted is the CPU time (user and system) of the probing process alone. For the exporter this includes serving
/probe, as that is the only way to make it probe; who asks it runs elsewhere. Both ask the same server, with
the same number of probes under way, one after the other.

Needs Linux, and Debian's prometheus-blackbox-exporter for the comparison.
"""

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from launchpad.model.http import HttpCheck, HttpExpect
from launchpad.probes.http import HttpProbe

_SECONDS = 8.0
_AT_ONCE = 20
_EXPORTER = "prometheus-blackbox-exporter"
_PAGE = b"<!doctype html><title>Acme</title>" + b"<p>Nothing to see here.</p>" * 60
_MODULE = """\
modules:
  page:
    prober: http
    timeout: 3s
    http:
      preferred_ip_protocol: ip4
      valid_status_codes: [200]
      fail_if_body_not_matches_regexp: [Acme]
"""


class _Site(asyncio.Protocol):
    """Answers every connection with one page, as cheaply as may be."""

    _answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(_PAGE), _PAGE)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)
        self._transport.close()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Site, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _probe(port: int) -> None:
    """Probe for some seconds; print how many probes there were and what they cost."""
    url = f"http://127.0.0.1:{port}/"
    check = HttpCheck(url=url, timeout=3.0, expect=HttpExpect(contains="Acme"))
    done = 0

    async def work(until: float) -> None:
        nonlocal done
        probe = HttpProbe(check)
        while time.monotonic() < until:
            result = await probe.run()
            if result.verdict != "ok":
                raise SystemExit(f"the probe failed: {result.reason}")
            done += 1

    await asyncio.gather(*(work(time.monotonic() + 0.5) for _ in range(_AT_ONCE)))
    done, before = 0, resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.gather(*(work(time.monotonic() + _SECONDS) for _ in range(_AT_ONCE)))
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(msgspec.json.encode([done, cpu]).decode(), flush=True)


async def _ask_exporter(exporter: int, site: int, seconds: float) -> int:
    """Have the exporter probe for `seconds`; how often it did."""
    question = (
        f"GET /probe?module=page&target=http://127.0.0.1:{site}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    ).encode()
    until = time.monotonic() + seconds

    async def work() -> int:
        done = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", exporter)
        while time.monotonic() < until:
            writer.write(question)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length:" in head:
                body = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            else:
                body = await _chunks(reader)
            if b"\nprobe_success 1" not in body:
                raise SystemExit("the exporter's probe failed")
            done += 1
        writer.close()
        return done

    return sum(await asyncio.gather(*(work() for _ in range(_AT_ONCE))))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


@contextmanager
def _site() -> Iterator[int]:
    """A server in a process of its own; yields its port."""
    argv = [sys.executable, "-m", "benchmarks.probes", "serve"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@contextmanager
def _exporter() -> Iterator[tuple[int, int]]:
    """The blackbox exporter; yields its process and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "blackbox.yml")
        config.write_text(_MODULE)
        argv = [_EXPORTER, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
        with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield process.pid, port
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{_EXPORTER} did not start")


def _cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure() -> dict[str, float]:
    """Probes per CPU-second of each contender, and their ratio; ours alone where the exporter is missing."""
    with _site() as site:
        argv = [sys.executable, "-m", "benchmarks.probes", "probe", str(site)]
        ours = subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout
        done, cpu = msgspec.json.decode(ours, type=tuple[int, float])
        figures = {"launchpad": done / cpu}
        if shutil.which(_EXPORTER):
            with _exporter() as (pid, port):
                asyncio.run(_ask_exporter(port, site, 0.5))
                before = _cpu_of(pid)
                done = asyncio.run(_ask_exporter(port, site, _SECONDS))
                figures["blackbox exporter"] = done / (_cpu_of(pid) - before)
            figures["ratio"] = figures["launchpad"] / figures["blackbox exporter"]
    return figures


def main() -> None:
    figures = measure()
    if "ratio" not in figures:
        print(f"SKIPPED the comparison: {_EXPORTER} is not installed (apt-get install {_EXPORTER})")
    print(f"{'probes per CPU-second':<24}{'':>8}{'ratio':>8}")
    for name in ("launchpad", "blackbox exporter"):
        if name in figures:
            ratio = figures[name] / figures.get("blackbox exporter", figures[name])
            print(f"{name:<24}{figures[name]:>8.0f}{ratio:>8.2f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            asyncio.run(_serve())
        case ["probe", port]:
            asyncio.run(_probe(int(port)))
        case _:
            main()
