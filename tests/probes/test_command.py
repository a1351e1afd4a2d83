"""The command probe with real programs."""

import asyncio
import os
from pathlib import Path

from launchpad.model.services import CommandCheck
from launchpad.probes.command import CommandProbe

ENVIRON = {"PATH": os.defpath}


async def probe(script, folder=Path("/"), **settings):
    check = CommandCheck(argv=("sh", "-c", script), **{"timeout": 20.0, **settings})
    return await CommandProbe(check, environ=ENVIRON, base_dir=folder).run()


async def test_exit_status_0_is_ok():
    result = await probe("echo fine")
    assert (result.verdict, result.reason) == ("ok", "exit status 0")
    assert result.duration is not None


async def test_another_status_is_bad_with_the_last_line():
    result = await probe("echo first; printf 'queue has \\033[31m200\\033[0m\\n\\n' >&2; exit 3")
    assert (result.verdict, result.reason) == ("bad", "sh: exit status 3, queue has 200")


async def test_a_line_too_long_to_be_kept_whole_is_not_shown_in_part():
    """It might begin with half a secret."""
    long = "head -c 70000 /dev/zero | tr '\\0' x"
    assert (await probe(f"{long}; exit 3")).reason == "sh: exit status 3"
    assert (await probe(f"{long}; echo; echo last; exit 3")).reason == "sh: exit status 3, last"


async def test_death_by_signal_is_bad():
    result = await probe("kill -SEGV $$")
    assert (result.verdict, result.reason) == ("bad", "sh: died of signal 11")


async def test_a_program_that_is_not_there_is_unknown(tmp_path):
    check = CommandCheck(argv=("./none",))
    result = await CommandProbe(check, environ=ENVIRON, base_dir=tmp_path).run()
    assert (result.verdict, result.reason) == (
        "unknown",
        "./none can't be started: No such file or directory",
    )


async def test_a_directory_that_is_not_there_is_named_as_what_lacks(tmp_path):
    check = CommandCheck(argv=("true",), cwd="gone")
    result = await CommandProbe(check, environ=ENVIRON, base_dir=tmp_path).run()
    assert (result.verdict, result.reason) == ("unknown", "true can't be started: there is no directory gone")


async def test_paths_start_at_the_definition(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "look").write_text("#!/bin/sh\npwd; exit 1\n")
    (tmp_path / "in" / "look").chmod(0o700)
    check = CommandCheck(argv=("./look",), cwd="in", timeout=20.0)
    result = await CommandProbe(check, environ=ENVIRON, base_dir=tmp_path).run()
    assert result.reason.startswith("./look: exit status 1, /")
    assert result.reason.endswith("/in")


async def test_nothing_but_what_is_given_reaches_it(monkeypatch):
    monkeypatch.setenv("LAUNCHPAD_OUTER", "leak")
    result = await probe("env | grep OUTER || exit 7")
    assert result.reason == "sh: exit status 7"


async def test_a_timeout_ends_all_that_it_started(tmp_path):
    result = await probe(f"sleep 600 & echo $! > {tmp_path}/pid; wait", timeout=0.7)
    assert (result.verdict, result.reason) == ("bad", "timed out after 700 ms while running sh")
    await gone(tmp_path / "pid")


async def test_what_it_leaves_behind_ends_and_delays_nothing(tmp_path):
    result = await probe(f"sleep 600 & echo $! > {tmp_path}/pid; exit 0")
    assert result.verdict == "ok"
    await gone(tmp_path / "pid")


async def test_endless_output_is_bounded():
    result = await probe("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end; exit 1")
    assert result.reason == "sh: exit status 1, end"


async def gone(note):
    """Waits until the process whose id is in `note` is dead."""
    pid = int(note.read_text())
    async with asyncio.timeout(20):
        while alive(pid):
            await asyncio.sleep(0.02)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
