"""Netlify against a simulated one: the contract of every adapter, and what is its own."""

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from launchpad.errors import Refused, Unasked, Unreachable
from launchpad.http import Patience
from launchpad.model.definition import Launch
from launchpad.providers.capabilities import Job, Surroundings
from launchpad.providers.netlify import NetlifyProvider, NetlifySettings, Pace
from launchpad.rehearsal.netlify import NetlifySimulator
from launchpad.testing.loopback import Fault, Loopback, Response
from launchpad.testing.providers import ProviderBehaviour

PAGE = Response(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html; charset=utf-8"})
TOKEN = "nfp_hunter2-correct-horse"
LAUNCH = Launch(product="Acme", version="4.2.0", environment="production")
QUICK = Patience(request=5.0, reading=1.0, pause=0.01)


def surroundings(directory: Path, token: str) -> Surroundings:
    return Surroundings(
        base_dir=directory, work_dir=directory, place="here", environ={}, resolve=lambda _: token
    )


class QuickNetlify(NetlifyProvider):
    """As shipped, with less patience."""

    pace = Pace(
        poll=0.02,
        publish=0.5,
        send=30.0,
        planning=QUICK,
        asking=QUICK._replace(reading=0.0),
        following=QUICK._replace(reading=1.5),
        finding=QUICK,
        logging=QUICK._replace(reading=0.0),
    )


class PatientNetlify(QuickNetlify):
    """For a server that always answers, on a machine that may stand still."""

    _patient: ClassVar = {
        name: patience._replace(request=60.0)
        for name, patience in QuickNetlify.pace._asdict().items()
        if isinstance(patience, Patience)
    }
    pace = QuickNetlify.pace._replace(**_patient)


class NetlifyBench:
    secrets = (TOKEN,)
    mutation = ("POST", "/builds$")

    def simulator(self) -> NetlifySimulator:
        return NetlifySimulator(TOKEN, build_seconds=math.inf)

    def provider(self, url: str, work_dir: Path) -> NetlifyProvider:
        settings = NetlifySettings(site=NetlifySimulator.site_id, token="env:NETLIFY", api=url)
        around = surroundings(work_dir, TOKEN)
        return QuickNetlify("web", settings, around)

    def job(self, nonce: str, bound: dict[str, str]) -> Job:
        return Job(verb="deploy", nonce=nonce, launch=LAUNCH, run="deploy-1", bound=bound)

    def begun(self, simulator: NetlifySimulator) -> int:
        return len(simulator.built())

    def finish(self, simulator: NetlifySimulator) -> None:
        simulator.finish()


@pytest.mark.slow
@pytest.mark.proves("netlify", "contract kit", "simulator")
class TestBuilding(ProviderBehaviour):
    @pytest.fixture
    def bench(self) -> NetlifyBench:
        return NetlifyBench()


@pytest.mark.slow
@pytest.mark.proves("netlify", "contract kit", "simulator")
class TestPublishing(ProviderBehaviour):
    """Promotion to a deploy that was built before."""

    @pytest.fixture
    def bench(self) -> NetlifyBench:
        return PublishingBench()


class PublishingBench(NetlifyBench):
    mutation = ("POST", "/restore$")

    def simulator(self) -> NetlifySimulator:
        netlify = super().simulator()
        netlify.finish()
        netlify.deploys[netlify.published]["locked"] = True
        netlify.push("4.2.0")
        netlify.finish()
        return netlify

    def job(self, nonce: str, bound: dict[str, str]) -> Job:
        return Job(
            verb="promote",
            nonce=nonce,
            launch=LAUNCH,
            run="promote-1",
            params={"deploy_id": f"{3:024x}"},
            bound=bound,
        )

    def begun(self, simulator: NetlifySimulator) -> int:
        return len(simulator.restored)


@pytest.mark.slow
@pytest.mark.proves("netlify", "contract kit", "simulator")
class TestStaging(ProviderBehaviour):
    """A build that nobody is to be shown, on a site that is locked already."""

    @pytest.fixture
    def bench(self) -> NetlifyBench:
        return StagingBench()


class StagingBench(NetlifyBench):
    def simulator(self) -> NetlifySimulator:
        netlify = super().simulator()
        netlify.deploys[netlify.published]["locked"] = True
        return netlify

    def job(self, nonce: str, bound: dict[str, str]) -> Job:
        return Job(verb="stage", nonce=nonce, launch=LAUNCH, run="deploy-1", bound=bound)


OLD, LIVE = f"{1:024x}", f"{2:024x}"


class Site:
    """One provider before its simulator."""

    def __init__(self, server: Loopback, tmp_path: Path, **settings) -> None:
        self.server = server
        self.netlify: NetlifySimulator = server.simulator
        around = surroundings(tmp_path, TOKEN)
        made = NetlifySettings(site=self.netlify.site_id, token="env:NETLIFY", api=server.url, **settings)
        self.provider = PatientNetlify("web", made, around)
        self.log: list[str] = []

    async def plan(self, verb: str, **params: str):
        return await asyncio.to_thread(self.provider.plan, verb, LAUNCH, params)

    async def run(self, verb: str, nonce: str = "host:1", **params: str):
        """Plans, starts and follows a step."""
        step = await self.plan(verb, **params)
        return await self.carry(step, nonce, **params)

    def job(self, step, nonce: str = "host:1", **params: str) -> Job:
        return Job(
            verb=step.verb, nonce=nonce, launch=LAUNCH, run=f"{step.verb}-1", params=params, bound=step.bound
        )

    async def carry(self, step, nonce: str = "host:1", **params: str):
        job = self.job(step, nonce, **params)
        return await self.follow(await self.provider.start(job), job)

    async def follow(self, id_: str, job: Job):
        async def emit(lines):
            self.log += lines

        return await self.provider.follow(id_, job, emit)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Loopback(NetlifySimulator(TOKEN, build_seconds=0.1)) as server:
        yield Site(server, tmp_path)


async def test_a_plan_says_from_where_to_where_for_whom_and_how_without_launchpad(site):
    step = await site.plan("rollback")
    assert step.does == (
        f"publishes deploy {OLD} (4.0.0) on https://shop.example.com, for everybody, in place of"
        f" deploy {LIVE} (4.1.0), and locks the site on it"
    )
    assert step.undo == f"publish deploy {LIVE} (4.1.0) again, and unlock it"
    both = f'{{"site_id": "{site.netlify.site_id}", "deploy_id": "{OLD}"}}'
    assert step.command == (
        f"netlify api restoreSiteDeploy --data '{both}'"
        f""" && netlify api lockDeploy --data '{{"deploy_id": "{OLD}"}}'"""
    )
    assert step.console == "https://app.netlify.com/sites/acme-shop/deploys"
    assert step.affects == "everybody who visits https://shop.example.com, at once"
    build = await site.plan("deploy")
    assert "publishes it for everybody, in place of deploy" in build.does


async def test_a_build_is_followed_with_its_log_until_the_site_shows_it(site):
    ending = await site.run("deploy")
    [built] = site.netlify.built()
    assert ending.state == "succeeded"
    assert ending.detail.startswith(f"https://shop.example.com shows deploy {built['id']}")
    assert built["title"] == "Acme 4.2.0 production · deploy-1 · host:1"
    assert "answered with 200" in site.log[0]
    assert "(request 01SIM" in site.log[0]
    assert site.log[1] == "build-image version: noble"
    assert len(site.log) == 6


async def test_without_a_log_its_states_are_told(site):
    site.netlify.has_log = False
    assert (await site.run("deploy")).state == "succeeded"
    assert site.log[-1] == "state: ready"


@pytest.mark.parametrize(
    "fault", [Fault("flood"), Fault("reset"), Fault("instead", Response(503)), Fault("instead", PAGE)]
)
async def test_a_log_that_can_not_be_had_ends_no_following(site, fault):
    """Netlify does not document it; the deploy itself tells how it stands."""
    site.server.misbehave(fault, "GET", "/log$", times=100_000)
    assert (await site.run("deploy")).state == "succeeded"
    assert site.log[-1] == "state: ready"


async def test_a_page_of_a_proxy_is_no_word_of_netlify(site):
    step = await site.plan("purge")
    site.server.misbehave(Fault("instead", PAGE), "POST", "/purge$")
    with pytest.raises(Unreachable, match="with a page for people; look there whether it was done"):
        await site.carry(step)
    assert site.netlify.purged == []


async def test_a_failed_build_says_why(site):
    site.netlify.fail_next("Build script returned non-zero exit code: 2")
    ending = await site.run("deploy")
    assert ending.state == "failed"
    assert "exit code: 2" in ending.detail
    assert "exit code: 2" in site.log[-1]
    assert site.netlify.published == LIVE


async def test_a_rollback_holds_against_the_next_push(site):
    assert (await site.run("rollback")).detail.endswith("(4.0.0), locked")
    site.netlify.push("a hotfix that nobody told us of")
    site.netlify.finish()
    assert site.netlify.published == OLD


async def test_a_rollback_never_leads_to_a_preview_of_a_pull_request(site):
    """A page of them before the deploys of production, and each counts as published."""
    site.netlify.deploys.clear()
    old = site.netlify.push("4.0.0")
    site.netlify.published = old
    site.netlify.finish()
    previews = [site.netlify.preview(f"Deploy Preview {n}") for n in range(120)]
    live = site.netlify.push("4.1.0")
    site.netlify.finish()
    assert (await site.run("rollback")).detail.endswith("(4.0.0), locked")
    assert site.netlify.published == old
    assert not {old, live} & set(previews)


async def test_a_deploy_of_another_site_is_refused_before_anybody_approves_it(site):
    site.netlify.deploys[OLD]["site_id"] = "another"
    for verb in ("rollback", "stage"):
        with pytest.raises(Refused, match=f"{OLD}.* is of another site than https://shop.example.com"):
            await site.plan(verb, deploy_id=OLD)


async def test_a_deploy_that_another_took_the_place_of_has_not_failed(site):
    """What follows a failure would take that one back, too."""
    site.netlify.build_seconds = math.inf
    step = await site.plan("deploy")
    job = site.job(step)
    id_ = await site.provider.start(job)
    site.netlify.finish()
    newer = site.netlify.push("4.2.1")
    site.netlify.finish()
    ending = await site.follow(id_, job)
    assert ending.state == "unknown"
    assert f"{id_} was accepted, but https://shop.example.com shows deploy {newer} (4.2.1)" in ending.detail
    assert "somebody else published that meanwhile" in ending.detail


async def test_without_the_lock_the_next_push_undoes_it_and_the_plan_says_so(site, tmp_path):
    loose = Site(site.server, tmp_path, lock=False)
    assert "the next push to git will replace it" in (await loose.plan("rollback")).does
    assert (await loose.run("rollback")).state == "succeeded"
    site.netlify.push("4.1.1")
    site.netlify.finish()
    assert site.netlify.published not in (OLD, LIVE)


async def test_a_locked_site_builds_and_shows_it_after_promotion(site):
    await site.run("rollback", deploy_id=LIVE)
    step = await site.plan("deploy")
    assert "does not publish it: the site is locked" in step.does
    later = await site.plan("promote")
    assert "there is none yet" in later.does
    with pytest.raises(Refused, match=r"no build of Acme 4\.2\.0 production to publish; deploy first"):
        await site.carry(later)
    ending = await site.carry(step)
    assert ending.state == "succeeded"
    assert "built, not published" in ending.detail
    assert site.netlify.published == LIVE
    assert (await site.carry(later)).state == "succeeded"
    assert site.netlify.published == site.netlify.built()[0]["id"]


async def test_a_deploy_that_was_named_is_published_without_building(site):
    ending = await site.run("deploy", deploy_id=OLD)
    assert ending.state == "succeeded"
    assert ending.brought == {"deploy_id": OLD, "url": site.netlify.deploys[OLD]["deploy_ssl_url"]}
    assert (site.netlify.published, site.netlify.built()) == (OLD, [])
    assert not site.netlify.locked
    with pytest.raises(Refused, match="404"):
        await site.plan("deploy", deploy_id="abcdef")
    with pytest.raises(Refused, match="no id of a deploy"):
        await site.plan("rollback", deploy_id="../../sites")


async def test_nothing_is_done_when_the_site_has_moved_since_the_plan(site):
    steps = [await site.plan(verb) for verb in ("deploy", "rollback")]
    site.netlify.push("4.1.1")
    site.netlify.finish()
    for step in steps:
        with pytest.raises(Refused, match=f"nothing was done: .* no longer deploy {LIVE}"):
            await site.carry(step)
    assert site.server.asked("POST") == []


async def test_a_publication_that_does_not_show_is_a_failure_with_a_sentence(site):
    site.server.misbehave(Fault("forgotten"), "POST", "/restore$")
    ending = await site.run("rollback")
    assert ending.state == "failed"
    assert f"{OLD} was accepted, but https://shop.example.com still shows deploy {LIVE}" in ending.detail
    assert not site.netlify.locked


async def test_a_rollback_that_is_not_locked_is_not_done_and_a_retry_only_locks(site):
    site.server.misbehave(Fault("instead", Response(500)), "POST", "/lock$")
    step = await site.plan("rollback")
    with pytest.raises(Unreachable, match="published, but not locked"):
        await site.carry(step)
    assert (await site.provider.find(site.job(step))).state == "never-started"
    assert (await site.carry(step)).state == "succeeded"
    assert (len(site.server.asked("POST", "/restore$")), site.netlify.locked) == (1, True)


async def test_a_cancelled_build_is_aborted_and_a_push_of_somebody_else_is_left_alone(site):
    site.netlify.build_seconds = math.inf
    step = await site.plan("deploy")
    job = site.job(step)
    id_ = await site.provider.start(job)
    await site.provider.cancel(id_, job)
    ending = await site.follow(id_, job)
    assert (ending.state, "Canceled build" in ending.detail) == ("aborted", True)
    other = site.netlify.push("theirs")
    assert site.netlify.deploys[other]["state"] == "enqueued"


async def test_a_skipped_build_is_no_success(site):
    site.netlify.build_seconds = math.inf
    step = await site.plan("deploy")
    id_ = await site.provider.start(site.job(step))
    site.netlify.deploys[id_] |= {"skipped": True, "state": "ready", "error_message": "no changes"}
    ending = await site.follow(id_, site.job(step))
    assert (ending.state, "skipped" in ending.detail) == ("failed", True)


async def test_purging(site, tmp_path):
    assert (await site.run("purge")).state == "succeeded"
    tagged = Site(site.server, tmp_path, cache_tags=("prices", "stock"))
    assert "prices, stock" in (await tagged.plan("purge")).does
    await tagged.run("purge")
    assert site.netlify.purged == [[], ["prices", "stock"]]


async def test_used_up_requests_leave_a_sentence(site):
    step = await site.plan("deploy")
    site.netlify.requests_left = 1
    with pytest.raises(Refused, match=r"429: API rate limit exceeded.*try again in \d+ s"):
        await site.carry(step)
    assert site.netlify.built() == []


async def test_an_expired_token_says_what_to_do(site):
    site.netlify.token = "another"
    with pytest.raises(
        Refused, match=r"401: Access Denied; the token is wrong or has expired: store a new one"
    ):
        await site.plan("deploy")


@pytest.mark.parametrize("key", [{"api": "http://api.example.com"}, {"api": "example"}])
def test_settings_that_can_not_be(key):
    settings = NetlifySettings(site="s", token="env:T", **key)
    assert [path for path, _ in settings.faults()] == [("api",)]


async def test_what_is_staged_is_shown_to_nobody_and_brings_its_address(site):
    step = await site.plan("stage")
    assert "&& netlify api createSiteBuild" in step.command
    assert step.undo == "unlock the site"
    assert step.affects == "nobody until it is promoted"
    ending = await site.carry(step)
    [built] = site.netlify.built()
    assert ending.state == "succeeded"
    assert ending.brought == {"deploy_id": built["id"], "url": built["deploy_ssl_url"]}
    assert (site.netlify.published, site.netlify.locked) == (LIVE, True)
    site.netlify.push("what git brings meanwhile")
    site.netlify.finish()
    assert site.netlify.published == LIVE
    again = await site.plan("stage")
    assert again.does.startswith("builds its production branch"), "it is locked by now"


async def test_a_deploy_that_is_built_already_can_be_staged(site):
    ending = await site.run("stage", deploy_id=OLD)
    assert ending.brought["deploy_id"] == OLD
    assert site.netlify.built() == []
    assert not site.netlify.locked
    with pytest.raises(Refused, match=r"shows deploy .* already"):
        await site.plan("stage", deploy_id=LIVE)


async def test_what_was_unlocked_and_published_meanwhile_is_not_staged(site):
    site.netlify.build_seconds = math.inf
    step = await site.plan("stage")
    id_ = await site.provider.start(site.job(step))
    site.netlify.deploys[LIVE]["locked"] = False
    site.netlify.finish()
    ending = await site.follow(id_, site.job(step))
    assert ending.state == "failed"
    assert "to everybody already, before anybody looked at it" in ending.detail


async def test_a_build_that_fails_to_begin_says_that_the_site_is_locked(site):
    site.server.misbehave(
        Fault("instead", Response(403, b'{"message": "no more minutes"}')), "POST", "/builds$"
    )
    step = await site.plan("stage")
    with pytest.raises(Refused, match=r"no more minutes.*is locked on deploy .* by now"):
        await site.provider.start(site.job(step))


async def test_nothing_is_staged_where_git_was_faster_than_the_lock(site):
    """The lock then holds what nobody has looked at."""
    step = await site.plan("stage")

    class Overtaken(NetlifySimulator):
        def __call__(self, request):
            if request.path.endswith("/lock"):
                self.push("4.1.1")
                self.finish()
                self.deploys[self.published]["locked"] = True
            return super().__call__(request)

    site.netlify.__class__ = Overtaken
    with pytest.raises(Refused, match=r"nothing was built: .* shows deploy .* \(4\.1\.1\)"):
        await site.provider.start(site.job(step))
    assert site.netlify.built() == []


async def test_a_site_that_can_not_be_read_after_its_lock_is_said_to_be_locked(site):
    step = await site.plan("stage")
    asked = len(site.server.requests)

    def second(request):
        return request.method == "GET" and len(site.server.requests) > asked + 2

    simulator = site.server.simulator
    site.server.simulator = lambda request: Response(503) if second(request) else simulator(request)
    with pytest.raises(Unasked, match=r"nothing was built: .*503.*; .* is locked on deploy .* by now"):
        await site.provider.start(site.job(step))
    assert site.netlify.built() == []


async def test_the_log_says_all_that_was_asked_for(site):
    await site.run("rollback")
    assert "/restore answered with 201" in site.log[0]
    assert "/lock answered with 200" in site.log[0]
    site.log.clear()
    await site.run("rollback", deploy_id=OLD)
    assert site.log == ["nothing to ask for: it is so already"]


async def test_an_address_in_the_clear_is_brought_to_nobody(site):
    site.netlify.permalink = "http://{id}.example.com"
    ending = await site.run("deploy")
    assert list(ending.brought) == ["deploy_id"]


async def test_promotion_of_what_the_run_brought_takes_no_other(site):
    built = (await site.run("stage")).brought
    step = await site.plan("promote", after="stage")
    assert "that and no other" in step.does
    site.netlify.push("Acme 4.2.0 production · x · y")
    site.netlify.finish()
    job = site.job(step)
    with pytest.raises(Refused, match="no step of this run brought a deploy of web"):
        await site.provider.start(job)
    assert site.netlify.restored == []
    job = msgspec.structs.replace(job, brought={"web.deploy_id": built["deploy_id"]})
    assert (await site.follow(await site.provider.start(job), job)).state == "succeeded"
    assert site.netlify.published == built["deploy_id"]
