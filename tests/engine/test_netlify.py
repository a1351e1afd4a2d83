"""A launch on Netlify, through real engines and a simulated Netlify: whatever happens, a clear end."""

import math
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model.definition import Action, Definition, Launch, OnFailure, Provider, Step
from launchpad.model.state import RunState
from launchpad.rehearsal.netlify import NetlifySimulator
from launchpad.testing.loopback import Fault, Loopback, Response
from tests.support.war_room import PEOPLE, TTL, WarRoom, until

pytestmark = [pytest.mark.slow, pytest.mark.proves("netlify", "engine")]
TOKEN = "nfp_hunter2-correct-horse"
ENVIRON = {"NETLIFY_AUTH_TOKEN": TOKEN}
LIVE = f"{2:024x}"
SMOKE = Step(verb="smoke", provider="shop")


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(NetlifySimulator(TOKEN, build_seconds=0.5)) as server:
        yield server


@pytest.fixture
def room(war_room: Callable[[Definition], WarRoom], server: Loopback) -> WarRoom:
    def action(verb: str, **fields) -> Action:
        return Action(steps=(Step(verb=verb, provider="web"),), **fields)

    settings = {"site": NetlifySimulator.site_id, "token": "env:NETLIFY_AUTH_TOKEN", "api": server.url}
    return war_room(
        Definition(
            launch=Launch(product="Acme", version="4.2.0", environment="production"),
            operators=PEOPLE,
            providers={"web": Provider(kind="netlify", settings=settings)},
            actions={
                "deploy": action("deploy", on_failure=OnFailure(run="rollback", mode="ask")),
                "rollback": action("rollback"),
            },
        )
    )


def log(room: WarRoom, run: RunState) -> list[str]:
    return [line.text for line in room.session.log(run.id)]


def test_a_deploy_and_the_way_back(room: WarRoom, server: Loopback) -> None:
    netlify = server.simulator
    room.engine(environ=ENVIRON)
    run = room.when(room.go("deploy"), "succeeded", "failed", "interrupted")
    [built] = netlify.built()
    assert (run.status, netlify.published) == ("succeeded", built["id"])
    assert run.steps[0].provider_id == built["id"]
    assert run.steps[0].detail.startswith(f"https://shop.example.com shows deploy {built['id']}")
    assert "(request 01SIM" in log(room, run)[0]
    assert "Build script success" in log(room, run)
    back = room.when(room.go("rollback"), "succeeded", "failed", "interrupted")
    assert back.status == "succeeded", back.reason
    assert (netlify.published, netlify.locked) == (LIVE, True)
    assert f"publishes deploy {LIVE} (4.1.0)" in back.plan.steps[0].does
    room.store.close()
    kept = [p for p in room.base.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
    assert kept == []


def test_an_engine_killed_between_request_and_id_builds_once(room: WarRoom, server: Loopback) -> None:
    """The request is carried out; the engine dies while it waits for the answer."""
    netlify = server.simulator
    netlify.build_seconds = math.inf
    engine = room.engine(environ=ENVIRON, ttl=TTL)
    server.misbehave(Fault("withheld"), "POST", "/builds$")
    run_id = room.go("deploy")
    until(netlify.built, what="the build to be asked for")
    assert not room.run(run_id).steps[0].provider_id
    engine.kill()
    engine.wait()
    room.engine(environ=ENVIRON, standby=True)
    until(lambda: server.asked("GET", "/deploys/"), what="the build to be found and followed")
    netlify.finish()
    run = room.when(run_id, "succeeded", "failed", "interrupted")
    assert run.status == "succeeded", run.reason
    assert len(netlify.built()) == len(server.asked("POST", "/builds$")) == 1
    assert [step.attempt for step in run.steps] == [1]


def test_a_publication_that_is_accepted_and_ignored(room: WarRoom, server: Loopback) -> None:
    server.simulator.deploys[LIVE]["locked"] = True
    server.misbehave(Fault("forgotten"), "POST", "/builds$")
    room.engine(environ=ENVIRON)
    run = room.when(room.go("deploy"), "succeeded", "failed", "interrupted")
    assert run.status == "interrupted"
    assert "is not known: Netlify answered GET /api/v1/deploys/" in run.reason
    assert "with 404" in run.reason


def test_a_storm_of_502_passes(room: WarRoom, server: Loopback) -> None:
    storm = Fault("instead", Response(502, b"<html>bad gateway</html>"))
    server.simulator.build_seconds = math.inf
    room.engine(environ=ENVIRON)
    run_id = room.go("deploy")
    until(lambda: server.asked("GET", "/deploys/"), what="the deploy to be followed")
    server.misbehave(storm, "GET", times=5)
    until(lambda: len(server.asked("GET", "/deploys/")) > 6, what="the storm to pass")
    server.simulator.finish()
    run = room.when(run_id, "succeeded", "failed", "interrupted")
    assert run.status == "succeeded", run.reason
    assert len(server.simulator.built()) == 1


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (Fault("instead", Response(502)), "interrupted", "with 502; look there whether it was done"),
        (
            Fault("instead", Response(401, b'{"code": 401, "message": "Access Denied"}')),
            "failed",
            "with 401: Access Denied; the token is wrong or has expired: store a new one",
        ),
        (
            Fault("instead", Response(429, b'{"message": "slow down"}', {"Retry-After": "60"})),
            "failed",
            "with 429: slow down; try again in 60 s",
        ),
    ],
    ids=["502", "expired token", "rate limit"],
)
def test_each_refusal_ends_in_a_sentence(
    room: WarRoom, server: Loopback, fault: Fault, status: str, reason: str
) -> None:
    server.misbehave(fault, "POST", "/builds$")
    room.engine(environ=ENVIRON)
    run = room.when(room.go("deploy"), "succeeded", "failed", "interrupted")
    assert (run.status, reason in run.reason) == (status, True), run.reason
    assert (server.simulator.built(), len(server.asked("POST"))) == ([], 1)
    if status == "failed":  # what follows a failure does not go back past what was live before
        offered = room.when("rollback-1", "planned", "refused")
        assert offered.status == "refused"
        assert "nothing of the failed deploy was published" in offered.reason
        assert server.simulator.published == LIVE


