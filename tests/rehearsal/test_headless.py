"""The rehearsal that plays itself: the real command, with and without faults, ended in the middle."""

import json
import re
import signal

import pytest

from tests.rehearsal.test_rehearse import cli, left  # noqa: F401  # the fixture
from tests.support.cli import eventually

PATIENT = 400.0


def broken_lines(played: str) -> str:
    """What did not hold of a day, and what was never reached."""
    return "\n".join(line for line in played.splitlines() if line.startswith(("BROKEN", "not reached")))


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            ["rehearse", "web-servise"],
            "there is no example 'web-servise'; did you mean 'web-service'?; there is web-and-android, web-",
        ),
        (
            ["rehearse", "--fault", "pager-donw"],
            "web-service has no fault 'pager-donw'; did you mean 'pager-down'?",
        ),
        (["rehearse", "-c", "launchpad.yaml"], "rehearse takes no -c: it plays an example"),
        (["rehearse", "--headless", "--speed", "0"], "--speed 0; expected a number from 1 to 60"),
        (["rehearse", "--headless", "--speed", "nan"], "--speed nan; expected a number from 1 to 60"),
        (["rehearse", "--headless", "-o", "report.txt"], "report.txt says no form of report"),
    ],
)
def test_what_can_not_be_rehearsed_is_said_in_a_line(cli, args, told):  # noqa: F811
    assert cli.refusal(*args, status=2).startswith(told)
    assert left(cli) == []


def test_a_report_that_is_there_is_not_overwritten(cli):  # noqa: F811
    (cli.home / "report.md").write_text("mine")
    assert "exists already" in cli.refusal("rehearse", "--headless", "-o", "report.md", status=2)


def test_examples_and_faults_are_listed(cli):  # noqa: F811
    shown = cli("rehearse", "--list").stdout
    assert shown.startswith("web-and-android: ")
    assert "\nweb-service: " in shown
    assert "--fault engine-killed: the engine is killed" in shown
    listed = cli.json("rehearse", "--list")
    assert [one["name"] for one in listed] == ["web-and-android", "web-service"]
    assert all("pager-down" in one["faults"] for one in listed)


@pytest.mark.slow
def test_the_day_plays_itself_and_its_report_is_kept(cli):  # noqa: F811
    done = cli("rehearse", "web-service", "--headless", "-o", "night.html", timeout=PATIENT)
    assert re.search(r"all \d+ expectations held", done.stderr)
    assert "BROKEN" not in done.stdout
    assert re.search(r"^ok +approver deploy is eva$", done.stdout, re.MULTILINE)
    assert re.search(r"^recovery +\S+ s +5m +met", done.stdout, re.MULTILINE)
    assert "eva: approve deploy: approved deploy-1" in done.stderr
    report = (cli.home / "night.html").read_text()
    assert "rolled back to 4.1.0" in report
    assert left(cli) == []
    assert not (cli.home / "state").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "coped"),
    [("deploy-fails", "the deploy failed; it was put back and tried once more"), ("engine-killed", None)],
)
def test_faults_that_the_script_copes_with(cli, fault, coped):  # noqa: F811
    done = cli("rehearse", "--headless", "--json", "--fault", fault, timeout=PATIENT)
    played = json.loads(done.stdout)
    assert played["faults"] == [fault]
    assert {one["verdict"] for one in played["expectations"]} == {"ok"}
    assert coped is None or played["coped"] == [coped]
    assert played["missed"] == []
    assert {took["name"] for took in played["score"]} >= {"detection", "recovery"}
    assert left(cli) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "broken", "to_the_end"),
    [
        ("pager-down", "message pager is told", True),
        ("payment-errors-stay", "alert checkout_errors is resolved", False),
        ("slow-product", "health is ok", False),
    ],
)
def test_faults_that_it_does_not_expect_are_named_by_what_they_break(cli, fault, broken, to_the_end):  # noqa: F811
    done = cli("rehearse", "--headless", "--fault", fault, status=1, timeout=PATIENT)
    assert re.search(rf"^BROKEN .*{broken}", broken_lines(done.stdout), re.MULTILINE)
    last = done.stderr.splitlines()[-1]
    assert "expectations broken" in last
    assert broken in last
    assert ("steps were not taken" in done.stdout) is not to_the_end
    assert left(cli) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("faults", "coped"),
    [
        ((), ()),
        (
            ("build-fails", "engine-killed-at-the-halt"),
            ("nothing was published, and so nothing is rolled back",),
        ),
        (("engine-killed",), None),
    ],
    ids=["undisturbed", "build and halt", "deploy"],
)
def test_web_and_android_halt_the_app_and_roll_the_site_back(cli, faults, coped):  # noqa: F811
    disturbed = [part for fault in faults for part in ("--fault", fault)]
    done = cli(
        "rehearse", "web-and-android", "--headless", "--json", "-o", "day.md", *disturbed, timeout=PATIENT
    )
    played = json.loads(done.stdout)
    assert {one["verdict"] for one in played["expectations"]} == {"ok"}
    assert played["missed"] == []
    if coped is not None:  # whether Netlify was asked when the engine dies is a matter of the moment
        assert len(played["coped"]) == len(coped)
        assert all(part in told for part, told in zip(coped, played["coped"], strict=True))
    report = (cli.home / "day.md").read_text()
    assert "android: halted at 50%, broken: errors" in report.replace("*", "").replace("\\", "")
    assert "the site is back at 4.1.0; the app is halted at 50 %" in report
    assert left(cli) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("faults", "broken"),
    [
        (("pager-down", "in-review"), ("message pager is told", "rollout android is halted")),
        (("errors-stay",), ("alert checkout_errors is resolved",)),
    ],
)
def test_web_and_android_name_what_a_fault_breaks(cli, faults, broken):  # noqa: F811
    disturbed = [part for fault in faults for part in ("--fault", fault)]
    done = cli("rehearse", "web-and-android", "--headless", *disturbed, status=1, timeout=PATIENT)
    for sentence in broken:
        assert sentence in broken_lines(done.stdout)
    assert "expectations broken" in done.stderr.splitlines()[-1]
    assert left(cli) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whatever_ends_it_in_the_middle_nothing_is_left(cli, number):  # noqa: F811
    playing = cli.start("rehearse", "--headless", "--fault", "engine-killed")
    said = iter(playing.stderr.readline, "")
    assert any("eva: approve deploy" in line for line in said)
    # In the middle of a deploy whose engine is killed, or about to be.
    playing.send_signal(number)
    rest = playing.stderr.read()
    playing.wait(60)
    playing.stdout.close()
    playing.stderr.close()
    assert "Traceback" not in rest
    eventually(lambda: left(cli) == [], seconds=60)
