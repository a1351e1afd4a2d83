"""The engine as a process: finding it by its lease, starting it, asking it to end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from launchpad.errors import Exit, LaunchpadError, Refused, Unreachable
from launchpad.model.samples import Lease
from launchpad.model.store import Store
from launchpad.wiring import log_path, private_log

_START = 20.0
"""Seconds an engine may take until it holds the lease; secrets may ask slow programs."""
_STOP = 30.0
"""Seconds it may take to end: it lets go of what runs first."""
_POLL = 0.05


class EngineFailed(LaunchpadError):
    """An engine that was started ended at once; carries its own words and exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_code = Exit(status) if status in Exit.__members__.values() else Exit.NO


def engine_argv(launch: str, *more: str, config: Path | None = None) -> list[str]:
    """The command of an engine process. The store travels in the environment, as it may hold a password."""
    # -P: a folder of the user's that is called like a package of ours must not stand before it.
    argv = [sys.executable, "-P", "-m", "launchpad", "engine", "--launch", launch, *more]
    return [*argv, "--config", str(config.absolute())] if config else argv


def engine_environ(environ: Mapping[str, str], url: str) -> dict[str, str]:
    """The environment of an engine process: all of it, for it resolves the secrets."""
    return {**environ, "LAUNCHPAD_STORE": url}


def watching(store: Store, launch: str) -> Lease | None:
    """The lease of the engine that watches the launch; None if nobody does."""
    lease = store.lease(launch)
    return lease if lease is not None and lease.expires_in > 0 else None


def start_detached(
    store: Store, launch: str, argv: Sequence[str], environ: Mapping[str, str], cwd: Path
) -> Lease:
    """Starts an engine that outlives this process and its terminal; returns once it holds the lease.

    Raises `EngineFailed` with its last line if it ends, `Unreachable` if it does not get so far.
    """
    name = f"engine-{launch}"
    log = private_log(name)
    begin = os.fstat(log).st_size
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    os.close(log)
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        ended = process.poll()
        if lease := watching(store, launch):
            return lease
        if ended is not None:
            raise EngineFailed(last_words(log_path(name), begin), ended)
        time.sleep(_POLL)
    raise Unreachable(
        f"the engine (process {process.pid}) does not hold the lease of {launch} after {_START:.0f} s",
        hint=f"see {log_path(name)}",
    )


def last_words(log: Path, begin: int = 0) -> str:
    """Why an engine did not start: the last line of its log after byte `begin`."""
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode(errors="replace").split("\n")
    said = next((line for line in reversed(lines) if line.strip()), "it said nothing")
    return f"the engine did not start: {said.removeprefix('launchpad: ')}"


def stop(store: Store, launch: str) -> str:
    """Asks the engine of this launch to end and waits until it has; returns a sentence.

    Raises `Refused` if it runs elsewhere or belongs to somebody else.
    """
    lease = watching(store, launch)
    if lease is None:
        return f"no engine is watching {launch}"
    host, _, rest = lease.holder.partition(":")
    pid = int(number) if (number := rest.partition(":")[0]).isdecimal() else 0
    if host != socket.gethostname() or not pid:
        raise Refused(f"the engine of {launch} runs on {host}", hint="stop it there")
    if not _is_engine(pid):
        raise Refused(
            f"process {pid} is no engine: the one that watched {launch} is gone",
            hint=f"its lease lapses in {max(1, round(lease.expires_in))} s",
        )
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return f"the engine of {launch} had just ended"
    except PermissionError:
        raise Refused(f"process {pid} belongs to another user", hint="ask them to stop it") from None
    deadline = time.monotonic() + _STOP
    while time.monotonic() < deadline:
        now = store.lease(launch)
        if now is None or now.holder != lease.holder or now.expires_in <= 0:
            return f"stopped the engine of {launch} (process {pid})"
        time.sleep(_POLL)
    raise Unreachable(f"the engine of {launch} (process {pid}) has not ended after {_STOP:.0f} s")


def _is_engine(pid: int) -> bool:
    """Whether that process is an engine, so that a reused number hits nobody else."""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "launchpad" in shown.stdout and " engine" in shown.stdout
