"""rehearse: a small launch against a product of its own, on this machine alone."""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from launchpad.cli.command import command
from launchpad.cli.engines import EngineFailed, engine_argv, engine_environ, last_words, watching
from launchpad.cli.output import Output
from launchpad.cli.running import has_terminal, open_face
from launchpad.cli.seeing import print_status
from launchpad.cli.shell import Shell
from launchpad.errors import Exit, Unreachable
from launchpad.rehearsal.stage import Stage, end
from launchpad.wiring import load_face, sqlite_url

_READY = 20.0
"""Seconds until everything must be measured."""


@command(
    "rehearse",
    "try it all on a small product of its own; no account, nothing is kept",
    example="launchpad rehearse",
    details="Starts a web service on this machine that is slow at first and has a spike of errors after a "
    "minute, an engine that watches it, and the face. Everything ends, and is removed, with the face.",
)
def rehearse(shell: Shell, _options: argparse.Namespace) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with Stage() as stage:
        options = argparse.Namespace(
            config=str(stage.definition),
            store=sqlite_url(stage.directory / "launchpad.db"),
            launch=None,
            claimed=None,
        )
        # What the engine keeps on this host goes with the directory as well.
        environ = {**shell.environ, "XDG_STATE_HOME": str(stage.directory)}
        # What it says about opening a launch is of no interest here.
        with Shell(options, Output(json=shell.out.json, quiet=True), environ) as rehearsed:
            rehearsed.ensure_open()
            engine = _start_engine(rehearsed, stage)
            try:
                status, sentence = _show(rehearsed, stage, engine)
            finally:
                end(engine)
    shell.out.say(sentence)
    return status


def _leave(number: int, _frame: object) -> NoReturn:
    """Unwinds, so that everything is taken down in order."""
    sys.exit(128 + number)


def _start_engine(shell: Shell, stage: Stage) -> subprocess.Popen[bytes]:
    """The engine as a child that ends with us: it watches its standard input."""
    with (stage.directory / "engine.log").open("wb") as log:
        engine = subprocess.Popen(
            engine_argv(shell.launch, "--until-closed", "0", config=stage.definition),
            env=engine_environ(shell.environ, shell.url),
            cwd=stage.directory,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(stage.engine_pipe,),
            start_new_session=True,
        )
    stage.release_engine_pipe()
    return engine


def _show(shell: Shell, stage: Stage, engine: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Shows the launch, live if there is a terminal; the exit status and what there is to say."""
    if has_terminal():
        load_face()  # while the engine starts
        _await(shell, stage, engine, lambda: watching(shell.store, shell.launch) is not None)
        return open_face(shell, rehearsal=True), "The rehearsal is over; nothing of it is kept."
    _await(shell, stage, engine, lambda: _everything_is_measured(shell))
    print_status(shell)
    return Exit.DONE, (
        "There is no terminal here. In one, this rehearsal shows the launch live: a slow start, a spike of "
        "errors after a minute and its recovery, a checklist to tick, and backup, deploy and rollback to try."
    )


def _everything_is_measured(shell: Shell) -> bool:
    shell.session.refresh()
    view = shell.session.view()
    return view.engine.watching and view.freshness.ok == view.freshness.total


def _await(shell: Shell, stage: Stage, engine: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    """Returns once `ready`. Raises `EngineFailed` if the engine ends, `Unreachable` after a while."""
    log = stage.directory / "engine.log"
    deadline = time.monotonic() + _READY
    while not ready():
        if engine.poll() is not None:
            raise EngineFailed(last_words(log), engine.returncode)
        if time.monotonic() > deadline:
            raise Unreachable(f"the rehearsal's engine is not ready after {_READY:.0f} s", hint="try again")
        shell.next_event(0.1)
