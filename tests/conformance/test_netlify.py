"""Every request of the Netlify adapter, judged by a mock of Netlify's own specification."""

import asyncio
from pathlib import Path

import pytest

from launchpad.errors import LaunchpadError
from launchpad.providers.capabilities import Job
from launchpad.providers.netlify import NetlifySettings
from launchpad.testing.loopback import Loopback
from tests.providers.test_netlify import LAUNCH, QuickNetlify, surroundings

DEPLOY = "6123456789abcdef01234567"
PUBLISHED = "string"
"""Every id in the answers of the mock."""
UNDOCUMENTED = "/log"
"""What the specification does not have, and the adapter does without."""


@pytest.mark.slow
@pytest.mark.proves("netlify", "official spec")
async def test_the_specification_refuses_no_request(mock, tmp_path: Path) -> None:
    judge = mock("netlify/openapi.json")
    judge.instead = {b'"locked":true': b'"locked":false'}
    with Loopback(judge) as server:
        settings = NetlifySettings(
            site="acme.netlify.app", token="env:T", api=server.url, cache_tags=("a", "b")
        )
        around = surroundings(tmp_path, "token")
        netlify = QuickNetlify("web", settings, around)
        for verb, bound in (
            ("deploy", {}),
            ("promote", {"to": DEPLOY}),
            ("promote", {}),
            ("rollback", {"to": DEPLOY}),
            ("rollback", {"to": PUBLISHED}),
            ("purge", {}),
            ("stage", {}),
        ):
            job = Job(verb=verb, nonce="host:0123", launch=LAUNCH, run="deploy-1", bound=bound)
            for step in (
                asyncio.to_thread(netlify.plan, verb, LAUNCH, {}),
                netlify.start(job),
                netlify.find(job),
                netlify.follow(DEPLOY, job, ignore),
                netlify.cancel(DEPLOY, job),
            ):
                # A mock has no state: what the adapter makes of its answers is not judged here.
                try:
                    async with asyncio.timeout(6):
                        await step
                except (LaunchpadError, TimeoutError):
                    pass
    judged = [one for one in judge.answered if not one[0].endswith(UNDOCUMENTED)]
    assert {(what, said) for what, status, said in judged if status >= 400} == set()
    assert {what.replace(DEPLOY, "ID").replace(PUBLISHED, "ID") for what, _, _ in judged} == {
        "GET /api/v1/sites/acme.netlify.app",
        "GET /api/v1/sites/ID/deploys",
        "GET /api/v1/deploys/ID",
        "POST /api/v1/sites/ID/builds",
        "POST /api/v1/sites/ID/deploys/ID/restore",
        "POST /api/v1/deploys/ID/lock",
        "POST /api/v1/deploys/ID/cancel",
        "POST /api/v1/purge",
    }


async def ignore(lines: list[str]) -> None:
    """Of no interest here."""
