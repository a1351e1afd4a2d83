"""serve and engine as services: health, logs, what a service manager is told, and what is left by a crash."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from launchpad.cli.address import Address, address
from launchpad.errors import BadInput
from tests.support.cli import DEFINITION, LAUNCH, Cli, eventually

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVE = ("serve", "--ssh", "127.0.0.1:0", "--health", "0", "--log-format", "json")


@pytest.fixture
def cli(tmp_path):
    made = Cli(tmp_path)
    key = tmp_path / "bob"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    made.define(re.sub(r"(name: bob, role: \w+)", rf'\1, keys: ["{public}"]', DEFINITION))
    yield made
    made.close()


class Service:
    """A server, and what it has written so far."""

    def __init__(self, cli, *argv, environ=()):
        cli.environ |= dict(environ)
        self.process = cli.start(*argv)
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()
        self.url = eventually(lambda: self.said(r"answering (http://\S+)"))[1]

    def said(self, pattern):
        return next((m for line in list(self.lines) if (m := re.search(pattern, line["message"]))), None)

    def health(self):
        try:
            with urllib.request.urlopen(self.url, timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def end(self):
        self.process.terminate()
        assert self.process.wait(40) == 0
        self.close()

    def close(self):
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(json.loads(line))  # every line is JSON, the engine's too


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2222", (None, 2222)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:22", ("::1", 22)),
        ("*:1", (None, 1)),
    ],
)
def test_addresses(text, meant):
    assert address(text, "--ssh") == meant
    assert address("8222", "--health", alone="127.0.0.1") == Address("127.0.0.1", 8222)
    with pytest.raises(BadInput, match="--health: 'x:y:z' is no address"):
        address("x:y:z", "--health")


@pytest.mark.slow
@pytest.mark.needs("ssh-keygen")
def test_health_says_whether_somebody_watches_and_every_line_of_the_log_is_json(cli):
    service = Service(cli, *SERVE)
    eventually(lambda: service.health()[0] == 200)
    status, said = service.health()
    assert (status, said["well"], said["launch"], said["store"]) == (200, True, LAUNCH, "ok")
    assert said["engine"]
    engine = int(eventually(lambda: service.said(r"started an engine \(process (\d+)\)"))[1])
    os.kill(engine, signal.SIGSTOP)  # its lease lapses
    eventually(lambda: service.health()[0] == 503, seconds=60)
    assert service.health()[1]["engine"] is None
    os.kill(engine, signal.SIGCONT)
    eventually(lambda: service.health()[0] == 200, seconds=60)
    assert all({"at", "level", "source", "message"} == set(line) for line in service.lines)
    service.end()


@pytest.mark.slow
@pytest.mark.needs("ssh-keygen")
def test_whoever_asks_badly_is_answered_or_cut_off_and_disturbs_nobody(cli):
    service = Service(cli, *SERVE)
    port = int(service.url.rpartition(":")[2].partition("/")[0])

    def asked(data):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
            asking.sendall(data)
            got = b""
            while piece := asking.recv(4096):
                got += piece
            return got

    assert asked(b"GET /etc/passwd HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 404 ")
    assert asked(b"POST /healthz HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 405 ")
    assert asked(b"HEAD /healthz HTTP/1.1\r\n\r\n").count(b"\r\n\r\n") == 1
    assert asked(b"x" * 100_000) == b""
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    eventually(lambda: _answered(service), seconds=30)
    for each in silent:
        each.close()
    service.end()


def _answered(service):
    try:
        return service.health()[0] in (200, 503)
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.needs("ssh-keygen")
def test_after_a_crash_of_everything_the_same_command_goes_on(cli):
    """As after a power cut: nobody had time to say anything."""
    first = Service(cli, *SERVE)
    eventually(lambda: first.health()[0] == 200)
    engine = int(eventually(lambda: first.said(r"started an engine \(process (\d+)\)"))[1])
    cli("tick", "freeze")
    os.kill(first.process.pid, signal.SIGKILL)
    os.kill(engine, signal.SIGKILL)
    first.process.wait()
    first.close()
    again = Service(cli, *SERVE)
    eventually(lambda: again.health()[0] == 200, seconds=60)
    assert "holds: " in cli("verify").stdout
    assert next(i for i in cli.json("items") if i["item"] == "freeze")["mark"] == "done"
    again.end()


@pytest.mark.slow
@pytest.mark.needs("ssh-keygen")
def test_a_service_manager_is_told_when_it_is_ready_and_when_it_ends(cli, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(30)
        service = Service(cli, *SERVE, environ={"NOTIFY_SOCKET": str(path)})
        assert manager.recv(100) == b"READY=1"
        service.end()
        assert manager.recv(100) == b"STOPPING=1"


@pytest.mark.slow
@pytest.mark.needs("systemd-analyze")
def test_the_unit_is_one_that_systemd_takes(tmp_path):
    text = (DEPLOY / "launchpad.service").read_text()
    unit = tmp_path / "launchpad.service"
    unit.write_text(text.replace("/opt/launchpad/bin/launchpad", "/bin/true").replace("User=launchpad\n", ""))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert "launchpad.service" not in done.stderr, done.stderr
    given = re.search(r"ExecStart=\S+ (.*?)\n\n?#", text, re.DOTALL)[1].replace("\\\n", " ").split()
    from launchpad.cli.command import find
    from launchpad.cli.parser import parser_of

    options = parser_of(find(given[0])).parse_args(given[1:])
    assert (options.ssh, options.health, options.log_format) == ("2222", "127.0.0.1:8222", "json")
