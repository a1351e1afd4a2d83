"""Name resolution that can hang without harm: the system's resolver, in few threads of its own."""

import asyncio
import queue
import socket
import threading
from concurrent.futures import Future

from launchpad.probes.result import Blame, ProbeFailure

_NO_SUCH_HOST = frozenset(
    code for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if (code := getattr(socket, name, None))
)
_IDLE = 10.0
"""Seconds after which a thread without work ends."""

Addresses = tuple[tuple[socket.AddressFamily, str, int], ...]
"""Family, address and IPv6 scope, in the order in which the system would try them."""


class Resolver:
    """Looks names up as every program on this machine does (hosts file, DNS, whatever is configured).

    At most `threads` lookups run at once. Further ones wait, and those who ask for the same name at the same
    time share one lookup: however long the system's resolver hangs, threads and waiting names stay bounded.
    Nothing is cached. May be used from several event loops.
    """

    def __init__(self, threads: int = 8) -> None:
        self._limit = threads
        self._lock = threading.Lock()
        self._names: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._under_way: dict[str, Future[Addresses]] = {}
        self._threads = 0

    async def lookup(self, host: str) -> Addresses:
        """Addresses of `host`, at least one.

        Raises ProbeFailure: PATH if there is no such host, OURS if the resolver could not tell.
        """
        with self._lock:
            lookup = self._under_way.get(host)
            if lookup is None:
                lookup = self._under_way[host] = Future()
                # Running from the start, so that one who gives up does not cancel it for the others.
                lookup.set_running_or_notify_cancel()
                self._names.put(host)
                if self._threads < min(self._limit, len(self._under_way)):
                    self._threads += 1
                    # A daemon, as a hanging lookup must not keep the process from ending.
                    threading.Thread(target=self._work, name="resolver", daemon=True).start()
        return await asyncio.wrap_future(lookup)

    def _work(self) -> None:
        while True:
            try:
                host = self._names.get(timeout=_IDLE)
            except queue.Empty:
                with self._lock:
                    if self._names.empty():
                        self._threads -= 1
                        return
                continue
            try:
                outcome: Addresses | ProbeFailure = _addresses(host)
            except ProbeFailure as failure:
                outcome = failure
            with self._lock:
                lookup = self._under_way.pop(host)
            if isinstance(outcome, ProbeFailure):
                lookup.set_exception(outcome)
            else:
                lookup.set_result(outcome)


def _addresses(host: str) -> Addresses:
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_HOST:
            raise ProbeFailure(Blame.PATH, f"no such host {host}") from None
        raise ProbeFailure(Blame.OURS, "our resolver does not answer") from None
    except (OSError, UnicodeError) as error:
        raise ProbeFailure(Blame.OURS, f"our resolver failed ({error})") from None
    return tuple(
        dict.fromkeys(
            (family, str(address[0]), int(address[3]) if len(address) > 3 else 0)
            for family, _, _, _, address in infos
        )
    )
