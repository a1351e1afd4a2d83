"""Google Play against a simulated one: the contract of every adapter, and what is its own."""

import asyncio
import email.utils
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.errors import Refused, Unreachable
from launchpad.http import Patience
from launchpad.model.definition import Launch
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.providers.capabilities import Job, Surroundings
from launchpad.providers.google_play import GooglePlayProvider, GooglePlaySettings, Pace
from launchpad.rehearsal.google_accounts import TOKEN_PATH
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.testing.loopback import Fault, Loopback, Response
from launchpad.testing.rollouts import RolloutsBehaviour

LAUNCH = Launch(product="Acme", version="4.2.0", environment="production")
QUICK = Patience(request=5.0, reading=1.0, pause=0.01)
AT_10 = RolloutReading(status="rolling", percent=10.0, version="4.2.0 (420)")
COMMIT = ("POST", ":commit$")
BUMP = RolloutAim(rollout="android", verb="bump", percent=50.0, seen=AT_10)


class QuickGooglePlay(GooglePlayProvider):
    """As shipped, with less patience."""

    pace = Pace(commit=30.0, asking=QUICK._replace(reading=0.0), reading=QUICK)


class PatientGooglePlay(QuickGooglePlay):
    """For a server that answers, on a machine that may stand still."""

    pace = Pace(
        commit=60.0,
        asking=QUICK._replace(request=60.0, reading=0.0),
        reading=QUICK._replace(request=60.0),
    )


def adapter(
    play: GooglePlaySimulator, url: str, directory: Path, kind=QuickGooglePlay, **settings
) -> QuickGooglePlay:
    """The adapter before a simulator at `url`. It looks into the track on every reading."""
    around = Surroundings(
        base_dir=directory,
        work_dir=directory,
        place="here",
        environ={},
        resolve=lambda reference: play.key(url, reference.partition(":")[2]),
    )
    fields = {"package": play.package, "credentials": "env:launchpad", "look_every": 0.0, "api": url}
    return kind("play", GooglePlaySettings(**{**fields, **settings}), around)


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


class Play:
    """One provider before its simulator."""

    def __init__(self, server: Loopback, directory: Path) -> None:
        self.server = server
        self.play: GooglePlaySimulator = server.simulator
        self._directory = directory
        self.play.key(server.url)
        self.provider = self.made()

    def made(self, **settings) -> QuickGooglePlay:
        return adapter(self.play, self.server.url, self._directory, PatientGooglePlay, **settings)

    async def read(self, provider: QuickGooglePlay | None = None, **of) -> RolloutReading:
        return await (provider or self.provider).read_rollout("android", LAUNCH, of)

    async def do(self, verb, percent=None, *, seen=None, provider=None, **of) -> str:
        """Asks for a step on what is seen; the id of what came of it."""
        provider = provider or self.provider
        seen = seen or await self.read(provider, **of)
        aim = RolloutAim(rollout="android", verb=verb, percent=percent, seen=seen)
        job = Job(verb=verb, nonce="host:1", launch=LAUNCH, run=f"{verb}-1", aim=aim, settings=of)
        return await provider.start(job)

    @property
    def edits(self) -> int:
        return len(self.server.asked("POST", "/edits$"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Play]:
    with Loopback(GooglePlaySimulator()) as server:
        yield Play(server, tmp_path)


async def test_a_step_keeps_what_it_is_not_about_and_what_it_does_not_know(store):
    before = dict(store.play.tracks["production"][0])
    await store.do("bump", 25.0)
    after, full = store.play.tracks["production"]
    assert after == before | {"userFraction": 0.25}
    assert full["name"] == "4.1.0"
    [commit] = store.play.commits
    assert {key: commit[key] for key in commit if key not in ("edit", "who")} == {
        "changesInReviewBehavior": "ERROR_IF_IN_REVIEW"
    }


async def test_a_share_is_looked_at_now_and_then_and_the_review_on_every_reading(store):
    provider = store.made(look_every=300.0)
    first = await store.read(provider)
    assert replace(first, age=0.0) == RolloutReading(
        status="rolling", percent=10.0, version="4.2.0 (420)", detail="its share is looked at every 5m"
    )
    for _ in range(3):
        await store.read(provider)
    assert store.edits == 1
    assert len(store.server.asked("GET", "/tracks/production/releases$")) == 4
    store.play.begin_review()
    assert (await store.read(provider)).status == "in review"
    assert store.edits == 2
    store.play.review()
    await store.read(provider)
    await store.do("bump", 50.0, provider=provider)
    assert (await store.read(provider)).percent == 50.0


async def test_a_share_that_was_looked_at_before_is_as_old_as_the_look(store):
    provider = store.made(look_every=3600)
    first = await store.read(provider)
    again = await store.read(provider)
    assert (first.percent, again.percent, store.edits) == (10.0, 10.0, 1)
    assert again.age > first.age


async def test_a_reader_ends_nobodys_edit(store):
    store.play.readers.add("eyes")
    provider = store.made(reader="env:eyes")
    token = await provider._tokens("env:launchpad").get(QUICK)
    async with provider._api(QUICK, token=token) as api:
        edit = await api.change(dict, "POST", f"{provider._path}/edits", body={})
        await store.read(provider)
        await api.read(dict, f"{provider._path}/edits/{edit.value['id']}")
        await store.read()
        with pytest.raises(Refused, match=r"This Edit has been deleted\."):
            await api.read(dict, f"{provider._path}/edits/{edit.value['id']}")


@pytest.mark.parametrize(
    ("review", "status", "detail"),
    [
        ("IN_REVIEW", "in review", ""),
        ("APPROVED_NOT_PUBLISHED", "approved", "published in the Play Console"),
        ("NOT_APPROVED", "rejected", "says why"),
        ("NOT_SENT_FOR_REVIEW", "not started", "sent for review in the Play Console"),
    ],
)
async def test_what_is_not_live_is_not_said_to_roll(store, review, status, detail):
    store.play.becomes("completed")
    store.play._lifecycle["420"] = review
    stands = await store.read()
    assert (stands.status, detail in stands.detail) == (status, True)


async def test_a_state_that_google_does_not_tell_is_not_known(store):
    store.play._lifecycle["420"] = "SOMETHING_NEW"
    with pytest.raises(
        Unreachable, match=r"whether 4\.2\.0 \(420\) is live is not known: .* 'SOMETHING_NEW'"
    ):
        await store.read()


async def test_a_status_that_google_has_not_told_of_is_neither_rolling_nor_complete(store):
    store.play.tracks["production"][0]["status"] = "paused"
    with pytest.raises(Unreachable, match=r"how many have 4\.2\.0 \(420\) is not known: .* 'paused'"):
        await store.read()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("4.2.0", True),
        ("420 (4.2.0)", True),
        ("4.2.0-420", True),
        ("4.2.0 - Christmas", True),
        ("4.2.0-rc1", False),
        ("4.2.01", False),
    ],
)
async def test_a_candidate_is_not_the_release(store, name, meant):
    store.play.tracks["production"][0]["name"] = name
    if meant:
        assert (await store.read()).percent == 10.0
    else:
        with pytest.raises(Refused, match=r"no release on track production has 4\.2\.0 in its name"):
            await store.read()


