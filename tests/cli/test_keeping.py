"""What becomes of a server whose keeper, with the secrets that engines need, has gone."""

import os
import signal
import subprocess

import pytest

from launchpad.cli.engines import watching
from launchpad.store import open_store
from tests.ssh.served import Served
from tests.support.cli import LAUNCH, Cli, eventually

pytestmark = [pytest.mark.slow, pytest.mark.needs("ssh", "ssh-keygen", "tmux"), pytest.mark.timeout(300)]


@pytest.fixture
def served(tmp_path):
    made = Served(Cli(tmp_path))
    made.cli.define(made.text)
    yield made
    made.close()


def keeper_of(server: int) -> int:
    found = subprocess.run(["pgrep", "-P", str(server), "-f", "launchpad.cli.keeper"], capture_output=True)
    return int(found.stdout)


def engine(served: Served) -> int:
    """The engine that watches; 0 if none does."""
    store = open_store(f"sqlite:///{served.cli.home}/state/launchpad/launchpad.db")
    try:
        lease = watching(store, LAUNCH)
        return int(lease.holder.split(":")[1]) if lease else 0
    finally:
        store.close()


def test_server_without_keeper_goes_on_while_an_engine_watches_and_ends_without_one(served):
    served.serve()
    watched = eventually(lambda: engine(served), seconds=60)
    ada = served.connect("ada")
    ada.shows("Code is frozen")
    os.kill(keeper_of(served.server.pid), signal.SIGKILL)
    served.says("what starts engines here has gone")
    # The launch is watched and seats are taken as before.
    assert engine(served) == watched
    served.connect("bob").shows("Code is frozen")
    assert served.server.poll() is None
    os.kill(watched, signal.SIGTERM)
    assert served.server.wait(120) == 4
    served.says("nobody watches .*: the server ends; start it again")
    ada.shows("the server has ended")
    # Whoever starts it again, as a service manager does, has everything back.
    served.said.clear()
    served.serve()
    eventually(lambda: engine(served) not in (0, watched), seconds=60)
    served.connect("ada").shows("Code is frozen")
