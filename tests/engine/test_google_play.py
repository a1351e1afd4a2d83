"""A rollout on a simulated Google Play, through real engines: whatever happens, a clear end."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import (
    CommandSignal,
    Definition,
    KeepGuard,
    Launch,
    Objective,
    Provider,
    Rollout,
    RolloutStage,
    Threshold,
)
from launchpad.model.state import RunState
from launchpad.model.values import SECOND, Quantity
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.rules.ladder import RolloutView
from launchpad.rules.rollouts import not_taken
from launchpad.testing.loopback import Fault, Loopback, Response
from tests.support.war_room import PEOPLE, TTL, UNHURRIED, WarRoom, until

pytestmark = [pytest.mark.slow, pytest.mark.proves("google_play", "engine")]
ENDS = ("succeeded", "failed", "interrupted", "aborted", "refused")


class Store:
    """A war room whose rollout `android` is on a simulated Google Play, at 10 %."""

    def __init__(self, room: WarRoom, server: Loopback) -> None:
        self.room = room
        self.server = server
        self.play: GooglePlaySimulator = server.simulator
        self.environ = {"PLAY_KEY": self.play.key(server.url)}
        self.healthy(True)

    def healthy(self, yes: bool) -> None:
        mark = self.room.base / "well"
        mark.touch() if yes else mark.unlink(missing_ok=True)

    def watched(self, ttl: str = UNHURRIED) -> None:
        self.room.engine(environ=self.environ, ttl=ttl)
        until(lambda: self.seen.known and self.seen.state.verdict == "ok", what="it to be read", seconds=60)

    @property
    def seen(self) -> RolloutView:
        return self.room.view().rollouts[0]

    def at(self, status: str, percent: float) -> None:
        def stands() -> bool:
            seen = self.seen
            return (seen.status, seen.percent) == (status, percent) and seen.run is None

        until(stands, what=f"{status} at {percent}", seconds=60)

    def asked(self, command: cmd.Command) -> str:
        """Asks for a step forward and confirms it."""
        run_id = self.room.does("ops", command).subject.removeprefix("run:")
        run = self.room.when(run_id, "planned", "refused", seconds=60)
        assert run.status == "planned", run.reason
        until(lambda: self.seen.gate.verdict == "GO", what="the gate to open", seconds=60)
        self.room.does("ops", cmd.ConfirmRun(run=run_id, digest=run.digest))
        return run_id

    def halted(self) -> str:
        return self.room.does("eva", cmd.HaltRollout(rollout="android")) and "halt-1"

    def attempts(self, run_id: str) -> int:
        return max((step.attempt for step in self.room.view().state.runs[run_id].steps), default=0)

    def ended(self, run_id: str) -> RunState:
        return self.room.when(run_id, *ENDS, seconds=90)

    def done(self, command: cmd.Command) -> RunState:
        run = self.ended(self.asked(command))
        assert run.status == "succeeded", run.reason
        return run


@pytest.fixture
def store(war_room: Callable[[Definition], WarRoom]) -> Iterator[Store]:
    with Loopback(GooglePlaySimulator()) as server:
        settings = {
            "package": GooglePlaySimulator.package,
            "credentials": "env:PLAY_KEY",
            "look_every": 0,
            "api": server.url,
        }
        guard = KeepGuard(
            keep=Threshold(objective="errors", op="<", limit=Quantity(value=0.5, unit="%")),
            within=2.0,
            at_least=2,
        )
        android = Rollout(
            provider="play",
            stages=tuple(RolloutStage(percent=percent) for percent in (10, 50, 100)),
            guards=(guard,),
            every=0.5,
            settles_within=2.0,
        )
        room = war_room(
            Definition(
                launch=Launch(product="Acme", version="4.2.0", environment="production"),
                operators=PEOPLE,
                providers={"play": Provider(kind="google_play", settings=settings)},
                signals={"well": CommandSignal(argv=("test", "-e", "well"), every=0.3, timeout=5.0)},
                objectives={
                    "errors": Objective(
                        signal="well", error_rate=True, below=Quantity(value=0.01, unit="%"), window=1.5
                    )
                },
                rollouts={"android": android},
            )
        )
        yield Store(room, server)


def test_up_the_ladder_with_a_regression_at_half_of_the_users(store: Store) -> None:
    store.watched()
    bump = store.done(cmd.BumpRollout(rollout="android"))
    assert store.play.stands() == ("inProgress", 0.5)
    assert bump.plan.steps[0].does.startswith("gives 4.2.0 (420) on track production of com.acme.shop to 50%")
    [line, *_] = [line.text for line in store.room.session.log(bump.id)]
    assert line.startswith("POST /androidpublisher/v3/applications/com.acme.shop/edits/")
    store.at("rolling", 50)
    until(lambda: store.seen.state.verdict == "ok", what="it to be well", seconds=60)
    store.healthy(False)
    until(lambda: "halt-1" in store.room.view().state.runs, what="the engine to halt it", seconds=60)
    halt = store.ended("halt-1")
    assert (halt.status, halt.requested_by) == ("succeeded", "engine")
    assert halt.aim.why.startswith("broken: errors < 50%")
    assert store.play.stands() == ("halted", 0.5)
    store.at("halted", 50)
    store.healthy(True)
    store.done(cmd.ResumeRollout(rollout="android"))
    assert store.play.stands() == ("inProgress", 0.5)
    store.at("rolling", 50)
    until(lambda: store.seen.state.verdict == "ok", what="it to be well again", seconds=60)
    store.done(cmd.CompleteRollout(rollout="android"))
    assert store.play.stands() == ("completed", None)
    store.at("complete", 100)
    # What everybody may have can be halted, too.
    store.room.does("eva", cmd.HaltRollout(rollout="android"))
    assert store.ended("halt-2").status == "succeeded"
    assert store.play.stands() == ("halted", None)
    store.at("halted", 100)
    assert len(store.play.commits) == 5
    assert {commit["changesInReviewBehavior"] for commit in store.play.commits} == {"ERROR_IF_IN_REVIEW"}
    store.room.store.close()
    key = store.environ["PLAY_KEY"].encode()
    secrets = (key, store.play.accounts.token().encode(), b"PRIVATE KEY")
    files = [path.read_bytes() for path in store.room.base.rglob("*") if path.is_file()]
    assert [data for data in files if any(secret in data for secret in secrets)] == []


@pytest.mark.parametrize("verb", ["bump", "halt"])
@pytest.mark.parametrize("manner", ["withheld", "silent"])
def test_an_engine_killed_between_the_commit_and_its_answer(store: Store, verb: str, manner: str) -> None:
    """The commit is carried out (`withheld`) or never arrives (`silent`); the engine dies as it waits."""
    store.watched(TTL)
    [engine] = store.room.engines
    store.server.misbehave(Fault(manner), "POST", ":commit$")
    run_id = store.asked(cmd.BumpRollout(rollout="android")) if verb == "bump" else store.halted()
    until(lambda: store.server.asked("POST", ":commit$"), what="the commit", seconds=60)
    engine.kill()
    engine.wait()
    store.room.engine(environ=store.environ, standby=True)
    run = store.ended(run_id)
    assert run.status == "succeeded", run.reason
    assert store.play.stands() == (("inProgress", 0.5) if verb == "bump" else ("halted", 0.1))
    assert len(store.play.commits) == 1
    assert len(store.server.asked("POST", ":commit$")) == (1 if manner == "withheld" else 2)


def test_a_commit_whose_answer_is_lost_is_found_by_reading_the_track(store: Store) -> None:
    store.watched()
    store.server.misbehave(Fault("lost"), "POST", ":commit$")
    run = store.ended(store.asked(cmd.BumpRollout(rollout="android")))
    assert run.status == "succeeded", run.reason
    assert (store.play.stands(), len(store.play.commits)) == (("inProgress", 0.5), 1)


def test_a_storm_of_502_is_unknown_and_halts_nothing(store: Store) -> None:
    store.watched()
    store.server.misbehave(Fault("instead", Response(502, b"<html>bad gateway</html>")), times=100_000)
    until(lambda: "with 502" in store.seen.unread, what="the rollout to be unknown", seconds=90)
    assert not store.room.view().state.runs
    store.server.behave()
    until(lambda: store.seen.known, what="the storm to pass", seconds=60)
    assert (store.seen.status, store.play.commits) == ("rolling", [])


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (Fault("instead", Response(502)), "interrupted", "with 502; look there whether it was done"),
        (
            Fault("instead", Response(429, b'{"error": {"message": "slow down"}}', {"Retry-After": "60"})),
            "failed",
            "with 429: slow down; try again in 60 s",
        ),
        (Fault("forgotten"), "failed", "accepted and ignored: "),
        (
            Fault("instead", Response(409, b'{"error": {"message": "conflict"}}')),
            "failed",
            "somebody else changes this app right now: look, and ask again",
        ),
        (
            Fault("instead", Response(403, b'{"error": {"message": "The caller does not have permission"}}')),
            "failed",
            "Play Console → Users and permissions",
        ),
    ],
    ids=["502", "rate limit", "accepted and ignored", "conflict", "no right"],
)
def test_each_refusal_ends_in_a_sentence(store: Store, fault: Fault, status: str, reason: str) -> None:
    store.watched()
    store.server.misbehave(fault, "POST", ":commit$")
    run = store.ended(store.asked(cmd.BumpRollout(rollout="android")))
    assert (run.status, reason in run.reason) == (status, True), run.reason
    assert (store.play.commits, len(store.server.asked("POST", ":commit$"))) == ([], 1)
    assert store.play.stands() == ("inProgress", 0.1)


def test_a_halt_whose_commit_is_answered_502_is_asked_for_again(store: Store) -> None:
    store.watched()
    store.server.misbehave(Fault("instead", Response(502)), "POST", ":commit$", times=2)
    run = store.ended(store.halted())
    assert (run.status, run.steps[0].attempt) == ("succeeded", 3), run.reason
    assert (store.play.stands(), len(store.play.commits)) == (("halted", 0.1), 1)
    intents = [r.event for r in store.room.session.events if isinstance(r.event, ev.StepIntended)]
    assert len({intent.nonce for intent in intents}) == 3
    said = [line.text for line in store.room.session.log(run.id)]
    assert sum(text.startswith("not known whether it was done, asked again: ") for text in said) == 2


@pytest.mark.parametrize(
    ("fault", "method", "path", "said"),
    [
        (Fault("instead", Response(503)), "POST", "/edits$", "nothing was done: Google Play answered POST"),
        (Fault("reset"), "GET", "/tracks/production$", "nothing was done: Google Play did not answer GET"),
        (Fault("instead", Response(429)), "POST", ":commit$", "with 429"),
        (Fault("instead", Response(409)), "POST", ":commit$", "somebody else changes this app right now"),
    ],
    ids=["no edit", "no look", "too many", "in the way"],
)
def test_a_halt_that_could_not_be_asked_for_is_asked_until_it_is_taken(
    store: Store, fault: Fault, method: str, path: str, said: str
) -> None:
    store.watched()
    store.server.misbehave(fault, method, path, times=100_000)
    halt = store.halted()
    until(lambda: store.attempts(halt) >= 6, what="six attempts", seconds=120)
    assert store.room.view().state.runs[halt].status == "running", "not left alone, and not given up"
    assert store.play.stands() == ("inProgress", 0.1)
    store.server.behave()
    run = store.ended(halt)
    assert run.status == "succeeded", run.reason
    assert (store.play.stands(), len(store.play.commits)) == (("halted", 0.1), 1)
    log = [line.text for line in store.room.session.log(run.id)]
    assert any(line.startswith("not done yet, asked again: ") and said in line for line in log), log


def test_a_halt_leaves_the_store_alone_for_as_long_as_it_asks(store: Store) -> None:
    store.watched()
    later = Response(429, headers={"Retry-After": "4"})
    store.server.misbehave(Fault("instead", later), "POST", ":commit$", times=1)
    # Not the opening of an edit, which a look would meet in the halt's place.
    store.server.misbehave(Fault("instead", later), "PUT", "/tracks/", times=1)
    run = store.ended(store.halted())
    assert (run.status, run.steps[0].attempt) == ("succeeded", 3), run.reason
    asked = [r.at for r in store.room.session.events if isinstance(r.event, ev.StepIntended)]
    assert all(after - before >= 4 * SECOND for before, after in itertools.pairwise(asked))
    log = [line.text for line in store.room.session.log(run.id)]
    assert sum(line.startswith("not done yet, asked again in 4 s: ") for line in log) == 2, log


def test_a_person_who_halts_waits_for_no_halt_that_waits(store: Store) -> None:
    store.watched()
    later = Response(429, headers={"Retry-After": "3600"})
    store.server.misbehave(Fault("instead", later), "POST", ":commit$", times=100_000)
    store.halted()
    until(lambda: store.attempts("halt-1") == 1, what="the first attempt", seconds=90)
    waits = store.room.view().state.runs["halt-1"]
    until(lambda: not_taken(waits, store.room.session.clock()), what="it to be waiting")
    store.server.behave()
    asked = store.room.does("ops", cmd.HaltRollout(rollout="android"))
    assert not asked.already
    run = store.ended("halt-2")
    assert (run.status, run.requested_by) == ("succeeded", "ops"), run.reason
    assert store.ended("halt-1").status == "aborted"
    assert (store.play.stands(), len(store.play.commits)) == (("halted", 0.1), 1)


def test_a_halt_that_is_asked_for_again_and_again_can_be_aborted(store: Store) -> None:
    store.watched()
    store.server.misbehave(Fault("instead", Response(503)), "POST", "/edits$", times=100_000)
    halt = store.halted()
    until(lambda: store.attempts(halt) >= 3, what="three attempts", seconds=90)
    store.room.does("eva", cmd.AbortRun(run=halt))
    assert store.ended(halt).status == "aborted"


def test_a_halt_that_was_done_though_502_was_answered_is_not_done_twice(store: Store) -> None:
    store.watched()
    store.server.misbehave(Fault("lost"), "POST", ":commit$")
    store.server.misbehave(Fault("instead", Response(502)), "GET", "/releases$", times=4)
    store.halted()
    store.room.when("halt-1", "succeeded", seconds=90)
    assert (store.play.stands(), len(store.play.commits)) == (("halted", 0.1), 1)


def test_a_halt_that_is_left_to_a_person_settles_once_it_shows(store: Store) -> None:
    store.watched()
    store.server.misbehave(Fault("instead", Response(502)), "POST", ":commit$", times=1000)
    assert store.ended(store.halted()).status == "interrupted"
    # Somebody does it in the Play Console.
    store.play.becomes("halted", 0.1)
    run = store.room.when("halt-1", "succeeded", seconds=90)
    assert run.steps[0].detail == "marked done by engine"
    assert store.play.commits == []
    store.at("halted", 10)


def test_a_token_that_expired_is_renewed_once(store: Store) -> None:
    store.watched()
    before = store.play.accounts.token()
    store.play.accounts.expire()
    store.done(cmd.BumpRollout(rollout="android"))
    assert store.play.accounts.token() != before
    store.at("rolling", 50)
    store.play.accounts.disabled.add("launchpad@acme-shop.iam.gserviceaccount.com")
    store.play.accounts.expire()
    said = "can't be renewed: Google grants launchpad@acme-shop"
    until(lambda: said in store.seen.unread, what="nothing to be known", seconds=90)


def test_what_is_in_review_is_left_alone(store: Store) -> None:
    store.watched()
    run_id = store.asked(cmd.BumpRollout(rollout="android"))
    assert store.ended(run_id).status == "succeeded"
    store.at("rolling", 50)
    until(lambda: store.seen.gate.verdict == "GO", what="the gate to open", seconds=60)
    store.play.begin_review(430)
    store.room.does("eva", cmd.HaltRollout(rollout="android"))
    run = store.ended("halt-1")
    assert run.status == "failed"
    assert "in review; wait for the review, or take the change back in the Play Console" in run.reason
    assert store.play.cancelled_reviews == 0


def test_a_change_past_launchpad_is_told(store: Store) -> None:
    store.watched()
    store.play.becomes("inProgress", 0.2)
    store.at("rolling", 20)
    observed = [r.event for r in store.room.session.events if isinstance(r.event, ev.RolloutObserved)]
    assert (observed[-1].reading.percent, observed[-1].outside) == (20.0, True)
