"""The commands of Netlify plans, as they stand there, carried out by Netlify's own client on the simulator.

So the client judges both: whether the simulator is a Netlify to it, and whether a plan tells an operator
without Launchpad what to type.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from launchpad.providers.netlify import NetlifySettings
from launchpad.rehearsal.netlify import NetlifySimulator
from launchpad.testing.loopback import Loopback
from tests.providers.test_netlify import LAUNCH, QuickNetlify, surroundings

pytestmark = [pytest.mark.slow, pytest.mark.proves("netlify", "vendor's client")]
TOKEN = "nfp_hunter2-correct-horse"
FIRST, SECOND = f"{1:024x}", f"{2:024x}"


@pytest.fixture
def client() -> str:
    """The folder of netlify-cli."""
    found = os.environ.get("LAUNCHPAD_NETLIFY_CLI") or shutil.which("netlify")
    if not found or not Path(found).exists():
        pytest.skip("netlify-cli is not here: make conformance SPECS=DIR")
    return str(Path(found).parent)


def published(netlify: NetlifySimulator) -> bool:
    return netlify.published == FIRST


@pytest.mark.parametrize(
    ("verb", "params", "came"),
    [
        ("deploy", {}, lambda netlify: [d["title"] for d in netlify.built()] == ["Acme 4.2.0 production"]),
        ("deploy", {"deploy_id": FIRST}, published),
        ("promote", {"deploy_id": FIRST}, published),
        ("stage", {}, lambda netlify: netlify.locked and len(netlify.built()) == 1),
        ("rollback", {}, lambda netlify: published(netlify) and netlify.locked),
        ("purge", {}, lambda netlify: netlify.purged == [["shop", "home"]]),
    ],
    ids=["deploy", "deploy of an id", "promote", "stage", "rollback", "purge"],
)
async def test_the_command_of_the_plan_does_what_the_plan_says(
    client: str,
    tmp_path: Path,
    verb: str,
    params: dict[str, str],
    came: Callable[[NetlifySimulator], bool],
) -> None:
    netlify = NetlifySimulator(TOKEN)
    with Loopback(netlify) as server:
        settings = NetlifySettings(
            site=netlify.site_id, token="env:T", api=server.url, cache_tags=("shop", "home")
        )
        adapter = QuickNetlify("web", settings, surroundings(tmp_path, TOKEN))
        step = await adapter._planned(verb, LAUNCH, params)
        environ = {
            "PATH": f"{client}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "NETLIFY_API_URL": f"{server.url}/api/v1",
            "NETLIFY_AUTH_TOKEN": TOKEN,
            "CI": "1",
        }
        done = subprocess.run(
            ["/bin/sh", "-c", step.command], env=environ, cwd=tmp_path, capture_output=True, timeout=100
        )
    assert done.returncode == 0, done.stderr
    assert came(netlify)
