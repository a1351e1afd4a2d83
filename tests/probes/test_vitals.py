"""Vitals of an app, from a simulated Google Play: what they say, how old it is, and what is not known."""

from collections.abc import Iterator

import pytest

from launchpad.errors import Refused
from launchpad.model.vitals import PlayVitalsCheck
from launchpad.probes.vitals import VitalsProbe
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.testing.loopback import Fault, Loopback, Response

NOON = 1_796_126_400.0 + 600
"""2026-12-01 12:10 UTC."""


class Vitals:
    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.play: GooglePlaySimulator = server.simulator
        self.vitals = self.play.vitals

    def probe(self, **fields) -> VitalsProbe:
        said = {"vital": "crash_rate", "below": 0.01, "version_code": 420} | fields
        key = self.play.key(self.server.url, "eyes")
        check = PlayVitalsCheck(
            package=self.play.package, credentials=key, api=self.server.url, timeout=20.0, **said
        )
        return VitalsProbe(check, clock=lambda: NOON)

    async def said(self, **fields) -> tuple[str, str]:
        result = await self.probe(**fields).run()
        return result.verdict, result.reason


@pytest.fixture
def vitals() -> Iterator[Vitals]:
    play = GooglePlaySimulator()
    play.vitals.now = lambda: NOON
    with Loopback(play) as server:
        yield Vitals(server)


async def test_a_verdict_says_of_how_many_of_what_and_how_old(vitals):
    expected = "0.4% of 5000 users, version 420, 01 Dec 09:00 to 10:00 UTC, 2h10m old"
    assert await vitals.said() == ("ok", f"{expected}, limit 1%")
    vitals.vitals.rates["crashRate"] = 0.02
    verdict, reason = await vitals.said()
    assert verdict == "bad"
    assert reason.startswith("2% of 5000 users, version 420")
    assert reason.endswith("expected below 1%")
    assert (await vitals.said(vital="user_perceived_anr_rate"))[0] == "ok"
    assert "all versions" in (await vitals.said(version_code=None))[1]


async def test_no_rows_are_no_data(vitals):
    vitals.vitals.users = 40
    verdict, reason = await vitals.said()
    assert verdict == "unknown"
    assert reason.startswith("no data of version 420, 01 Dec 09:00 to 10:00 UTC, 2h10m old: too few users")


async def test_few_users_and_old_hours_allow_no_verdict(vitals):
    vitals.vitals.rates["crashRate"] = 0.9
    assert await vitals.said(at_least=10_000) == (
        "unknown",
        "90% of 5000 users, version 420, 01 Dec 09:00 to 10:00 UTC, 2h10m old; fewer users than 10000",
    )
    vitals.vitals.lag_hours = 9
    assert await vitals.said() == (
        "unknown",
        "the newest hour that Google Play tells of ended 9h10m ago, limit 6h",
    )


async def test_what_is_no_share_is_not_guessed(vitals):
    vitals.vitals.rates["crashRate"] = 1.23
    assert (await vitals.said())[0] == "unknown"


@pytest.mark.parametrize("status", [403, 429, 500])
async def test_what_keeps_google_from_telling_says_nothing_of_the_app(vitals, status):
    vitals.server.misbehave(Fault("instead", Response(status, b"{}", {"Retry-After": "3600"})), times=1000)
    verdict, reason = await vitals.said()
    assert verdict == "unknown"
    assert "Google" in reason


async def test_a_token_is_renewed(vitals):
    probe = vitals.probe()
    assert (await probe.run()).verdict == "ok"
    vitals.play.accounts.expire()
    assert (await probe.run()).verdict == "ok"


def test_credentials_that_are_none_are_refused_without_a_word_of_them():
    with pytest.raises(Refused) as caught:
        VitalsProbe(PlayVitalsCheck(package="com.a", credentials="hunter2", vital="crash_rate", below=0.01))
    assert "hunter2" not in str(caught.value)
