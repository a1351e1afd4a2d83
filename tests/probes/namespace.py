"""A network of our own to break: run by test_control in new network and mount namespaces, as root.

    python -m tests.probes.namespace SCENARIO

Prints the results of the scenario's probes as JSON. 192.0.2.10 is this machine, though not its loopback; its
port 82 keeps silent, its port 81 refuses. Nothing else has a route.
"""

import asyncio
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import msgspec

from launchpad.model.http import HttpCheck
from launchpad.probes.control import Control
from launchpad.probes.http import HttpProbe
from launchpad.probes.result import ProbeResult
from tests.probes.servers import answer, full, serving

HERE = "192.0.2.10"
REFUSED = f"http://{HERE}:81/"
SILENT = f"http://{HERE}:82/"


def network() -> None:
    """Bring up this namespace's only network."""
    for command in ("ip link set lo up", f"ip address add {HERE}/32 dev lo"):
        subprocess.run(command.split(), check=True)


def use_resolver(address: str) -> None:
    """Make `address` this namespace's only name server, and nothing but that."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(f"nameserver {address}\n")
        file.flush()
        # The mount keeps the file after its name is gone.
        subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)


@contextmanager
def name_server(code: int | None) -> Iterator[None]:
    """Answers every question on 127.0.0.1:53 with `code` (2 SERVFAIL, 3 NXDOMAIN), or never (None)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 53))

        def answer_all() -> None:
            while True:
                question, asker = sock.recvfrom(4096)
                if code is None:
                    continue
                reply = question[:2] + bytes([0x81, 0x80 | code]) + question[4:]
                sock.sendto(reply, asker)

        threading.Thread(target=answer_all, daemon=True).start()
        use_resolver("127.0.0.1")
        yield


async def probe(url: str, control: Control, timeout: float = 0.5) -> ProbeResult:
    return await HttpProbe(HttpCheck(url=url, timeout=timeout), control=control).run()


async def refused_and_control_through() -> list[ProbeResult]:
    async with serving(answer(), host=HERE) as other:
        return [await probe(REFUSED, Control([f"{HERE}:{other.port}"]))]


async def refused_and_control_cut_off() -> list[ProbeResult]:
    return [await probe(REFUSED, Control([SILENT], timeout=0.3))]


async def silent_and_control_through() -> list[ProbeResult]:
    async with serving(answer(), host=HERE) as other:
        return [await probe(SILENT, Control([SILENT, f"tcp://{HERE}:{other.port}"]))]


async def silent_and_control_cut_off() -> list[ProbeResult]:
    return [await probe(SILENT, Control([SILENT], timeout=0.3))]


async def no_route() -> list[ProbeResult]:
    async with serving(answer(), host=HERE) as other:
        return [await probe("http://198.51.100.1/", Control([f"{HERE}:{other.port}"]))]


async def loopback_needs_no_control() -> list[ProbeResult]:
    return [await probe("http://127.0.0.1:81/", Control([SILENT], timeout=30.0))]


async def wrong_answer_needs_no_control() -> list[ProbeResult]:
    async with serving(answer("500 Oops"), host=HERE) as site:
        return [await probe(f"http://{HERE}:{site.port}/", Control([SILENT], timeout=30.0))]


async def no_name_server_to_ask() -> list[ProbeResult]:
    use_resolver("")
    return [await probe(REFUSED, Control())]


async def no_such_host() -> list[ProbeResult]:
    with name_server(3):
        return [await probe("http://acme.example/", Control(), 5.0), await probe(REFUSED, Control())]


async def resolver_fails() -> list[ProbeResult]:
    with name_server(2):
        return [await probe("http://acme.example/", Control(), 5.0), await probe(REFUSED, Control())]


async def resolver_refuses() -> list[ProbeResult]:
    use_resolver("127.0.0.1")
    return [await probe("http://acme.example/", Control(), 5.0), await probe(REFUSED, Control())]


async def resolver_hangs() -> list[ProbeResult]:
    """A hundred names at once, twice: few threads, and a loop that is never held up."""
    control = Control()
    before, lag = threading.active_count(), 0.0

    async def watch() -> None:
        nonlocal lag
        loop = asyncio.get_running_loop()
        while True:
            asleep = loop.time()
            await asyncio.sleep(0.01)
            lag = max(lag, loop.time() - asleep - 0.01)

    watcher = asyncio.create_task(watch())
    results = []
    with name_server(None):
        for _ in range(2):
            names = [f"http://name-{number}.example/" for number in range(100)]
            results += await asyncio.gather(*(probe(name, control) for name in names))
    watcher.cancel()
    # Eight that resolve, and our own name server.
    assert threading.active_count() - before <= 9, "threads pile up"
    assert lag < 0.4, f"the loop was held up for {lag} s"
    async with serving(answer(), host=HERE) as site:
        return [*results, await probe(f"http://{HERE}:{site.port}/", control)]


SCENARIOS: dict[str, Callable[[], Awaitable[list[ProbeResult]]]] = {
    scenario.__name__: scenario
    for scenario in (
        refused_and_control_through,
        refused_and_control_cut_off,
        silent_and_control_through,
        silent_and_control_cut_off,
        no_route,
        loopback_needs_no_control,
        wrong_answer_needs_no_control,
        no_name_server_to_ask,
        no_such_host,
        resolver_fails,
        resolver_refuses,
        resolver_hangs,
    )
}


async def main(scenario: str) -> None:
    network()
    with full(HERE, 82):
        results = await SCENARIOS[scenario]()
    sys.stdout.buffer.write(msgspec.json.encode(results))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
