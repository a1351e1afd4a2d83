"""serve: seats over SSH for everybody whose key the launch knows, a page for browsers, and an engine that
watches."""

import argparse
import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from launchpad import __version__, garbage
from launchpad.cli.address import Address, address
from launchpad.cli.browsers import WEB, Wanted, browsers, wanted
from launchpad.cli.command import argument, command
from launchpad.cli.health import answering, health_of
from launchpad.cli.keeping import Parted, part
from launchpad.cli.seeing import duration
from launchpad.cli.service import HEALTH, LOG_FORMAT, keep_log, notify_manager
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.privacy import keep_private
from launchpad.wiring import state_dir

if TYPE_CHECKING:
    from launchpad.ssh.hosted import Rules
    from launchpad.ssh.server import Listening


@command(
    "serve",
    "give a seat over SSH to everybody whose key the definition names, and see to it that an engine watches",
    argument(
        "--ssh",
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
    *WEB,
    example="launchpad serve --ssh 2222 -c launchpad.yaml",
    details="A connection shows the face, or answers a command that only looks, such as `ssh HOST status "
    "--json`: no shell, no files, no forwarding. A key that is taken out of the file or the definition ends "
    "its connections. --web shows the launch to browsers, with --ssh or alone: they only look, and need a "
    "token. An engine that is watching already goes on; otherwise one is started, started again if it fails, "
    "and ended with the server. Before it listens the server drops its environment: only what starts the "
    "engine keeps the secrets in it.",
)
def serve(shell: Shell, options: argparse.Namespace) -> int:
    keep_private()
    keep_log(shell.out, options.log_format)
    where = None if options.ssh is None else address(options.ssh, "--ssh")
    if where is None and options.web is None:
        raise BadInput("nothing is to be served", hint="--ssh PORT gives seats, --web PORT a page")
    pages = wanted(options)
    health = address(options.health, "--health", alone="127.0.0.1") if options.health else None
    if not 1 <= options.seats <= 1000:
        raise BadInput(f"{options.seats} seats can't be given", hint="expected 1 to 1000")
    idle = duration(options.idle_limit) if options.idle_limit else None
    from launchpad.cli.errands import errand
    from launchpad.ssh.access import KeyFile
    from launchpad.ssh.hosted import Rules

    if not options.launch:
        shell.ensure_open()
    keeper = part(shell)
    rules = Rules(
        seats=options.seats,
        idle=idle,
        keys=KeyFile(Path(options.authorized_keys)) if options.authorized_keys else None,
        errands=errand,
    )
    asyncio.run(_serve(shell, keeper, where, rules, health, pages))
    shell.out.say(f"no longer serving {shell.launch}")
    return Exit.DONE


async def _serve(
    shell: Shell,
    keeper: Parted,
    where: Address | None,
    rules: "Rules",
    health: Address | None,
    pages: Wanted | None,
) -> None:
    stop = _stopped_by_signals()
    garbage.settle()
    over = asyncio.Event()
    engine: list[asyncio.Task[None]] = []

    def ready(listening: "Listening | None", web: str | None) -> None:
        engine.append(asyncio.create_task(keeper.keep(shell, over)))
        # It ends before it is told to only where no engine can be had any more.
        engine[0].add_done_callback(lambda _: stop.set())
        notify_manager("READY=1")
        shell.out.result(*_announcement(shell.launch, where, listening, web))

    try:
        async with _healthy(shell, health), browsers(shell, pages) as web:
            if where is None:
                ready(None, web)
                await stop.wait()
            else:
                await _give_seats(shell, where, rules, stop, lambda listening: ready(listening, web))
    finally:
        notify_manager("STOPPING=1")
        # Seats first: the last thing that they show is a launch that is watched.
        over.set()
        await asyncio.gather(*engine)


async def _give_seats(
    shell: Shell, where: Address, rules: "Rules", stop: asyncio.Event, ready: "Callable[[Listening], None]"
) -> None:
    from launchpad.ssh.server import serve

    await serve(
        shell.store,
        shell.launch,
        host=where.host,
        port=where.port,
        key=state_dir(shell.environ) / "ssh_host_ed25519_key",
        stop=stop,
        ready=ready,
        narrate=shell.out.say,
        rules=rules,
    )


def _announcement(
    launch: str, where: Address | None, listening: "Listening | None", web: str | None
) -> tuple[dict[str, object], list[str]]:
    """What colleagues need to know, as data and as lines."""
    data: dict[str, object] = {"launch": launch}
    lines = []
    if where is not None and listening is not None:
        call = f"ssh -p {listening.port} {where.host or socket.gethostname()}"
        at = f"on {where.host}" if where.host else "on EVERY address of this machine"
        data |= {"host": where.host, "port": listening.port, "fingerprint": listening.fingerprint}
        lines = [
            f"serving {launch} {at}, port {listening.port}: {call}",
            f"host key {listening.fingerprint}",
        ]
    if web is not None:
        data["web"] = web
        lines.append(f"showing {launch} to browsers that have the token: {web}")
    return data, lines


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
