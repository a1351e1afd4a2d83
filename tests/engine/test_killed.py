"""The engine killed at every boundary of a step: no second deploy, no double bump, no lost halt.

What was done is counted where it is done: by the simulated Netlify and Google Play, and by a store's scripts.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import pytest

from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model.definition import Action, Definition, Launch, Provider, Rollout, RolloutStage, Step, Verb
from launchpad.model.journal import verify
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.rehearsal.netlify import NetlifySimulator
from launchpad.rules.locks import kept_owner
from launchpad.testing.loopback import Fault, Loopback
from tests.support.app_store import AppStore, rollout_launch
from tests.support.war_room import PEOPLE, TTL, WarRoom, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]
TOKEN = "nfp_hunter2-correct-horse"
ENVIRON = {"NETLIFY_AUTH_TOKEN": TOKEN}

BOUNDARIES = {
    "planned": "after run.planned",
    "started": "after run.started",
    "intended, and not asked for": "after step.intended",
    "asked for, and its id not recorded": "before step.running",
    "begun": "after step.running",
    "ended, and that not recorded": "before step.succeeded",
    "step ended": "after step.succeeded",
}


SITE_VERBS: tuple[Verb, ...] = ("deploy", "promote", "rollback")
STAGES = (RolloutStage(percent=10), RolloutStage(percent=50), RolloutStage(percent=100))


class Target(Protocol):
    """What is mutated, and how often it was."""

    room: WarRoom

    def ask(self) -> None:
        """Has somebody ask for the mutation, and confirm it as soon as it is planned."""
        ...

    def finish(self) -> None:
        """Lets it come to its end."""
        ...

    @property
    def done(self) -> int: ...

    @property
    def so(self) -> bool:
        """Whether the target stands as it was asked to."""
        ...

    environ: Mapping[str, str]
    """What the engine needs."""
    run: str
    can_tell: bool
    """Whether the target tells for certain that a step was never asked for."""


class Site:
    """A deploy, built by a simulated Netlify."""

    run = "deploy-1"
    can_tell = False
    environ = ENVIRON

    def __init__(self, war_room: Open, base: Path) -> None:
        self.server = Loopback(NetlifySimulator(TOKEN, build_seconds=0.5))
        self.server.__enter__()
        site = NetlifySimulator.site_id
        settings = {"site": site, "token": "env:NETLIFY_AUTH_TOKEN", "api": self.server.url}
        definition = Definition(
            launch=Launch(product="Acme", version="4.2.0", environment="production"),
            operators=PEOPLE,
            providers={"web": Provider(kind="netlify", settings=settings)},
            actions={verb: Action(steps=(Step(verb=verb, provider="web"),)) for verb in SITE_VERBS},
        )
        self.room = war_room(definition)

    def ask(self) -> None:
        self.room.does("ops", cmd.RequestRun(action="deploy"))

    def finish(self) -> None:
        self.server.simulator.finish()

    def close(self) -> None:
        self.server.close()

    @property
    def done(self) -> int:
        asked = len(self.server.asked("POST", "/builds$"))
        assert asked == len(self.server.simulator.built())
        return asked

    @property
    def so(self) -> bool:
        [built] = self.server.simulator.built()
        return bool(self.server.simulator.published == built["id"])


class Published(Site):
    """A deploy that is built already, published there."""

    run = "promote-1"
    can_tell = True
    verb: Verb = "promote"

    def __init__(self, war_room: Open, base: Path) -> None:
        super().__init__(war_room, base)
        self.wanted = self.server.simulator.keep("Acme 4.2.0 production · tried out")

    def ask(self) -> None:
        self.room.does("ops", cmd.RequestRun(action=self.verb))

    @property
    def done(self) -> int:
        asked = len(self.server.asked("POST", "/restore$"))
        assert asked == len(self.server.simulator.restored)
        return asked

    @property
    def so(self) -> bool:
        return bool(self.server.simulator.published == self.wanted)


class Back(Published):
    """The deploy before the present one, published again and locked."""

    run = "rollback-1"
    verb = "rollback"

    def __init__(self, war_room: Open, base: Path) -> None:
        super().__init__(war_room, base)
        self.wanted = next(iter(self.server.simulator.deploys))

    @property
    def so(self) -> bool:
        assert len(self.server.asked("POST", "/lock$")) == 1
        assert [lock.owner for lock in self.room.store.locks(self.room.launch)] == [
            kept_owner(self.room.launch, self.run)
        ]
        return super().so and self.server.simulator.locked


class Share:
    """A bump of a rollout, by scripts."""

    run = "bump-1"
    can_tell = True
    environ = MappingProxyType[str, str]({})

    def __init__(self, war_room: Open, base: Path) -> None:
        self.store = AppStore(base)
        self.room = war_room(rollout_launch(stages=STAGES, guards=()))

    def ask(self) -> None:
        self.room.does("ops", cmd.BumpRollout(rollout="android"))

    def finish(self) -> None:
        """It does by itself."""

    def close(self) -> None:
        """Nothing is open."""

    @property
    def done(self) -> int:
        return len(self.room.recorded())

    @property
    def so(self) -> bool:
        return self.store.state == ("rolling", 50)


class Stop(Share):
    """A halt of it, which nobody confirms."""

    run = "halt-1"

    def ask(self) -> None:
        self.room.does("eva", cmd.HaltRollout(rollout="android"))

    @property
    def so(self) -> bool:
        return self.store.state == ("halted", 10)


class PlayShare(Share):
    """A bump on a simulated Google Play."""

    def __init__(self, war_room: Open, base: Path) -> None:
        self.server = Loopback(GooglePlaySimulator())
        self.server.__enter__()
        self.play: GooglePlaySimulator = self.server.simulator
        self.environ = {"PLAY_KEY": self.play.key(self.server.url)}
        settings = {
            "package": self.play.package,
            "credentials": "env:PLAY_KEY",
            "look_every": 0,
            "api": self.server.url,
        }
        definition = Definition(
            launch=Launch(product="Acme", version="4.2.0", environment="production"),
            operators=PEOPLE,
            providers={"play": Provider(kind="google_play", settings=settings)},
            rollouts={"android": Rollout(provider="play", stages=STAGES, every=0.5, settles_within=5.0)},
        )
        self.room = war_room(definition)

    def close(self) -> None:
        self.server.close()

    @property
    def done(self) -> int:
        return len(self.play.commits)

    @property
    def so(self) -> bool:
        return self.play.stands() == ("inProgress", 0.5)


class PlayStop(PlayShare):
    """A halt there."""

    run = "halt-1"
    ask = Stop.ask

    @property
    def so(self) -> bool:
        return self.play.stands() == ("halted", 0.1)


TARGETS = {
    "deploy": Site,
    "promote": Published,
    "rollback": Back,
    "bump": Share,
    "halt": Stop,
    "bump on Google Play": PlayShare,
    "halt on Google Play": PlayStop,
}


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, war_room: Open, tmp_path: Path) -> Iterator[Target]:
    target = TARGETS[request.param](war_room, tmp_path)
    yield target
    target.close()


def seen(room: WarRoom) -> bool:
    """Whether its rollouts have been read."""
    return all(rollout.known for rollout in room.view().rollouts)


def confirmed(target: Target) -> bool:
    """Whether its plan is confirmed, which is tried."""
    run = target.room.view().state.runs.get(target.run)
    if run is None or run.plan is None:
        return False
    if run.status == "planned":
        try:
            target.room.does("ops", cmd.ConfirmRun(run=run.id, digest=run.digest))
        except Refused as error:
            if "HOLD" not in str(error):
                raise
            return False  # without an engine nothing is known
    return True


@pytest.mark.proves("netlify", "engine")
@pytest.mark.proves("command", "engine")
@pytest.mark.proves("google_play", "engine")
@pytest.mark.parametrize("dies", BOUNDARIES.values(), ids=BOUNDARIES)
def test_whatever_is_asked_for_is_done_once(target: Target, dies: str) -> None:
    room = target.room
    first = room.engine(environ=target.environ)
    until(lambda: seen(room), what="the rollout to be read")
    first.terminate()
    first.wait()
    target.ask()
    doomed = room.engine(environ=target.environ, dies=dies, ttl="6")
    until(lambda: confirmed(target) or doomed.poll() is not None, what="its plan to be confirmed")
    until(lambda: doomed.poll() is not None, what=f"the engine to die {dies}")
    room.engine(environ=target.environ, standby=True)
    until(lambda: confirmed(target), what="its plan to be confirmed")
    run = room.when(target.run, "succeeded", "failed", "interrupted", "refused", "aborted")
    if dies == BOUNDARIES["intended, and not asked for"] and not target.can_tell:
        # That it was never asked for is not certain, and so it is a person's to say.
        assert (run.status, target.done) == ("interrupted", 0)
        room.does("ops", cmd.ResolveRun(run=run.id, resolution="retry", expect=run.seq))
        run = room.when(target.run, "succeeded", "failed")
    assert run.status == "succeeded", run.reason
    assert (target.done, target.so) == (1, True)
    room.session.refresh()
    assert room.session.state.anomalies == 0
    assert verify(room.launch, room.store.rows(room.launch, limit=10_000)).seq == room.session.state.seq


LOST = {
    "deploy": "/builds$",
    "promote": "/restore$",
    "rollback": "/restore$",
    "bump on Google Play": ":commit$",
    "halt on Google Play": ":commit$",
}
"""The request of each whose answer never comes."""


@pytest.mark.proves("netlify", "engine")
@pytest.mark.proves("google_play", "engine")
@pytest.mark.parametrize("target", LOST, indirect=True)
def test_between_request_and_answer(target: Site | PlayShare, request: pytest.FixtureRequest) -> None:
    """What was asked for is carried out, and the engine dies while it waits to hear so."""
    room, server = target.room, target.server
    engine = room.engine(environ=target.environ, ttl=TTL)
    until(lambda: seen(room), what="the rollout to be read")
    server.misbehave(Fault("withheld"), "POST", LOST[request.node.callspec.params["target"]])
    target.ask()
    until(lambda: confirmed(target), what="its plan to be confirmed")
    until(lambda: target.done, what="it to be carried out")
    engine.kill()
    engine.wait()
    room.engine(environ=target.environ, standby=True)
    run = room.when(target.run, "succeeded", "failed", "interrupted")
    # What was published is left alone by the second attempt of a rollback, which is for its lock.
    attempts = 2 if isinstance(target, Back) else 1
    assert (run.status, run.steps[0].attempt) == ("succeeded", attempts), run.reason
    assert (target.done, target.so) == (1, True)
