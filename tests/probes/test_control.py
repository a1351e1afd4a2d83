"""Their failure or ours: the control probe, and probes in networks that are broken for real."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from launchpad.model.http import HttpCheck
from launchpad.probes.control import Control, name_servers
from launchpad.probes.http import HttpProbe
from launchpad.probes.result import ProbeResult
from tests.probes import namespace
from tests.probes.servers import answer, closed_port, full, serving
from tests.support.tools import lacking


def in_namespace(scenario: str) -> list[ProbeResult]:
    """Results of a scenario of `namespace`, run in a network of its own."""
    if os.geteuid() != 0:
        lacking("breaking the network for real needs root")
    own = ["unshare", "--net", "--mount"]
    if subprocess.run([*own, "ip", "link", "set", "lo", "up"], capture_output=True).returncode:
        lacking("this machine allows no network namespaces")
    argv = [*own, sys.executable, "-m", "tests.probes.namespace", scenario]
    done = subprocess.run(
        argv, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout, type=list[ProbeResult])


NOBODY = "no name server to tell whether our network gets through"
CUT_OFF = "our own network does not get through either"


@pytest.mark.slow
@pytest.mark.needs("unshare", "ip")
@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("refused_and_control_through", [("bad", "connection refused by 192.0.2.10:81", None)]),
        (
            "refused_and_control_cut_off",
            [("unknown", f"connection refused by 192.0.2.10:81; {CUT_OFF}", None)],
        ),
        ("silent_and_control_through", [("bad", "timed out after 500 ms while connecting", 0.5)]),
        (
            "silent_and_control_cut_off",
            [("unknown", f"timed out after 500 ms while connecting; {CUT_OFF}", None)],
        ),
        ("no_route", [("unknown", "our network has no route to 198.51.100.1:80", None)]),
        ("loopback_needs_no_control", [("bad", "connection refused by 127.0.0.1:81", None)]),
        (
            "no_name_server_to_ask",
            [
                ("unknown", f"connection refused by 192.0.2.10:81; {NOBODY}", None),
            ],
        ),
        (
            "no_such_host",
            [
                ("bad", "no such host acme.example", None),
                ("bad", "connection refused by 192.0.2.10:81", None),
            ],
        ),
        (
            "resolver_fails",
            [
                ("unknown", "our resolver does not answer", None),
                ("unknown", f"connection refused by 192.0.2.10:81; {CUT_OFF}", None),
            ],
        ),
        (
            "resolver_refuses",
            [
                ("unknown", "our resolver does not answer", None),
                ("unknown", f"connection refused by 192.0.2.10:81; {CUT_OFF}", None),
            ],
        ),
    ],
)
def test_whose_failure_it_is(scenario: str, expected: list[tuple[str, str, float | None]]) -> None:
    results = in_namespace(scenario)
    assert [(result.verdict, result.reason, result.duration) for result in results] == expected


@pytest.mark.slow
@pytest.mark.needs("unshare", "ip")
def test_a_wrong_answer_needs_no_control() -> None:
    (result,) = in_namespace("wrong_answer_needs_no_control")
    assert (result.verdict, result.reason) == ("bad", "status 500, expected 200")


@pytest.mark.slow
@pytest.mark.needs("unshare", "ip")
def test_a_hanging_resolver_holds_up_only_those_who_need_it() -> None:
    *named, address = in_namespace("resolver_hangs")
    assert {(result.verdict, result.reason) for result in named} == {
        ("unknown", "our resolver does not answer")
    }
    assert address.verdict == "ok"


def test_every_scenario_is_tried() -> None:
    text = Path(__file__).read_text()
    assert all(f'"{scenario}"' in text for scenario in namespace.SCENARIOS)


async def test_the_control_gets_through_if_any_target_does() -> None:
    async with serving(reads=False) as site:
        dead = f"127.0.0.1:{closed_port()}"
        for target in (f"127.0.0.1:{site.port}", f"tcp://localhost:{site.port}", site.url):
            assert await Control([dead, target]).gets_through() == (True, "")
        assert await Control([dead]).gets_through() == (False, CUT_OFF)


async def test_the_control_gives_up_in_time() -> None:
    with full() as port:
        async with asyncio.timeout(60):
            assert await Control([f"127.0.0.1:{port}"], timeout=0.2).gets_through() == (False, CUT_OFF)


async def test_those_who_ask_together_share_one_run_and_the_next_seconds_reuse_it() -> None:
    async with serving(reads=False) as site:
        control = Control([f"127.0.0.1:{site.port}"])
        answers = await asyncio.gather(*(control.gets_through() for _ in range(50)))
        answers.append(await control.gets_through())
        await asyncio.sleep(0.05)
        assert site.connections == 1
        assert set(answers) == {(True, "")}
        # A target that was silent for a hundredth of a second: an older answer tells nothing of that.
        await control.gets_through(within=0.01)
        async with asyncio.timeout(60):
            while site.connections < 2:
                await asyncio.sleep(0.01)


async def test_one_who_gives_up_does_not_stop_the_others() -> None:
    with full() as port:
        control = Control([f"127.0.0.1:{port}"], timeout=0.3)
        impatient = asyncio.create_task(control.gets_through())
        patient = asyncio.create_task(control.gets_through())
        await asyncio.sleep(0.05)
        impatient.cancel()
        assert await patient == (False, CUT_OFF)
        assert impatient.cancelled()


async def test_when_all_give_up_the_run_ends_and_a_new_one_can_begin() -> None:
    with full() as port:
        control = Control([f"127.0.0.1:{port}"], timeout=30.0)
        task = asyncio.create_task(control.gets_through())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        again = asyncio.create_task(control.gets_through())
        await asyncio.sleep(0.05)
        assert not again.done()
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)
        async with asyncio.timeout(30):
            while len(asyncio.all_tasks()) > 1:
                await asyncio.sleep(0.01)


async def test_a_good_answer_asks_no_control() -> None:
    async with serving(reads=False) as site, serving(answer()) as target:
        control = Control([f"127.0.0.1:{site.port}"])
        await HttpProbe(HttpCheck(url=target.url), control=control).run()
        assert site.connections == 0


@pytest.mark.slow
async def test_a_machine_that_was_held_up_blames_nobody() -> None:
    async def answer_late(reader, writer):
        time.sleep(1.6)  # the loop stands still, as in a stopped process

    async with serving(answer_late) as target:
        result = await HttpProbe(HttpCheck(url=target.url, timeout=0.2)).run()
    assert (result.verdict, result.duration) == ("unknown", None)
    assert result.reason.startswith("our machine was held up for 1.")


@pytest.mark.parametrize("target", ["acme.com", "acme.com:http", "tcp://acme.com", ":80", "http://"])
def test_what_is_no_target_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Control([target])


def test_name_servers_are_read_as_the_resolver_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# nameserver 1.1.1.1\nsearch acme.com\nnameserver 192.0.2.1\n nameserver ::1 x\nnameserver\n"
    )
    assert name_servers(file) == ["192.0.2.1", "::1"]
    assert name_servers(tmp_path / "none") == []
