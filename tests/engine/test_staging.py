"""A deploy that is looked at before anybody is shown it, through real engines and a simulated Netlify."""

import threading
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model.definition import (
    Action,
    Definition,
    Given,
    HttpStep,
    Launch,
    Provider,
    ReadyCondition,
    SmokeSuite,
    Step,
    StepExpect,
)
from launchpad.model.state import RunState
from launchpad.rehearsal.netlify import NetlifySimulator
from launchpad.testing.loopback import Fault, Loopback, Request, Response
from tests.support.war_room import PEOPLE, TTL, WarRoom, until

pytestmark = [pytest.mark.slow, pytest.mark.proves("netlify", "engine")]
TOKEN = "nfp_hunter2-correct-horse"
ENVIRON = {"NETLIFY_AUTH_TOKEN": TOKEN}
LIVE, STAGED = f"{2:024x}", f"{3:024x}"


class Pages:
    """What visitors of a deploy's own address see."""

    def __init__(self) -> None:
        self.text = b"Acme 4.2.0"
        self.asked: list[str] = []
        self.opened = threading.Event()
        self.opened.set()

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.path)
        self.opened.wait(60)
        return Response(200, self.text)


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.opened.set()


@pytest.fixture
def server(pages: Pages) -> Iterator[Loopback]:
    with Loopback(pages) as shown:
        permalink = f"{shown.url}/{{id}}"
        with Loopback(NetlifySimulator(TOKEN, build_seconds=0.3, permalink=permalink)) as server:
            yield server


@pytest.fixture
def room(war_room: Callable[[Definition], WarRoom], server: Loopback) -> WarRoom:
    settings = {"site": NetlifySimulator.site_id, "token": "env:NETLIFY_AUTH_TOKEN", "api": server.url}
    home = HttpStep(url="{{ shop }}/", expect=StepExpect(contains="Acme 4.2.0"))
    given = Given(values={"shop": "{{ web.url }}/{{ param.page }}"})
    return war_room(
        Definition(
            launch=Launch(product="Acme", version="4.2.0", environment="production"),
            operators=PEOPLE,
            providers={"web": Provider(kind="netlify", settings=settings)},
            smoke={"store": SmokeSuite(steps=(home,), values={"shop": "http://127.0.0.1:9"}, timeout=60.0)},
            actions={
                "release": Action(
                    steps=(
                        Step(verb="stage", provider="web"),
                        Step(verb="smoke", provider="store", given=given),
                        Step(verb="promote", provider="web"),
                    )
                ),
            },
            gates={"launch": (ReadyCondition(ready="release"),)},
        )
    )


def begun(room: WarRoom) -> str:
    """A release, confirmed."""
    asked = cmd.RequestRun(action="release", params={"page": "home"})
    run = room.does("ops", asked).subject.removeprefix("run:")
    planned = room.when(run, "planned")
    room.does("ops", cmd.ConfirmRun(run=run, digest=planned.digest))
    return run


def ended(room: WarRoom, run: str) -> RunState:
    return room.when(run, "succeeded", "failed", "interrupted")


def test_what_was_looked_at_is_what_is_published(room: WarRoom, server: Loopback, pages: Pages) -> None:
    netlify = server.simulator
    room.engine(environ=ENVIRON)
    pages.opened.clear()
    name = begun(room)
    until(lambda: pages.asked, what="somebody to look at it")
    assert pages.asked == [f"/{STAGED}/home/"]
    assert (netlify.published, netlify.locked) == (LIVE, True), "nobody is shown it yet"
    pages.opened.set()
    run = ended(room, name)
    assert run.status == "succeeded", run.reason
    assert (netlify.published, netlify.restored) == (STAGED, [STAGED])
    stage, smoke, promote = run.plan.steps
    assert stage.does.startswith(f"locks https://shop.example.com on deploy {LIVE} (4.1.0), then builds")
    assert "published to nobody" in stage.does
    assert smoke.does == "smoke test of 1 step; with shop = {{ web.url }}/home"
    assert promote.does.startswith("publishes the deploy of the step before it, that and no other")
    room.view()
    assert "store" not in room.session.state.smoke, "it says nothing of the test as it stands"
    assert run.steps[0].brought["deploy_id"] == STAGED
    until(lambda: room.view().gate.verdict == "GO", what="the action to be ready")


