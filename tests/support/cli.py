"""The command `launchpad` as a user runs it: a process, a state directory and a folder of its own."""

import json
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from launchpad.model.commands import Identity

PROGRAM = Path(sys.executable).parent / "launchpad"

DEFINITION = """\
launch: {product: Acme, version: 4.2.0, environment: staging}
operators:
  - {name: lead, role: director, teams: [engineering], login: LOGIN}
  - {name: ada, role: operator}
  - {name: bob, role: engineer}
  - {name: eve, role: viewer}
checklists:
  - name: ours
    items:
      - {id: freeze, title: Code is frozen, team: engineering, required: true}
      - {id: legal, title: Terms are approved, team: legal, required: true, evidence: required}
      - {id: macros, title: Macros are published, team: support}
      - {id: dns, title: Domain points here, phase: launch, needs: [freeze]}
providers:
  site:
    kind: command
    operations:
      deploy: {argv: [sh, -c, "echo deploying; echo done > deployed"], undo: roll back, title: Ship it}
      rollback: {argv: [sh, -c, "exit 3"], undo: deploy again}
      purge: {argv: [sh, -c, "sleep 60"]}
      backup: {argv: [sh, -c, "echo saved"]}
gates:
  launch:
    - items: required
actions:
  deploy: {key: d, approvals: 1, steps: [deploy: site]}
  rollback: {key: r, steps: [rollback: site]}
  purge: {steps: [purge: site]}
  backup: {key: b, steps: [backup: site]}
"""
"""Four people, four items, a gate and four actions; `lead` is whoever runs the test."""

LAUNCH = "acme-4.2.0-staging"


class Cli:
    """Runs commands in `home`, where nothing of the real user's is seen."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.under: tuple[str, ...] = ()
        """What commands are run by."""
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "LANG": "C.UTF-8",
            "LAUNCHPAD_TOUR": "0",
            "TZ": "UTC",
        }

    def define(self, text: str = DEFINITION) -> Path:
        """Writes the launch.yaml of this folder."""
        path = self.home / "launchpad.yaml"
        login = pwd.getpwuid(os.geteuid()).pw_name
        path.write_text(text.replace("LOGIN", login), encoding="utf-8")
        return path

    def open(self, text: str = DEFINITION, *, by: "Identity | None" = None) -> None:
        """Opens the launch without an engine, as whoever runs the test unless said otherwise."""
        from launchpad.desk import open_launch
        from launchpad.model.commands import OpenLaunch
        from launchpad.store import open_store
        from launchpad.wiring import launch_id, load_definition, local_identity, sqlite_url

        definition = load_definition(self.define(text)).definition
        url = sqlite_url(self.home / "state" / "launchpad" / "launchpad.db")
        store = open_store(url)
        try:
            who = by or local_identity(definition, url)
            open_launch(store, who, OpenLaunch(launch=launch_id(definition.launch), definition=definition))
        finally:
            store.close()

    def __call__(
        self,
        *args: str | bytes | Path,
        status: int | None = 0,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 180,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end; fails unless it exits with `status` (None: whatever it is)."""
        done = subprocess.run(
            [*self.under, PROGRAM, *args],
            cwd=self.home,
            env=self.environ | dict(env or {}),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )
        assert "Traceback" not in done.stderr, done.stderr
        if status is not None:
            assert done.returncode == status, f"{args} exited {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def json(self, *args: str, status: int | None = 0, env: Mapping[str, str] | None = None) -> Any:
        """What a command prints with `--json`."""
        return json.loads(self(*args, "--json", status=status, env=env).stdout)

    def refusal(self, *args: str, status: int) -> str:
        """The one line in which a command says what is wrong."""
        done = self(*args, status=status)
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr.removeprefix("launchpad: ").rstrip("\n")

    def start(self, *args: str, **more: Any) -> subprocess.Popen[str]:
        """Starts a command; the caller ends it."""
        return subprocess.Popen(
            [*self.under, PROGRAM, *args],
            cwd=self.home,
            env=self.environ | more.pop("env", {}),
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            **more,
        )

    def close(self) -> None:
        """Ends every engine that was started for this folder."""
        for pid in processes_with(f"--config {self.home}"):
            os.kill(pid, signal.SIGKILL)


def processes_with(text: str) -> list[int]:
    """Other processes whose command line holds `text`."""
    shown = subprocess.run(["ps", "-ewwo", "pid=,args="], capture_output=True, check=True, encoding="utf-8")
    found = [int(line.split()[0]) for line in shown.stdout.splitlines() if text in line]
    return [pid for pid in found if pid != os.getpid()]


def eventually(condition: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """What `condition` returns once it is true. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {condition}"
        time.sleep(0.05)
    return value


def event_of(line: str) -> int:
    """The event number that a verb prints."""
    found = re.search(r"\(event (\d+)\)", line)
    assert found, line
    return int(found[1])
