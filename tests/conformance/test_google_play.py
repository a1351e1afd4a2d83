"""Every request of Google Play's adapter and of the vitals probe, judged by mocks of Google's own documents,
and the simulator, judged by Google's own client: it does there what the adapter does."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launchpad.errors import LaunchpadError
from launchpad.model.rollouts import RolloutAim
from launchpad.model.vitals import PlayVitalsCheck
from launchpad.probes.vitals import VitalsProbe
from launchpad.providers.capabilities import Job
from launchpad.rehearsal.google_accounts import TOKEN_PATH
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.testing.loopback import Loopback, Request, Response
from tests.conformance.conftest import Mock
from tests.providers.test_google_play import LAUNCH, adapter

EDIT = "07385120694423741225"
"""The edit in the answers of the mock."""


class Judge:
    """A mock with the token endpoint that Google's documents don't have."""

    def __init__(self, mock: Mock) -> None:
        self.play = GooglePlaySimulator()
        self.mock = mock

    def __call__(self, request: Request) -> Response:
        return self.play(request) if request.path == TOKEN_PATH else self.mock(request)

    @property
    def refused(self) -> set[tuple[str, str]]:
        return {(what, said) for what, status, said in self.mock.answered if status >= 400}

    @property
    def asked(self) -> set[str]:
        return {what.replace(EDIT, "EDIT") for what, _, _ in self.mock.answered}


@pytest.mark.slow
@pytest.mark.proves("google_play", "official spec")
async def test_the_document_of_the_publisher_api_refuses_no_request(
    mock: Callable[[str], Mock], tmp_path: Path
) -> None:
    judge = Judge(mock("google/androidpublisher.v3.openapi.json"))
    with Loopback(judge) as server:
        for settings in ({}, {"send_for_review": False, "halt_cancels_review": True}):
            play = adapter(judge.play, server.url, tmp_path, **settings)
            for verb, percent in (("bump", 50.0), ("halt", None), ("resume", 10.0), ("complete", 100.0)):
                aim = RolloutAim(rollout="android", verb=verb, percent=percent)
                of = {"version_code": 120}
                job = Job(verb=verb, nonce="host:1", launch=LAUNCH, run="run-1", aim=aim, settings=of)
                for step in (play.read_rollout("android", LAUNCH, of), play.start(job), play.find(job)):
                    # A mock has no state: what the adapter makes of its answers is not judged here.
                    try:
                        async with asyncio.timeout(30):
                            await step
                    except LaunchpadError:
                        pass
    assert judge.refused == set()
    app = "/androidpublisher/v3/applications/com.acme.shop"
    assert judge.asked == {
        f"GET {app}/tracks/production/releases",
        f"POST {app}/edits",
        f"GET {app}/edits/EDIT/tracks/production",
        f"PUT {app}/edits/EDIT/tracks/production",
        f"POST {app}/edits/EDIT:validate",
        f"POST {app}/edits/EDIT:commit",
        f"DELETE {app}/edits/EDIT",
    }


@pytest.mark.slow
async def test_the_document_of_the_reporting_api_refuses_no_request(
    mock: Callable[[str], Mock],
) -> None:
    judge = Judge(mock("google/playdeveloperreporting.v1beta1.openapi.json"))
    with Loopback(judge) as server:
        check = PlayVitalsCheck(
            package="com.acme.shop",
            credentials=judge.play.key(server.url),
            vital="crash_rate",
            below=0.01,
            version_code=420,
            max_age=1e9,
            api=server.url,
            timeout=30.0,
        )
        await VitalsProbe(check).run()
    assert judge.refused == set()
    assert len(judge.asked) == 2


CLIENT = """
import json, sys, warnings
warnings.simplefilter("ignore")
from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

url, key = sys.argv[1], json.load(sys.stdin)
scopes = ["androidpublisher", "playdeveloperreporting"]
scopes = [f"https://www.googleapis.com/auth/{name}" for name in scopes]
credentials = Credentials.from_service_account_info(key, scopes=scopes)

def service(name, version):
    where = {"client_options": {"api_endpoint": url}, "static_discovery": True}
    return build(name, version, credentials=credentials, **where)

play, package, track = service("androidpublisher", "v3"), "com.acme.shop", "production"
edits = play.edits()
app = {"packageName": package}
edit = edits.insert(body={}, **app).execute()["id"]
of = {"editId": edit, "track": track, **app}
before = edits.tracks().get(**of).execute()
staged = {**before["releases"][0], "userFraction": 0.5}
edits.tracks().patch(body={"releases": [staged]}, **of).execute()
try:
    edits.tracks().patch(body={"releases": [{**staged, "userFraction": 5}]}, **of).execute()
    refused = 0
except HttpError as error:
    refused = error.status_code
edits.validate(editId=edit, **app).execute()
behaviour = "ERROR_IF_IN_REVIEW"
done = edits.commit(editId=edit, changesInReviewBehavior=behaviour, **app).execute()
try:
    edits.commit(editId=edit, **app).execute()
    twice = 0
except HttpError as error:
    twice = error.status_code
parent = f"applications/{package}/tracks/{track}"
listed = play.applications().tracks().releases().list(parent=parent).execute()
looked = edits.insert(body={}, **app).execute()["id"]
after = edits.tracks().list(editId=looked, **app).execute()
edits.delete(editId=looked, **app).execute()
vitals = service("playdeveloperreporting", "v1beta1").vitals().crashrate()
name = f"apps/{package}/crashRateMetricSet"
fresh = vitals.get(name=name).execute()["freshnessInfo"]["freshnesses"][0]["latestEndTime"]
begin = {**fresh, "hours": fresh.get("hours", 0) - 1} if fresh.get("hours") else fresh
spec = {"aggregationPeriod": "HOURLY", "startTime": begin, "endTime": fresh}
rows = vitals.query(name=name, body={"timelineSpec": spec, "metrics": ["crashRate"]}).execute()
print(json.dumps({"before": before, "done": done, "refused": refused, "twice": twice, "listed": listed,
                  "after": after, "rows": rows, "edit": edit}))
"""


@pytest.mark.slow
@pytest.mark.proves("google_play", "vendor's client")
async def test_googles_own_client_finds_its_way_through_the_simulator(tmp_path: Path) -> None:
    folder = os.environ.get("LAUNCHPAD_GOOGLE_CLIENT", "")
    if not folder:
        pytest.skip("Google's client is not here: make conformance SPECS=DIR")
    with Loopback(GooglePlaySimulator()) as server:
        play = server.simulator
        process = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", CLIENT, server.url],
            input=play.key(server.url, "theirs"),
            env={"PYTHONPATH": folder, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert process.returncode == 0, process.stderr
        told = json.loads(process.stdout)
        stands = await adapter(play, server.url, tmp_path).read_rollout("android", LAUNCH, {})
    assert (told["refused"], told["twice"], told["done"]["id"]) == (400, 400, told["edit"])
    assert told["before"]["releases"][0]["userFraction"] == 0.1
    [track] = told["after"]["tracks"]
    assert track["releases"] == play.tracks["production"]
    newest = track["releases"][0]
    assert (stands.status, stands.percent) == ("rolling", newest["userFraction"] * 100)
    assert told["listed"]["releases"][0]["releaseName"] == newest["name"]
    assert play.commits[0]["changesInReviewBehavior"] == "ERROR_IF_IN_REVIEW"
    assert len(play.commits) == 1
