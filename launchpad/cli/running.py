"""run, attach, engine: the launch with its face and its engine."""

import argparse
import contextlib
import ipaddress
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from launchpad import garbage, interrupts
from launchpad.cli import clocks
from launchpad.cli.command import argument, command
from launchpad.cli.engines import engine_argv, engine_environ, start_detached, stop, watching
from launchpad.cli.service import LOG_FORMAT, keep_log
from launchpad.cli.shell import Shell
from launchpad.desk import Onlooker
from launchpad.errors import BadInput, Exit, Refused
from launchpad.model.preferences import GLYPHS, THEMES, Preferences
from launchpad.wiring import (
    first_frame,
    load_face,
    preferences,
    preferences_file,
    report_saver,
    scrubbed,
    sqlite_path,
    state_dir,
)

if TYPE_CHECKING:
    from launchpad.engine import Engine

_FACE = (
    argument("--theme", metavar="NAME", choices=THEMES, help=", ".join(THEMES)),
    argument("--glyphs", metavar="SET", choices=GLYPHS, help=", ".join(GLYPHS)),
    argument("--no-mouse", dest="mouse", action="store_false", default=None, help="leave it to the terminal"),
    argument("--no-bell", dest="bell", action="store_false", default=None, help="no alert rings"),
)


@command(
    "run",
    "open or resume the launch: its face, and an engine if none is watching",
    *_FACE,
    example="launchpad run -c launchpad.yaml",
    details="The engine is a process of its own: it goes on when the face or the terminal is closed.",
)
def run(shell: Shell, options: argparse.Namespace) -> int:
    wanted = _wanted(shell, options)
    shell.ensure_open()
    ensure_engine(shell)
    if not has_terminal():
        from launchpad.cli.seeing import print_status

        print_status(shell)
        shell.out.say("There is no terminal here. In one, `launchpad run` shows this launch live.")
        return Exit.DONE
    return open_face(shell, wanted=wanted)


@command(
    "attach",
    "open the face alone, on whatever engine is watching",
    *_FACE,
    argument("--read-only", action="store_true", help="only look: no key can change the launch"),
    example="launchpad attach --launch acme-4.2.0",
)
def attach(shell: Shell, options: argparse.Namespace) -> int:
    if not has_terminal():
        raise BadInput("the face needs a terminal", hint="`launchpad status` needs none")
    return open_face(shell, wanted=_wanted(shell, options), only_look=options.read_only)


@command(
    "engine",
    "run the engine alone, for a service manager; ends on SIGTERM",
    argument("--stop", action="store_true", help="end the engine that is watching this launch"),
    argument("--standby", action="store_true", help="wait while another engine watches, then take over"),
    argument("--until-closed", metavar="FD", type=int, help=argparse.SUPPRESS),
    LOG_FORMAT,
    example="launchpad engine -c /etc/acme/launchpad.yaml",
)
def engine(shell: Shell, options: argparse.Namespace) -> int:
    if options.stop:
        shell.out.result({"message": (done := stop(shell.store, shell.launch))}, [done])
        return Exit.DONE
    from launchpad.privacy import keep_private

    interrupts.end_at_once()  # until it is told by its loop, there is nothing to let go of
    keep_private()
    import asyncio

    from launchpad.engine import Engine

    # What is asked for by name is open already; its journal's definition holds, whatever the file says now.
    if not options.launch:
        shell.ensure_open()
    if not shell.session.state.open:
        raise Refused(f"{shell.launch} is closed and needs no engine")
    keep_log(shell.out, options.log_format)
    work = Engine(
        shell.store,
        shell.session.launch,
        base_dir=base_dir(shell),
        environ=dict(shell.environ),
        state_dir=state_dir(shell.environ),
    )
    shell.out.say(f"watching {shell.launch} in {shell.store.url} (process {os.getpid()})")
    asyncio.run(_until_told(work, standby=options.standby, descriptor=options.until_closed))
    shell.out.say(f"no longer watching {shell.launch}")
    return Exit.DONE


