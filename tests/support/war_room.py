"""A launch in a temporary store with its people, its engines and a record of what was done to its target."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.model import commands as cmd
from launchpad.model.commands import Command, Done, Identity
from launchpad.model.definition import Action, Definition, Launch, Operator, Provider, Step
from launchpad.model.state import RunState
from launchpad.rules.view import View
from launchpad.session import Session
from launchpad.store import open_store

PEOPLE = (
    Operator(name="lead", role="director", teams=("engineering",)),
    Operator(name="ops", role="operator"),
    Operator(name="eva", role="engineer"),
    Operator(name="guest", role="viewer"),
)
TTL = "3.0"
"""Seconds that the lease of an engine lasts that another is to follow: short enough to wait for."""
UNHURRIED = "20.0"
"""That of any other: a machine that stands still for some seconds must not end it."""
T = TypeVar("T")


def until(condition: Callable[[], T | None], *, seconds: float = 60.0, what: str = "") -> T:
    """The first true value of `condition`; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"still waiting after {seconds} s: {what or condition}"
        time.sleep(0.02)


def recording(path: Path, name: str, *, seconds: float = 0.0, code: int = 0) -> dict[str, Any]:
    """A command that leaves a line at its start and one at its end: what its target has seen."""
    begins = f'echo "{name} begins"; echo "{name} $LAUNCHPAD_NONCE" >> "{path}"'
    script = f'{begins}; sleep {seconds}; echo "{name} ends"; exit {code}'
    return {"argv": ["sh", "-c", script], "undo": "by hand"}


class WarRoom:
    """Everything a test of the engine needs; `close` ends every process."""

    def __init__(
        self, base: Path, definition: Definition, *, url: str | None = None, launch: str = "acme-4.2.0"
    ) -> None:
        self.base = base
        self.record = base / "record"
        self.url = url or f"sqlite:///{base}/journal.db"
        self.store = open_store(self.url)
        self.definition = definition
        self.launch = launch
        lead = self.person("lead")
        open_launch(self.store, lead, cmd.OpenLaunch(launch=self.launch, definition=definition))
        self.session = Session(self.store, self.launch)
        self.engines: list[subprocess.Popen[str]] = []

    @staticmethod
    def person(name: str) -> Identity:
        operator = next(o for o in PEOPLE if o.name == name)
        return Identity(name=name, role=operator.role, teams=operator.teams, auth="os")

    def does(self, name: str, command: Command) -> Done:
        """The named person performs a command."""
        return LocalDesk(self.store, self.session, self.person(name)).perform(command)

    def engine(
        self,
        *,
        standby: bool = False,
        environ: Mapping[str, str] | None = None,
        ttl: str = UNHURRIED,
        dies: str = "",
        url: str = "",
    ) -> subprocess.Popen[str]:
        """Starts an engine; returns once it holds the lease (not waiting for that with `standby`). `dies`
        says at which event it is to be killed: `before step.running`, `after run.started`; `url` is its own
        way to the store."""
        before = self.epoch
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.support.engine_process",
                url or self.url,
                self.launch,
                str(self.base),
                ttl,
                "standby" if standby else "alone",
                dies,
            ],
            env={**os.environ, **(environ or {})},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.engines.append(process)
        if not standby:
            until(lambda: self.epoch > before or process.poll() is not None, what="the engine to begin")
        return process

    @property
    def epoch(self) -> int:
        self.session.refresh()
        engine = self.session.state.engine
        return engine.epoch if engine else 0

    @property
    def holder(self) -> str:
        """The engine that said last that it watches: `host:pid:nonce`."""
        self.session.refresh()
        engine = self.session.state.engine
        return engine.holder if engine else ""

    def view(self) -> View:
        """What there is to show now."""
        self.session.refresh()
        return self.session.view()

    def run(self, run_id: str) -> RunState:
        self.session.refresh()
        return self.session.state.runs[run_id]

    def when(self, run_id: str, *statuses: str, seconds: float = 60.0) -> RunState:
        """The run, once it has one of the statuses."""

        def reached() -> RunState | None:
            self.session.refresh()
            run = self.session.state.runs.get(run_id)
            return run if run and run.status in statuses else None

        return until(reached, seconds=seconds, what=f"{run_id} to be {statuses}")

    def go(self, action: str, *, by: str = "ops") -> str:
        """Requests an action, waits for its plan and confirms it."""
        run_id = self.does(by, cmd.RequestRun(action=action)).subject.removeprefix("run:")
        run = self.when(run_id, "planned", "refused")
        assert run.status == "planned", run.reason
        self.does(by, cmd.ConfirmRun(run=run_id, digest=run.digest))
        return run_id

    def recorded(self) -> list[str]:
        """What the target has seen, one name a mutation."""
        if not self.record.exists():
            return []
        return [line.split()[0] for line in self.record.read_text().splitlines()]

    def close(self) -> None:
        for process in self.engines:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.engines:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        self.store.close()


def commands_launch(operations: dict[str, dict[str, Any]], **actions: Action) -> Definition:
    """A definition with one `command` provider called `shop` and these actions."""
    return Definition(
        launch=Launch(product="Acme", version="4.2.0", environment="staging"),
        operators=PEOPLE,
        providers={"shop": Provider(kind="command", settings={"operations": operations})},
        actions=actions,
    )


def action(*verbs: Any, **fields: Any) -> Action:
    """An action whose steps ask `shop` for `verbs`, one after the other."""
    return replace(Action(steps=tuple(Step(verb=verb, provider="shop") for verb in verbs)), **fields)