def test_a_failed_look_publishes_nothing(room: WarRoom, server: Loopback, pages: Pages) -> None:
    pages.text = b"Internal Server Error"
    room.engine(environ=ENVIRON)
    run = ended(room, begun(room))
    assert run.reason.startswith("step 2 (smoke store)")
    assert [step.status for step in run.steps] == ["succeeded", "failed", "pending"]
    assert (server.simulator.published, server.simulator.restored) == (LIVE, [])


def test_after_a_crash_the_very_deploy_is_published(room: WarRoom, server: Loopback, pages: Pages) -> None:
    """The engine dies between the build and its publication, and a newer build of the version appears."""
    netlify = server.simulator
    engine = room.engine(environ=ENVIRON, ttl=TTL)
    pages.opened.clear()
    name = begun(room)
    until(lambda: pages.asked, what="somebody to look at it")
    engine.kill()
    engine.wait()
    newer = netlify.push("Acme 4.2.0 production · release-7 · host:1")
    netlify.finish()
    assert netlify.deploys[newer]["state"] == "ready"
    pages.opened.set()
    room.engine(environ=ENVIRON, standby=True)
    run = ended(room, name)
    assert run.status == "succeeded", run.reason
    assert (netlify.published, netlify.restored) == (STAGED, [STAGED])
    assert set(pages.asked) == {f"/{STAGED}/home/"}


def test_killed_between_the_publication_and_its_answer(room: WarRoom, server: Loopback) -> None:
    netlify = server.simulator
    engine = room.engine(environ=ENVIRON, ttl=TTL)
    server.misbehave(Fault("withheld"), "POST", "/restore$")
    name = begun(room)
    until(lambda: netlify.restored, what="the publication to be asked for")
    engine.kill()
    engine.wait()
    room.engine(environ=ENVIRON, standby=True)
    run = ended(room, name)
    assert run.status == "succeeded", run.reason
    assert (netlify.published, netlify.restored) == (STAGED, [STAGED])


def test_a_lock_that_is_accepted_and_ignored_builds_nothing(room: WarRoom, server: Loopback) -> None:
    server.misbehave(Fault("forgotten"), "POST", "/lock$")
    room.engine(environ=ENVIRON)
    run = ended(room, begun(room))
    assert "nothing was built: the lock was accepted, but" in run.reason
    assert (server.simulator.built(), server.simulator.published) == ([], LIVE)


def test_what_nobody_built_is_neither_looked_at_nor_published(
    room: WarRoom, server: Loopback, pages: Pages
) -> None:
    """Somebody marks the build done whose answer never came."""
    server.misbehave(Fault("instead", Response(502)), "POST", "/builds$")
    room.engine(environ=ENVIRON)
    name = begun(room)
    assert ended(room, name).status == "interrupted"
    room.does("ops", cmd.ResolveRun(run=name, resolution="done", text="it looked fine to me"))
    run = room.when(name, "failed", "succeeded")
    assert "nothing was looked at: no step of this run brought web.url" in run.reason
    assert (pages.asked, server.simulator.restored) == ([], [])


def test_without_its_parameter_there_is_no_plan(room: WarRoom) -> None:
    room.engine(environ=ENVIRON)
    run = room.does("ops", cmd.RequestRun(action="release")).subject.removeprefix("run:")
    refused = room.when(run, "refused", "planned")
    assert "needs the parameter page; --param page=…" in refused.reason


def test_a_smoke_test_can_be_given_what_the_run_was(room: WarRoom, pages: Pages) -> None:
    with Loopback(pages) as shown:
        given = Given(values={"shop": "{{ param.shop }}"})
        look = Action(steps=(Step(verb="smoke", provider="store", given=given),))
        after = replace(room.definition, actions={**room.definition.actions, "look": look})
        room.does("lead", cmd.Amend(definition=after, base=room.definition.digest(), text="to look"))
        room.engine(environ=ENVIRON)
        asked = cmd.RequestRun(action="look", params={"shop": shown.url})
        name = room.does("ops", asked).subject.removeprefix("run:")
        planned = room.when(name, "planned")
        room.does("ops", cmd.ConfirmRun(run=name, digest=planned.digest))
        run = ended(room, name)
        assert run.status == "succeeded", run.reason
        assert pages.asked == ["/"]
