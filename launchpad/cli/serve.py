"""serve: seats over SSH for everybody whose key the launch knows, and an engine that watches."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from launchpad import __version__
from launchpad.cli.address import Address, address
from launchpad.cli.command import argument, command
from launchpad.cli.engines import engine_argv, engine_environ, watching
from launchpad.cli.health import answering, health_of
from launchpad.cli.running import base_dir
from launchpad.cli.seeing import duration
from launchpad.cli.service import HEALTH, LOG_FORMAT, keep_log, notify_manager
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit, Unreachable
from launchpad.wiring import state_dir

if TYPE_CHECKING:
    from launchpad.ssh.server import Listening, Rules

_LOOK = 2.0
"""Seconds between two looks at the lease of an engine that is not ours."""
_LONGEST_PAUSE = 60.0
_STOP = 30.0
"""Seconds that an engine has to let go of what it runs."""


@command(
    "serve",
    "give a seat over SSH to everybody whose key the definition names, and see to it that an engine watches",
    argument(
        "--ssh",
        required=True,
        metavar="[HOST:]PORT",
        help="where to listen: a port alone means every address of this machine, 127.0.0.1:PORT this machine "
        "only",
    ),
    argument("--seats", type=int, default=20, metavar="N", help="how many may be taken at once (default 20)"),
    argument(
        "--authorized-keys",
        metavar="FILE",
        help='keys beside the definition\'s, a line `operator="NAME" TYPE BASE64` each; read again when '
        "the file changes",
    ),
    argument(
        "--idle-limit",
        metavar="DURATION",
        help="end a seat in which nothing was typed for so long (absent: never)",
    ),
    HEALTH,
    LOG_FORMAT,
    example="launchpad serve --ssh 2222 -c launchpad.yaml",
    details="A connection shows the face, or answers a command that only looks, such as `ssh HOST status "
    "--json`: no shell, no files, no forwarding. A key that is taken out of the file or the definition ends "
    "its connections. An engine that is watching already goes on; otherwise one is started, started again if "
    "it fails, and ended with the server.",
)
def serve(shell: Shell, options: argparse.Namespace) -> int:
    keep_log(shell.out, options.log_format)
    where = address(options.ssh, "--ssh")
    health = address(options.health, "--health", alone="127.0.0.1") if options.health else None
    if not 1 <= options.seats <= 1000:
        raise BadInput(f"{options.seats} seats can't be given", hint="expected 1 to 1000")
    from launchpad.cli.errands import errand
    from launchpad.ssh.access import KeyFile
    from launchpad.ssh.server import Rules

    if not options.launch:
        shell.ensure_open()
    rules = Rules(
        seats=options.seats,
        idle=duration(options.idle_limit) if options.idle_limit else None,
        keys=KeyFile(Path(options.authorized_keys)) if options.authorized_keys else None,
        errands=errand,
    )
    asyncio.run(_serve(shell, where, rules, health))
    shell.out.say(f"no longer serving {shell.launch}")
    return Exit.DONE


async def _serve(shell: Shell, where: Address, rules: "Rules", health: Address | None) -> None:
    from launchpad.ssh.server import serve

    stop = _stopped_by_signals()
    over = asyncio.Event()
    engine: list[asyncio.Task[None]] = []

    def ready(listening: "Listening") -> None:
        engine.append(asyncio.create_task(_keep_engine(shell, over)))
        call = f"ssh -p {listening.port} {where.host or socket.gethostname()}"
        at = f"on {where.host}" if where.host else "on EVERY address of this machine"
        notify_manager("READY=1")
        shell.out.result(
            {
                "launch": shell.launch,
                "host": where.host,
                "port": listening.port,
                "fingerprint": listening.fingerprint,
            },
            [
                f"serving {shell.launch} {at}, port {listening.port}: {call}",
                f"host key {listening.fingerprint}",
            ],
        )

    try:
        async with _healthy(shell, health):
            await serve(
                shell.store,
                shell.session.launch,
                host=where.host,
                port=where.port,
                key=state_dir(shell.environ) / "ssh_host_ed25519_key",
                stop=stop,
                ready=ready,
                narrate=shell.out.say,
                rules=rules,
            )
    finally:
        notify_manager("STOPPING=1")
        # Seats first: the last thing that they show is a launch that is watched.
        over.set()
        await asyncio.gather(*engine)


@contextlib.asynccontextmanager
async def _healthy(shell: Shell, where: Address | None) -> AsyncIterator[None]:
    """Answers to whoever asks whether the service is well, where that was wished for."""
    if where is None:
        yield
        return
    look = health_of(shell.store, shell.launch, lambda: {"service": "serve", "version": __version__})
    async with answering(where, look) as port:
        shell.out.say(f"answering http://{where.host or socket.gethostname()}:{port}/healthz")
        yield


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, stop.set)
    return stop


async def _keep_engine(shell: Shell, stop: asyncio.Event) -> None:
    """Starts an engine whenever nobody watches an open launch; waits longer after each that fails."""
    loop = asyncio.get_running_loop()
    pause = 1.0
    while not stop.is_set():
        if not await asyncio.to_thread(_lacks_engine, shell):
            await _unless(stop, _LOOK)
            continue
        began = loop.time()
        status = await _one_engine(shell, stop)
        if stop.is_set():
            return
        pause = 1.0 if loop.time() - began > _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
        shell.out.say(f"the engine has ended with status {status}; looking again in {pause:.0f} s")
        await _unless(stop, pause)


def _lacks_engine(shell: Shell) -> bool:
    """Whether the launch is open and nobody watches it; not while the store does not say."""
    try:
        shell.session.refresh()
        return shell.session.state.open and watching(shell.store, shell.launch) is None
    except Unreachable:
        return False


async def _one_engine(shell: Shell, stop: asyncio.Event) -> int:
    """Runs one engine until it ends or must; its exit status."""
    process = await asyncio.create_subprocess_exec(
        *engine_argv(shell.launch, "--log-format", shell.options.log_format, config=shell.file),
        env=engine_environ(shell.environ, shell.url),
        cwd=base_dir(shell),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        start_new_session=True,  # Ctrl-C is ours to hand on, after the seats
    )
    shell.out.say(f"started an engine (process {process.pid})")
    ending = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(process.wait())
    await asyncio.wait([ending, ended], return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    return ended.result() if ended.done() else await _stopped(process)


async def _stopped(process: asyncio.subprocess.Process) -> int:
    process.terminate()
    try:
        return await asyncio.wait_for(process.wait(), _STOP)
    except TimeoutError:
        process.kill()
        return await process.wait()


async def _unless(stop: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
