"""An engine as a process of its own, as `launchpad engine` runs it, with a lease short enough for tests.

It may be told to die: `before step.running` kills it where it would have recorded the first such event,
`after step.running` once it has.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from launchpad.engine import Engine
from launchpad.errors import LaunchpadError
from launchpad.model.events import kind_of
from launchpad.model.journal import Draft
from launchpad.model.store import Store
from launchpad.store import open_store


class Deadly:
    """A store that kills whoever writes to it, at an event of a kind."""

    def __init__(self, store: Store, dies: str) -> None:
        self._store = store
        self._moment, self._kind = dies.split()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(
        self, launch: str, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, **more: Any
    ) -> Any:
        struck = any(kind_of(draft.event) == self._kind for draft in drafts)
        if struck and self._moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = self._store.append(launch, drafts, expect=expect, **more)
        if struck:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


async def _main(url: str, launch: str, base: Path, ttl: float, standby: bool, dies: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    opened = open_store(url)
    store: Any = Deadly(opened, dies) if dies else opened
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
        opened.close()


if __name__ == "__main__":
    url, launch, base, ttl, standby, dies = sys.argv[1:]
    try:
        asyncio.run(_main(url, launch, Path(base), float(ttl), standby == "standby", dies))
    except LaunchpadError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        sys.exit(int(error.exit_code))
