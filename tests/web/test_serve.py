"""`launchpad serve --web` as people use it."""

import re
import shlex
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.cli import LAUNCH, PROGRAM, Cli, eventually
from tests.support.terminal import Terminal

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture
def cli(tmp_path):
    made = Cli(tmp_path)
    made.define()
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("serve",), "nothing is to be served"),
        (("serve", "--ssh", "0", "--web-token", "token"), "nothing is shown to browsers"),
        (("serve", "--web", "x", "--web-token", "token"), "--web: 'x' is no address"),
        (("serve", "--web", "*:0", "--web-token", "token"), "others could reach that address"),
        (("serve", "--web", "10.0.0.5:0", "--web-token", "token"), "say by which URL"),
        (("serve", "--web", "0", "--web-url", "acme"), "'acme' is no address"),
        (("serve", "--web", "0", "--web-token", "none"), "can't read none"),
        (("serve", "--ssh", "0", "--seats", "0"), "0 seats can't be given"),
        (("serve", "--ssh", "0", "--idle-limit", "8x"), "'8x': expected a duration"),
    ],
)
def test_what_can_not_be_served_is_said_before_anything_begins(cli, argv, told):
    said = cli(*argv, status=2).stderr
    assert told in said
    assert not (cli.home / "state").exists()


def test_without_a_terminal_and_without_a_file_nobody_could_learn_the_token(cli):
    done = subprocess.run(
        [PROGRAM, "serve", "--web", "0"], cwd=cli.home, env=cli.environ, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, start_new_session=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no terminal to say the token of --web on" in done.stderr


@pytest.mark.slow
def test_a_token_of_a_file_lets_in_and_is_said_nowhere(cli):
    server = cli.start("serve", "--web", "0", "--web-token", "token", "--log-format", "json", "--json")
    try:
        told = server.stdout.readline()
        url = re.search(r'"web":"(http://127\.0\.0\.1:\d+)"', told)[1]
        with httpx.Client(base_url=url, timeout=30) as client:
            assert client.get("/").status_code == 403
            assert client.get("/enter", params={"token": TOKEN}).status_code == 200
            eventually(lambda: "engine 1 on" in client.get("/").text, seconds=60)
            assert "Code is frozen" in client.get("/").text
        if Path("/proc/self/cmdline").exists():
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                assert TOKEN not in (entry.read_text(errors="replace") if entry.exists() else "")
    finally:
        server.terminate()
        out, err = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "a browser at 127.0.0.1 looks on" in err
    assert TOKEN not in told + out + err


@pytest.mark.slow
@pytest.mark.needs("tmux")
def test_a_new_token_stands_on_the_terminal_alone(cli):
    terminal = Terminal(
        ["sh", "-c", f"exec {shlex.quote(str(PROGRAM))} serve --web 0 > out 2> err"],
        size=(160, 30), environ=cli.environ, cwd=cli.home,
    )  # fmt: skip
    try:
        terminal.shows(r"to look on in a browser: http://127\.0\.0\.1:\d+/enter\?token=\S{40}", seconds=60)
        link = re.search(r"http://\S+", terminal.screen())[0]
        with httpx.Client(timeout=30) as client:
            assert client.get(link).status_code == 200
            assert LAUNCH.partition("-")[0] in client.get(link.partition("enter")[0]).text.casefold()
        token = link.rpartition("=")[2]
        kept = "".join((cli.home / name).read_text() for name in ("out", "err"))
        assert "showing" in kept
        assert token not in kept
    finally:
        terminal.press("C-c")
        eventually(lambda: "no longer serving" in (cli.home / "err").read_text(), seconds=60)
        terminal.close()
