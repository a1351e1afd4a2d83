"""A server that can't follow its launch any more does not go on as if it could."""

import asyncio
import sys
from pathlib import Path

import asyncssh
import pytest

from launchpad.desk import open_launch
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import Definition, Launch, Operator
from launchpad.ssh.hosted import Rules
from launchpad.ssh.server import serve
from launchpad.store import open_store
from tests.support.following import Breaks


async def test_a_server_that_hears_nothing_any_more_ends(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    definition = Definition(
        launch=Launch(product="acme", version="1"),
        operators=(Operator(name="lead", role="director", keys=(key,)),),
    )
    store = open_store(f"sqlite://{tmp_path}/journal.db")
    try:
        lead = Identity(name="lead", role="director", auth="key")
        open_launch(store, lead, OpenLaunch(launch="acme-1", definition=definition))
        async with asyncio.timeout(60):
            with pytest.raises(ZeroDivisionError):
                await serve(
                    Breaks(store),  # type: ignore[arg-type]
                    "acme-1",
                    host="127.0.0.1",
                    port=0,
                    key=tmp_path / "key",
                    stop=asyncio.Event(),
                    ready=lambda _listening: None,
                    narrate=lambda _told: None,
                    rules=Rules(command=(sys.executable, "-c", ""), forks=False),
                )
    finally:
        store.close()
