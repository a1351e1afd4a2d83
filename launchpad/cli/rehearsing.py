"""The stage of a rehearsal with its launch and its engines, each a child that ends with this process."""

import argparse
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

from launchpad.cli.engines import EngineFailed, engine_argv, engine_environ, last_words, watching
from launchpad.cli.output import Output
from launchpad.cli.shell import Shell
from launchpad.errors import BrokenJournal, Unreachable
from launchpad.rehearsal.conditions import condition
from launchpad.rehearsal.example import Example
from launchpad.rehearsal.expectations import Record
from launchpad.rehearsal.script import Disturbance
from launchpad.rehearsal.stage import Stage, end
from launchpad.rules.view import View
from launchpad.wiring import os_login, sqlite_url

_READY = 20.0
"""Seconds until everything must be measured."""


class Rehearsal:
    """A launch on a stage, and the engine that watches it."""

    def __init__(self, shell: Shell, stage: Stage, example: Example) -> None:
        self.shell = shell
        self.stage = stage
        self.example = example
        self._engines: list[subprocess.Popen[bytes]] = []
        self._waiting = [fault for fault in example.disturbances if fault.kill]

    def start_engine(self, *more: str) -> None:
        """An engine as a child that ends with us: it watches its standard input."""
        with self.stage.log.open("ab") as log:
            self._engines.append(
                subprocess.Popen(
                    engine_argv(
                        self.shell.launch, "--until-closed", "0", *more, config=self.stage.definition
                    ),
                    env=engine_environ(self.shell.environ, self.shell.url),
                    cwd=self.stage.directory,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=(self.stage.engine_pipe,),
                    start_new_session=True,
                )
            )

    def tend(self, view: View) -> None:
        """Disturbs what is to be disturbed now. Raises `EngineFailed` if the engine ended by itself."""
        for fault in [fault for fault in self._waiting if self._due(fault, view)]:
            self._waiting.remove(fault)
            self._engines[-1].kill()
            self._engines[-1].wait()
            # It waits for the dead one's lease to lapse.
            self.start_engine("--standby")
        if self._engines[-1].poll() is not None and view.state.outcome is None:
            raise EngineFailed(last_words(self.stage.log), self._engines[-1].returncode)

    @staticmethod
    def _due(fault: Disturbance, view: View) -> bool:
        return fault.when is not None and condition(fault.when).holds(view)

    def until(self, ready: Callable[[], bool]) -> None:
        """Returns once `ready`. Raises `EngineFailed` if the engine ends, `Unreachable` after a while."""
        deadline = time.monotonic() + _READY
        while not ready():
            if self._engines[-1].poll() is not None:
                raise EngineFailed(last_words(self.stage.log), self._engines[-1].returncode)
            if time.monotonic() > deadline:
                raise Unreachable(
                    f"the rehearsal's engine is not ready after {_READY:.0f} s", hint="try again"
                )
            self.shell.next_event(0.1)

    def until_watched(self) -> None:
        """Returns once the engine holds the lease."""
        self.until(lambda: watching(self.shell.store, self.shell.launch) is not None)

    def until_measured(self) -> None:
        """Returns once every signal delivers."""
        self.until(lambda: condition("everything is measured").holds(self.view()))

    def view(self) -> View:
        """How the launch stands now."""
        self.shell.session.refresh()
        return self.shell.session.view()

    def record(self, *, stopped: bool) -> Record:
        """What the rehearsal has left so far."""
        view = self.view()
        return Record(
            view=view,
            events=self.shell.session.events,
            moments=self.stage.moments(),
            ledger=self.stage.ledger(),
            broken=self._fault_of_journal(),
            stopped=stopped,
        )

    def _fault_of_journal(self) -> str:
        from launchpad.store.archive import verify_store

        try:
            verify_store(self.shell.store, self.shell.launch)
        except BrokenJournal as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Ends every engine."""
        for engine in self._engines:
            end(engine)


@contextlib.contextmanager
def rehearsing(example: Example, environ: Mapping[str, str], *, json: bool) -> Iterator[Rehearsal]:
    """A rehearsal whose launch is open and whose engine starts; nothing of it is left afterwards."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with Stage(example, login=os_login()) as stage:
        options = argparse.Namespace(
            config=str(stage.definition),
            store=sqlite_url(stage.directory / "launchpad.db"),
            launch=None,
            claimed=None,
        )
        # What the engine keeps on this host goes with the directory as well.
        environ = {**environ, "XDG_STATE_HOME": str(stage.directory)}
        # What it says about opening a launch is of no interest here.
        with Shell(options, Output(json=json, quiet=True), environ) as shell:
            shell.ensure_open()
            rehearsal = Rehearsal(shell, stage, example)
            try:
                stage.until_answering()
                rehearsal.start_engine()
                yield rehearsal
            finally:
                rehearsal.close()


def _leave(number: int, _frame: object) -> NoReturn:
    """Unwinds, so that everything is taken down in order."""
    sys.exit(128 + number)
