"""What the engine gives to probes, and what it keeps out of their reasons."""

import os

from launchpad.config.secrets import Redactor
from launchpad.engine.sampler import Prober, sample
from launchpad.model.definition import CommandProof, HttpSignal, RedisSignal, TcpSignal
from launchpad.model.http import HttpExpect
from launchpad.probes.control import Control
from launchpad.probes.kinds import Means
from tests.probes.servers import answer, serving

SECRET = "hunter2-" * 12
"""Longer than what a reason quotes of a server's words."""


def prober(folder):
    redactor = Redactor([SECRET])
    means = Means(
        control=Control(),
        base_dir=folder,
        environ={"PATH": os.defpath},
        resolve=lambda text: SECRET if text == "env:SECRET" else text,
        saying=redactor.line,
    )
    return Prober(means, redactor)


async def test_an_echoed_secret_is_masked_before_it_is_cut(tmp_path):
    probers = prober(tmp_path)
    said = answer("200 OK", b"", f"X-Echo: {SECRET}")
    expect = HttpExpect(header={"X-Echo": "other"})
    async with serving(said) as site:
        check = HttpSignal(url=site.url, headers={"X-Token": "env:SECRET"}, expect=expect)
        result = await probers.run(probers.probe(check))
        assert f"X-Token: {SECRET}".lower().encode() in site.requests[0].lower()
    assert (result.verdict, result.reason) == ("bad", "header X-Echo is '•••', expected 'other' in it")


async def test_no_server_gets_a_part_of_a_secret_into_a_reason(tmp_path):
    probers = prober(tmp_path)
    moved = answer("302 Found", b"", f"Location: http://{SECRET} x/")
    async with serving(moved) as site:
        check = HttpSignal(url=site.url, follow_redirects=True)
        redirected = await probers.run(probers.probe(check))
    async with serving(f"220 {SECRET}\r\n".encode(), reads=False) as site:
        greeted = await probers.run(
            probers.probe(TcpSignal(host="127.0.0.1", port=site.port, expect="x\r\n"))
        )
    for result in (redirected, greeted):
        assert result.verdict == "bad"
        assert "•••" in result.reason
        assert "hunter" not in result.reason


async def test_a_command_gets_its_secret_in_the_environment_and_cannot_tell_it(tmp_path):
    probers = prober(tmp_path)
    check = CommandProof(
        argv=("sh", "-c", 'echo "it is $GIVEN"; exit 1'), env={"GIVEN": "env:SECRET"}, timeout=20.0
    )
    result = await probers.run(probers.probe(check))
    assert (result.verdict, result.reason) == ("bad", "sh: exit status 1, it is •••")


async def test_a_secret_that_is_no_url_is_not_quoted(tmp_path):
    probers = prober(tmp_path)
    result = await probers.run(probers.probe(RedisSignal(url="env:SECRET")))
    assert result.verdict == "unknown"
    assert sample("cache", 0, result).reason.startswith("its url is none of")


async def test_a_secret_that_no_header_takes_is_named_and_ends_no_watch(tmp_path):
    means = Means(
        control=Control(),
        base_dir=tmp_path,
        environ={},
        resolve=lambda text: f"{SECRET}\n" if text == "env:SECRET" else text,
        saying=Redactor([SECRET]).line,
    )
    probers = Prober(means, Redactor([SECRET]))
    check = HttpSignal(url="http://127.0.0.1:1/", headers={"X-Token": "env:SECRET"})
    result = await probers.run(probers.probe(check))
    assert (result.verdict, result.reason) == ("unknown", "expected a header X-Token of one line")
