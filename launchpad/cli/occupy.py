"""occupy: what the SSH server starts for its seats; nobody types it."""

import argparse
import importlib
import os
from collections.abc import Sequence
from pathlib import Path

from launchpad.cli.command import argument, command
from launchpad.cli.crash import crash_log
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.privacy import keep_private
from launchpad.ssh.confinement import Confinement
from launchpad.ssh.seat import Occupied, occupy
from launchpad.ssh.usher import Seated, usher
from launchpad.wiring import load_face, preferences

_COMMON = ("launchpad.cli.errands",)
"""What a seat or a command would load when it needs it."""


@command(
    "occupy",
    "show the face to one SSH connection, or answer its command; started by `launchpad serve`",
    argument("--fd", type=int, metavar="FD", help="the socket to the server, for a seat"),
    argument("--usher", type=int, metavar="FD", help="the socket to the server, for what forks seats"),
    argument("words", nargs="*", metavar="WORD", help="the command to answer"),
    example="launchpad serve --ssh 2222",
)
def occupy_seat(shell: Shell, options: argparse.Namespace) -> int:  # noqa: ARG001  the server is all it works with
    keep_private()
    _load()
    confinement = Confinement(writable=_crash_log())
    if options.usher is not None:
        seated = usher(options.usher)
    elif options.fd is not None:
        seated = Seated(options.fd, options.words)
    else:
        raise BadInput("this command is how the SSH server starts a seat", hint="use `launchpad attach`")
    if seated is None:  # the server has ended
        return Exit.DONE
    confinement.enter()
    if seated.words:
        return occupy(seated.fd, lambda seat: _answer(seated.words, seat), terminal=False)
    return occupy(seated.fd, _show)


def _crash_log() -> tuple[Path, ...]:
    """The file in which a fault of a seat's is kept; made, as a seat can't."""
    log = crash_log()
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.touch(mode=0o600)
    except OSError:  # whoever has a fault to tell says that it could not be kept
        return ()
    return (log,)


def _load() -> None:
    """All that seats have in common, so that it is there once."""
    load_face()
    for module in _COMMON:
        importlib.import_module(module)


def _show(seat: Occupied) -> int:
    # The file is of whoever runs the server, and so is what a face remembers: neither is this operator's.
    wanted, _ = preferences(os.environ, file=None, tour=False)
    face = load_face()
    return face(seat.session, seat.desk, via=seat.seat.via, preferences=wanted, rehearsal=seat.seat.rehearsal)


def _answer(words: Sequence[str], seat: Occupied) -> int:
    from launchpad.cli.errands import run

    return Exit(run(words, seat.session, seat.desk, seat.source))