async def test_which_release_is_meant(store):
    store.play.tracks["production"][0]["name"] = "420 (4.2.0)"
    assert (await store.read()).version == "420 (4.2.0)"
    store.play.tracks["production"][0]["name"] = "14.2.0"
    with pytest.raises(Refused, match=r"no release on track production has 4\.2\.0 in its name; there: 14"):
        await store.read()
    assert (await store.read(version_code=420)).percent == 10.0
    absent = await store.read(version_code=430)
    assert (absent.status, absent.version) == ("not started", "430")


async def test_a_release_that_is_uploaded_is_put_on_the_track(store):
    await store.do("bump", 5.0, version_code=430)
    first, *rest = store.play.tracks["production"]
    assert first == {"name": "4.2.0", "versionCodes": ["430"], "status": "inProgress", "userFraction": 0.05}
    assert [release["versionCodes"] for release in rest] == [["410"]]


async def test_the_first_release_of_a_track_can_not_be_staged(store):
    del store.play.tracks["production"][1]
    store.play.earlier = False
    store.play.tracks["production"][0]["status"] = "draft"
    del store.play.tracks["production"][0]["userFraction"]
    with pytest.raises(Refused, match="The first release on a track cannot be staged"):
        await store.do("bump", 10.0)
    assert store.play.commits == []


async def test_nothing_is_done_when_the_track_has_moved(store):
    store.play.becomes("inProgress", 0.2)
    with pytest.raises(Refused, match=r"nothing was done: .* inProgress at 20%, and was rolling at 10%"):
        await store.do("bump", 50.0, seen=AT_10)
    assert store.server.asked(*COMMIT) == []
    await store.do("halt", seen=AT_10)
    assert store.play.stands() == ("halted", 0.2)


async def test_halting_twice_commits_once(store):
    await store.do("halt")
    assert await store.do("halt") == "unchanged"
    assert len(store.play.commits) == 1
    job = Job(verb="halt", nonce="host:1", launch=LAUNCH, run="halt-1")
    said = []

    async def emit(lines):
        said.extend(lines)

    assert (await store.provider.follow("unchanged", job, emit)).detail == "it stands so"
    assert said == ["nothing to ask for: it stands so already"]


@pytest.mark.parametrize("why", ["deleted", "expired"])
async def test_an_edit_that_was_ended_is_begun_anew_once(store, why):
    said = "been deleted" if why == "deleted" else "expired"
    gone = Response(400, f'{{"error": {{"message": "This Edit has {said}."}}}}'.encode())
    store.server.misbehave(Fault("instead", gone), *COMMIT)
    await store.do("bump", 50.0)
    assert store.play.stands() == ("inProgress", 0.5)
    store.server.misbehave(Fault("instead", gone), *COMMIT, times=2)
    with pytest.raises(Refused, match="somebody else changes this app right now"):
        await store.do("bump", 60.0)
    assert len(store.play.commits) == 1