def test_what_follows_a_failure_goes_back_to_what_was_live_before(room: WarRoom, server: Loopback) -> None:
    """Whatever is published meanwhile."""
    definition = room.definition
    deploy = replace(definition.actions["deploy"], steps=(*definition.actions["deploy"].steps, SMOKE))
    shop = Provider(kind="command", settings={"operations": {"smoke": {"argv": ["false"]}}})
    after = replace(
        definition,
        providers={**definition.providers, "shop": shop},
        actions={**definition.actions, "deploy": deploy},
    )
    room.does("lead", cmd.Amend(definition=after, base=definition.digest(), text="with a smoke test"))
    room.engine(environ=ENVIRON)
    run = room.when(room.go("deploy"), "failed")
    assert run.reason.startswith("step 2 (smoke shop)")
    offered = room.when("rollback-1", "planned")
    assert f"publishes deploy {LIVE} (4.1.0)" in offered.plan.steps[0].does
    room.does("ops", cmd.ConfirmRun(run=offered.id, digest=offered.digest))
    room.when(offered.id, "succeeded")
    assert (server.simulator.published, server.simulator.locked) == (LIVE, True)


def test_an_abort_cancels_the_build(room: WarRoom, server: Loopback) -> None:
    server.simulator.build_seconds = math.inf
    room.engine(environ=ENVIRON)
    run_id = room.go("deploy")
    until(lambda: room.run(run_id).steps[0].provider_id, what="the build to begin")
    room.does("ops", cmd.AbortRun(run=run_id))
    run = room.when(run_id, "aborted")
    assert "Canceled build" in run.steps[0].detail
    assert server.simulator.published == LIVE


def test_a_build_that_can_not_be_cancelled_is_followed_to_its_end(room: WarRoom, server: Loopback) -> None:
    netlify = server.simulator
    netlify.build_seconds = math.inf
    server.misbehave(Fault("instead", Response(403, b'{"message": "Forbidden"}')), "POST", "/cancel$")
    room.engine(environ=ENVIRON)
    run_id = room.go("deploy")
    until(lambda: room.run(run_id).steps[0].provider_id, what="the build to begin")
    room.does("ops", cmd.AbortRun(run=run_id))
    until(lambda: server.asked("POST", "/cancel$"), what="the abort to reach Netlify")
    netlify.finish()
    run = room.when(run_id, "aborted", "succeeded", "failed")
    assert (run.status, run.steps[0].status) == ("succeeded", "succeeded")
    assert len(server.asked("POST", "/cancel$")) == 1


def test_an_abort_ends_although_the_build_can_not_be_cancelled(room: WarRoom, server: Loopback) -> None:
    server.simulator.build_seconds = math.inf
    server.misbehave(Fault("instead", Response(403, b'{"message": "Forbidden"}')), "POST", "/cancel$")
    room.engine(environ=ENVIRON)
    run_id = room.go("deploy")
    until(lambda: room.run(run_id).steps[0].provider_id, what="the build to begin")
    room.does("ops", cmd.AbortRun(run=run_id))
    run = room.when(run_id, "aborted", seconds=100)
    assert run.steps[0].status == "interrupted"
    assert run.steps[0].detail.startswith("it could not be stopped: it can't be cancelled: Netlify answered")
    assert run.steps[0].detail.endswith("; it may go on, look there")
    assert len(server.asked("POST", "/cancel$")) == 1
    until(lambda: not room.store.locks(room.launch), what="the lock to be released")
