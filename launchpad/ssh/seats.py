"""The server's side of a seat: its environment, its relay, and its end."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import Mapping, Sequence

from launchpad.desk import Desk
from launchpad.model.store import Store
from launchpad.ssh.pipes import Pipes
from launchpad.ssh.processes import Process, Spawner, Starter, Ushers
from launchpad.ssh.protocol import Seat
from launchpad.ssh.relay import RelayServer
from launchpad.ssh.tail import Tail
from launchpad.ssh.terminal import Terminal

COMMAND = (sys.executable, "-P", "-X", "utf8", "-m", "launchpad", "occupy")
"""Starts a seat, or the usher that starts them. Without the working directory on the import path; UTF-8 is
what goes through SSH, whatever a locale is called."""

_GRACE = 2.0
"""Seconds that a seat has to end when it is asked to."""
_LOCALE = ("LANG", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME")
_OF_CLIENT = frozenset(("COLORTERM", "NO_COLOR", *_LOCALE))
_OF_SERVER = ("TZ", "LD_LIBRARY_PATH", "XDG_STATE_HOME")
"""What the interpreter itself may need, and where a crash is noted."""
_THRIFT = {"MALLOC_ARENA_MAX": "1"}
"""For glibc (mallopt(3)): a seat's threads take turns anyway, and need no heap each."""
_HARMLESS = re.compile(r"[A-Za-z0-9_.@:+-]{1,64}")


def environment(
    client: Mapping[str, str], terminal: str, server: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """All that a seat's environment holds: how its client's terminal speaks, nothing that is secret."""
    kept = {
        name: value for name, value in client.items() if name in _OF_CLIENT and _HARMLESS.fullmatch(value)
    }
    if not {"LC_ALL", "LC_CTYPE", "LANG"} & kept.keys():
        kept["LANG"] = "C.UTF-8"
    kept["TERM"] = terminal if _HARMLESS.fullmatch(terminal) else "dumb"
    return kept | _of_interpreter(server)


def _of_interpreter(server: Mapping[str, str]) -> dict[str, str]:
    return {name: server[name] for name in _OF_SERVER if name in server}


def starter(command: Sequence[str], *, forks: bool) -> Starter:
    """What starts seats by `command`."""
    return Ushers(command, _of_interpreter(os.environ) | _THRIFT) if forks else Spawner(command)


class SeatProcess:
    """A running seat."""

    def __init__(self, process: Process, relay: RelayServer, sock: socket.socket) -> None:
        self._process = process
        self._relay = relay
        self._socket = sock
        self._ended: int | None = None

    @classmethod
    async def start(
        cls,
        starter: Starter,
        streams: Terminal | Pipes,
        environ: Mapping[str, str],
        *,
        store: Store,
        tail: Tail,
        desk: Desk,
        seat: Seat,
        errand: Sequence[str] = (),
    ) -> "SeatProcess":
        """Starts it on a terminal or on pipes, with a relay to `store` and `desk`; `errand` is what it is
        asked for instead of the face."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await starter.start(streams, theirs, environ, errand)
        except BaseException:
            ours.close()
            raise
        finally:
            streams.taken()
        relay = RelayServer(store, tail, desk, seat, ours)
        relay.start()
        return cls(process, relay, ours)

    async def wait(self) -> int:
        """Its exit status; negative for the signal that ended it."""
        self._ended = await self._process.wait()
        return self._ended

    async def end(self, how: signal.Signals) -> None:
        """Asks it to end, and kills it if it does not."""
        if self._ended is not None:
            return
        self._process.signal(how)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wait(), _GRACE)
        self._process.signal(signal.SIGKILL)
        await self.wait()

    async def close(self) -> None:
        """Takes it off the list of those present; to be called once it has ended."""
        self._relay.close()
        await asyncio.to_thread(self._relay.join, _GRACE)
        self._socket.close()