async def test_a_halt_may_take_a_review_back_where_that_is_wanted(store):
    store.play.begin_review(430)
    with pytest.raises(Refused, match="`halt_cancels_review: true` lets a halt do so"):
        await store.do("halt")
    bold = store.made(halt_cancels_review=True)
    with pytest.raises(Refused, match="wait for the review"):
        await store.do("bump", 50.0, provider=bold)
    await store.do("halt", provider=bold)
    assert (store.play.stands(), store.play.cancelled_reviews) == (("halted", 0.1), 1)


async def test_changes_that_somebody_has_to_send_are_said_to_wait(store):
    store.play.wants_sending_by_hand = True
    with pytest.raises(Refused, match="see `send_for_review` of the provider"):
        await store.do("bump", 50.0)
    by_hand = store.made(send_for_review=False)
    step = by_hand.plan_rollout(BUMP, LAUNCH, {})
    assert step.does.endswith("somebody has to send the change for review in the Play Console")
    await store.do("bump", 50.0, provider=by_hand)
    assert "sent for review" in (await store.read()).detail


async def test_a_look_gives_way_to_a_halt(store):
    store.server.misbehave(Fault("silent"), "GET", "/edits/")
    looking = asyncio.create_task(store.read())
    async with asyncio.timeout(30):
        while not store.server.asked("GET", "/edits/"):  # the server is in another thread
            await asyncio.sleep(0.01)
    await store.do("halt", seen=AT_10)
    assert store.play.stands() == ("halted", 0.1)
    with pytest.raises(Unreachable, match="gave way to a change"):
        await looking


async def test_a_plan_says_how_without_launchpad(store):
    plan = store.provider.plan_rollout
    bump = plan(BUMP, LAUNCH, {"version_code": 420})
    assert bump.does == (
        "gives 4.2.0 (420) on track production of com.acme.shop to 50% of users"
        "; whatever else waits in the Play Console goes with it"
    )
    assert "fastlane supply --package_name com.acme.shop --track production" in bump.command
    assert "--version_code 420 --rollout 0.5" in bump.command
    full = RolloutReading(status="complete", percent=100.0, version="4.2.0 (420)")
    halt = plan(RolloutAim(rollout="android", verb="halt", seen=full), LAUNCH, {})
    assert "gets the release before" in halt.does
    assert halt.command.startswith("https://play.google.com/console")


@pytest.mark.parametrize(
    ("verb", "seen", "options"),
    [
        ("halt", AT_10, "--rollout 0.1 --release_status halted"),
        ("complete", AT_10, "--rollout 1.0 --release_status completed"),
        ("halt", None, ""),
        ("complete", replace(AT_10, status="halted"), ""),
        ("resume", replace(AT_10, status="halted"), ""),
    ],
)
def test_fastlane_is_told_what_it_takes_or_not_named(store, verb, seen, options):
    """Without a share it changes nothing, and it does not see what is halted."""
    aim = RolloutAim(rollout="android", verb=verb, seen=seen)
    command = store.provider.plan_rollout(aim, LAUNCH, {"version_code": 420}).command
    assert options in command
    assert command.startswith("fastlane supply" if options else "https://play.google.com/console")


@pytest.mark.parametrize(
    ("off", "said"),
    [(-7200, "this machine's clock is .* ahead of Google's"), (7200, "this machine's clock is .* behind")],
)
async def test_a_clock_that_is_off_is_named_and_not_the_key(store, off, said):
    now = time.time() + off
    clock = {"Date": email.utils.formatdate(now, usegmt=True)}
    refusal = b'{"error": "invalid_grant", "error_description": "Invalid JWT: Token must be short-lived"}'
    store.server.misbehave(Fault("instead", Response(400, refusal, clock)), "POST", TOKEN_PATH)
    with pytest.raises(Refused, match=said) as caught:
        await store.read()
    assert "new key" not in str(caught.value)


async def test_a_refusal_of_a_token_in_no_known_tongue_is_a_refusal(store):
    store.server.misbehave(Fault("instead", Response(400, b'{"error": "\xff"}')), "POST", TOKEN_PATH)
    with pytest.raises(Refused, match=r"grants launchpad.* no token: no reason is given"):
        await store.read()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("hunter2", "no key of a service account"),
        ('{"client_email": "a@b", "private_key": "hunter2"}', "private key of a@b is no RSA key"),
        ('{"client_email": "a", "private_key": "x", "type": "authorized_user"}', "of type authorized_user"),
        (
            '{"client_email": "a", "private_key": "x", "token_uri": "https://evil.example/token"}',
            "name https://evil.example/token for tokens",
        ),
    ],
)
async def test_what_is_no_key_is_refused_without_a_word_of_it(tmp_path, key, why):
    around = Surroundings(
        base_dir=tmp_path, work_dir=tmp_path, place="here", environ={}, resolve=lambda _: key
    )
    provider = GooglePlayProvider("play", GooglePlaySettings(package="com.a", credentials="env:K"), around)
    with pytest.raises(Refused, match=why) as caught:
        await provider.read_rollout("android", LAUNCH, {})
    assert "hunter2" not in str(caught.value)
