"""An SSH server as a process of its own: `server_process URL LAUNCH KEY SEATS COMMAND…`.

`$IDLE` limits seats, `$KEYS` names an authorized-keys file, `$SPAWN` has each seat started anew.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from launchpad.ssh.access import KeyFile
from launchpad.ssh.hosted import Rules
from launchpad.ssh.server import Listening, serve
from launchpad.store import open_store


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ready(listening: Listening) -> None:
    say(f"listening {listening.port} {listening.fingerprint}")


async def run(url: str, launch: str, key: str, seats: str, *command: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    store = open_store(url)
    try:
        await serve(
            store,
            launch,
            host="127.0.0.1",
            port=0,
            key=Path(key),
            stop=stop,
            ready=ready,
            narrate=say,
            rules=Rules(
                seats=int(seats),
                command=command,
                forks="SPAWN" not in os.environ,
                idle=float(os.environ["IDLE"]) if "IDLE" in os.environ else None,
                keys=KeyFile(Path(os.environ["KEYS"])) if "KEYS" in os.environ else None,
            ),
        )
    finally:
        store.close()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