async def _until_told(work: "Engine", *, standby: bool, descriptor: int | None) -> None:
    """Runs the engine until a signal comes or, given a descriptor, its other end is closed."""
    import asyncio
    import signal

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, stopping.set)
    if descriptor is not None:
        loop.add_reader(descriptor, stopping.set)
    garbage.settle()
    await work.run(stopping, standby=standby)


def ensure_engine(shell: Shell) -> None:
    """Finds the engine of an open launch or starts one that outlives this process."""
    if watching(shell.store, shell.launch) or not shell.session.state.open:
        return
    lease = start_detached(
        shell.store,
        shell.launch,
        engine_argv(shell.launch, config=shell.file),
        engine_environ(shell.environ, shell.url),
        base_dir(shell),
    )
    shell.out.say(f"started an engine ({lease.holder.rpartition(':')[0]})")


def base_dir(shell: Shell) -> Path:
    """Where relative paths of the definition start."""
    return shell.file.absolute().parent if shell.file else Path.cwd()


def has_terminal() -> bool:
    """Whether a face can be drawn here."""
    streams = (sys.stdin, sys.stdout, sys.stderr)  # a face draws on the last
    return all(stream.isatty() for stream in streams) and os.environ.get("TERM", "") not in ("", "dumb")


def whence(environ: Mapping[str, str], url: str) -> str:
    """Where somebody sits, for the others to know: `local`, `local on HOST` in a store that hosts share, or
    `ssh ADDRESS`, which OpenSSH's server says."""
    address = environ.get("SSH_CONNECTION", "").partition(" ")[0]
    with contextlib.suppress(ValueError):
        return f"ssh {ipaddress.ip_address(address)}"
    return "local" if sqlite_path(url) is not None else f"local on {socket.gethostname()}"


def _wanted(shell: Shell, options: argparse.Namespace) -> tuple[Preferences, str]:
    said = {name: getattr(options, name) for name in ("theme", "glyphs", "mouse", "bell")}
    return preferences(shell.environ, file=preferences_file(shell.environ), **said)


def _onlooker(shell: Shell) -> Onlooker:
    why, hint = "opened to look only (--read-only)", "open it without --read-only to act"
    return Onlooker(shell.session, shell.identity, why=why, hint=hint)


def open_face(
    shell: Shell,
    *,
    wanted: tuple[Preferences, str] | None = None,
    rehearsal: bool = False,
    only_look: bool = False,
) -> int:
    """Shows the face until it is closed, in an environment without secrets. `wanted` is how, with a word
    about the file that says so; None: as file and environment say."""
    chosen, complaint = wanted or preferences(os.environ, file=preferences_file(os.environ))
    # What is said from here on would be painted over: the face says it.
    tells, shell.tells_difference = shell.tells_difference, False
    with first_frame(shell.entry(), chosen, rehearsal=rehearsal) as opening:
        session = shell.session
        desk = _onlooker(shell) if only_look else shell.desk
        complaint = complaint or clocks.complaint(shell.store) or (shell.difference if tells else "")
        memory, via = state_dir(os.environ), whence(os.environ, shell.url)
        kept = scrubbed(os.environ)
        os.environ.clear()
        os.environ.update(kept)
        opening.look(session, desk)
        face = load_face()
        status = face(
            session,
            desk,
            via=via,
            preferences=chosen,
            complaint=complaint,
            rehearsal=rehearsal,
            memory=memory,
            save_report=report_saver(shell.store, shell.launch),
            opening=opening,
        )
    if not rehearsal and (lease := watching(shell.store, shell.launch)):
        where = lease.holder.rpartition(":")[0]
        shell.out.say(
            f"An engine ({where}) goes on watching {shell.launch}; `launchpad engine --stop` ends it."
        )
    return status
