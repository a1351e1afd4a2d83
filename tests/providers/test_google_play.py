"""Google Play against a simulated one: the contract of every adapter, and what is its own."""

from pathlib import Path

import pytest

from launchpad.http import Patience
from launchpad.model.definition import Launch
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.providers.capabilities import Job, Surroundings
from launchpad.providers.google_play import GooglePlayProvider, GooglePlaySettings, Pace
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.testing.rollouts import RolloutsBehaviour

LAUNCH = Launch(product="Acme", version="4.2.0", environment="production")
QUICK = Patience(request=2.0, reading=1.0, pause=0.01)
AT_10 = RolloutReading(status="rolling", percent=10.0, version="4.2.0 (420)")
COMMIT = ("POST", ":commit$")
BUMP = RolloutAim(rollout="android", verb="bump", percent=50.0, seen=AT_10)


class QuickGooglePlay(GooglePlayProvider):
    """As shipped, with less patience."""

    pace = Pace(commit=30.0, poll=0.02, publish=0.5, asking=QUICK._replace(reading=0.0), reading=QUICK)


def adapter(play: GooglePlaySimulator, url: str, directory: Path, **settings) -> QuickGooglePlay:
    """The adapter before a simulator at `url`. It looks into the track on every reading."""
    around = Surroundings(
        base_dir=directory,
        work_dir=directory,
        place="here",
        environ={},
        resolve=lambda reference: play.key(url, reference.partition(":")[2]),
    )
    fields = {"package": play.package, "credentials": "env:launchpad", "look_every": 0.0, "api": url}
    return QuickGooglePlay("play", GooglePlaySettings(**{**fields, **settings}), around)


class PlayBench:
    secrets = (GooglePlaySimulator().accounts.token(),)
    mutation = COMMIT
    asks_again = frozenset({401})

    def __init__(self) -> None:
        self.play = GooglePlaySimulator()

    def simulator(self) -> GooglePlaySimulator:
        return self.play

    def provider(self, url: str, work_dir: Path) -> QuickGooglePlay:
        return adapter(self.play, url, work_dir)

    def job(self, nonce: str, bound: dict[str, str]) -> Job:
        return Job(verb="bump", nonce=nonce, launch=LAUNCH, run="bump-1", aim=BUMP, bound=bound)

    def begun(self, simulator: GooglePlaySimulator) -> int:
        return len(simulator.commits)

    def finish(self, simulator: GooglePlaySimulator) -> None:
        """A commit is done when it is done."""


@pytest.mark.slow
@pytest.mark.proves("google_play", "contract kit", "simulator")
class TestBumping(RolloutsBehaviour):
    @pytest.fixture
    def bench(self) -> PlayBench:
        return PlayBench()


@pytest.mark.slow
@pytest.mark.proves("google_play", "contract kit", "simulator")
class TestHalting(RolloutsBehaviour):
    @pytest.fixture
    def bench(self) -> PlayBench:
        return HaltingBench()


class HaltingBench(PlayBench):
    asks_again = frozenset({401, 409})

    def job(self, nonce: str, bound: dict[str, str]) -> Job:
        aim = RolloutAim(rollout="android", verb="halt", seen=AT_10)
        return Job(verb="halt", nonce=nonce, launch=LAUNCH, run="halt-1", aim=aim, bound=bound)
