"""The container file: what it copies is there, its command parses, its health is asked where it answers."""

import importlib.metadata
import json
import re
import shlex
import threading
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from launchpad.cli.address import address
from launchpad.cli.command import find
from launchpad.cli.parser import parser_of

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """Instructions and what they are given, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (TOP / "deploy" / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]


def given(steps, instruction):
    return [rest for word, rest in steps if word == instruction]


def test_what_it_starts_is_a_command_of_ours_and_the_ports_are_told(steps):
    [entry], [argv] = given(steps, "ENTRYPOINT"), given(steps, "CMD")
    assert json.loads(entry) == ["launchpad"]
    name, *words = json.loads(argv)
    options = parser_of(find(name)).parse_args(words)
    ports = [address(options.ssh, "--ssh").port, address(options.health, "--health").port]
    assert [int(port) for line in given(steps, "EXPOSE") for port in line.split()] == ports
    assert options.log_format == "json"


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_its_health_is_asked_where_it_answers(steps, status, well):
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_args):
            pass

    [check] = given(steps, "HEALTHCHECK")
    python, dash_c, code = json.loads(check[check.index("[") :])
    assert (python, dash_c) == ("python", "-c")
    assert "127.0.0.1:8222" in code
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code = code.replace(":8222", f":{server.server_port}")
        if well:
            exec(code, {})
        else:
            with pytest.raises(OSError, match="503"):
                exec(code, {})
        server.shutdown()


def test_what_it_is_built_from_is_not_kept_out_of_its_context(steps):
    assert given(steps, "COPY")[0] == ". ."
    kept_out = [
        line.strip("/")
        for line in (TOP / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    needed = ("requirements.lock", "pyproject.toml", "README.md", "LICENSE", "config.example.yaml")
    for name in (*needed, "launchpad", "screens", "checklists"):
        assert (TOP / name).exists()
        assert not [pattern for pattern in kept_out if fnmatch(name, pattern)]
    for words in (shlex.split(line) for line in given(steps, "RUN") if "--requirement" in line):
        assert (TOP / words[words.index("--requirement") + 1]).is_file()


def test_the_lock_has_all_that_it_runs_on_and_is_built_with():
    """It is installed from what the lock names, and from nothing else."""
    lock = (TOP / "requirements.lock").read_text()
    locked = {_plain(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    seen, left = set(), ["launchpad-tui", "hatchling"]
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        for requirement in importlib.metadata.requires(name) or ():
            wanted, _, marker = requirement.partition(";")
            found = re.match(r"([A-Za-z0-9._-]+)", wanted)
            # Extras, and what other systems need, are not looked into.
            if found and not marker:
                left.append(_plain(found[1]))
    assert seen - {"launchpad-tui"} <= locked
    assert len(seen) > 10


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
