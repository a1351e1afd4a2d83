"""A face behind OpenSSH's own server, as docs/war-room.md sets it up."""

import shlex
import subprocess

import pytest

from launchpad.session import Session
from launchpad.store import open_store
from tests.support.cli import LAUNCH, PROGRAM, Cli, eventually
from tests.support.sshd import ssh, sshd
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen", "sshd", "tmux"), pytest.mark.slow]


@pytest.fixture
def cli(tmp_path):
    """A launch, and the keys of two people."""
    cli = Cli(tmp_path)
    cli.open()
    for name in ("lead", "bob"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    yield cli
    cli.close()


def attach(cli, *more):
    """The command of a face, with the surroundings of the test."""
    return shlex.join(
        [
            "env",
            "LAUNCHPAD_TOUR=0",
            f"XDG_STATE_HOME={cli.home}/state",
            str(PROGRAM),
            "attach",
            "--launch",
            LAUNCH,
            *more,
        ]
    )


def public(cli, who):
    return (cli.home / f"{who}.pub").read_text()


def session(cli):
    store = open_store(f"sqlite:///{cli.home}/state/launchpad/launchpad.db")
    try:
        return Session(store, LAUNCH)
    finally:
        store.close()


def quietly(argv):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def test_an_account_of_ones_own_is_the_operator(cli):
    with sshd(cli.home, public(cli, "lead"), more=f"ForceCommand {attach(cli)}") as port:
        terminal = Terminal(ssh(cli.home / "lead", port, "-t"), environ=cli.environ)
        try:
            terminal.shows("Code is frozen")
            terminal.shows(r"lead \(you\).*ssh 127\.0\.0\.1")
            terminal.press("space")
            ticked = eventually(lambda: [e for e in session(cli).events if e.kind == "item.ticked"])
            assert [(each.actor, each.auth) for each in ticked] == [("lead", "os")]
        finally:
            terminal.close()


def test_nothing_but_the_face_is_reached(cli, tmp_path):
    loot = tmp_path / "loot"
    key = cli.home / "lead"
    with sshd(cli.home, public(cli, "lead"), more=f"ForceCommand {attach(cli)}") as port:
        for words in ("id", "sh -c id", "launchpad tick freeze"):
            refused = quietly(ssh(key, port, words=(words,)))
            assert "uid=" not in refused.stdout
            assert (refused.returncode, refused.stderr) == (
                2, "launchpad: the face needs a terminal; `launchpad status` needs none\n",
            )  # fmt: skip
        assert quietly(ssh(key, port, "-s", words=("sftp",))).returncode != 0
        for kind in ("-O", "-s"):
            argv = ssh(key, port)[1:-1]
            quietly(["scp", kind, *argv, "127.0.0.1:/etc/hostname", str(loot)])
        assert not loot.exists()
        assert quietly(ssh(key, port, "-W127.0.0.1:22")).returncode != 0
        forwarded = quietly(ssh(key, port, "-N", "-R0:127.0.0.1:22", "-oExitOnForwardFailure=yes"))
        assert forwarded.returncode != 0
        assert quietly(ssh(cli.home / "bob", port)).returncode == 255
        assert quietly(ssh(key, port, "-oPubkeyAuthentication=no")).returncode == 255
    assert not [event for event in session(cli).events if event.kind == "item.ticked"]


def test_on_an_account_that_is_shared_a_name_is_claimed(cli):
    options = f'restrict,pty,command="{attach(cli, "--as", "bob")}"'
    with sshd(cli.home, f"{options} {public(cli, 'bob')}") as port:
        terminal = Terminal(
            ssh(cli.home / "bob", port, "-t", words=("launchpad attach --as lead",)), environ=cli.environ
        )
        try:
            terminal.shows(r"bob \(you\)")
            terminal.press("space")
            ticked = eventually(lambda: [e for e in session(cli).events if e.kind == "item.ticked"])
            assert [(each.actor, each.auth) for each in ticked] == [("bob", "claimed")]
        finally:
            terminal.close()
