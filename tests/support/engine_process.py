"""An engine as a process of its own, as `launchpad engine` runs it, with a lease short enough for tests."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from launchpad.engine import Engine
from launchpad.errors import LaunchpadError
from launchpad.store import open_store


async def _main(url: str, launch: str, base: Path, ttl: float, standby: bool) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    store = open_store(url)
    engine = Engine(
        store,
        launch,
        base_dir=base,
        environ=dict(os.environ),
        state_dir=base / "state",
        ttl=ttl,
        request_timeout=0.2,
    )
    try:
        await engine.run(stop, standby=standby)
    finally:
        store.close()


if __name__ == "__main__":
    url, launch, base, ttl, standby = sys.argv[1:]
    try:
        asyncio.run(_main(url, launch, Path(base), float(ttl), standby == "standby"))
    except LaunchpadError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        sys.exit(int(error.exit_code))
