"""The countdown by shell."""

import pytest

from tests.support.cli import DEFINITION

pytestmark = pytest.mark.slow
COUNTED = DEFINITION.replace("environment: staging}", "environment: staging, t0: 2099-01-01 09:00 UTC}")


@pytest.fixture
def counted(cli):
    cli.open(COUNTED)
    return cli


def test_a_hold_is_seen_and_a_resume_and_a_slip_move_t0(counted):
    planned = counted.json("status", status=1)["t0"]
    assert "a hold needs a few words; give --reason" in counted.refusal("countdown", "hold", status=2)
    counted("countdown", "hold", "--reason", "payments is late")
    assert "held for" in counted("status", status=1).stdout
    assert "by lead: payments is late" in counted("status", status=1).stdout
    assert counted.json("status", status=1)["held"] > 0
    counted("countdown", "resume")
    counted("countdown", "slip", "+30m", "--reason", "review")
    counted("countdown", "slip", "10m", "--earlier")
    moved = counted.json("status", status=1)
    assert moved["held"] is None
    assert moved["t0"] > planned
    counted("countdown", "slip", "-20m")
    assert counted.json("status", status=1)["t0"] < moved["t0"]
    assert "-20m is earlier already" in counted.refusal("countdown", "slip", "--earlier", "-20m", status=2)


def test_what_makes_no_sense_is_said(counted):
    assert "takes a duration" in counted.refusal("countdown", "slip", status=2)
    assert "takes a duration" in counted.refusal("countdown", "hold", "5m", status=2)
    assert "expected a duration" in counted.refusal("countdown", "slip", "soon", status=2)
    assert "takes a director" in counted.refusal("--as", "bob", "countdown", "slip", "5m", status=3)


def test_a_launch_without_t0_has_no_countdown(opened):
    assert "has no T-0" in opened.refusal("countdown", "hold", "--reason", "x", status=3)
