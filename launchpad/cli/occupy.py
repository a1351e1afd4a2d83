"""occupy: what the SSH server starts for each connection; nobody types it."""

import argparse
import os
from collections.abc import Sequence

from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import Exit
from launchpad.ssh.seat import Occupied, occupy
from launchpad.wiring import load_face, preferences


@command(
    "occupy",
    "show the face to one SSH connection, or answer its command; started by `launchpad serve`",
    argument("--fd", type=int, required=True, metavar="FD", help="the socket to the server"),
    argument("words", nargs="*", metavar="WORD", help="the command to answer"),
    example="launchpad serve --ssh 2222",
)
def occupy_seat(shell: Shell, options: argparse.Namespace) -> int:  # noqa: ARG001  the server is all it works with
    if options.words:
        return occupy(options.fd, lambda seat: _answer(options.words, seat), terminal=False)
    return occupy(options.fd, _show)


def _show(seat: Occupied) -> int:
    # The file is of whoever runs the server, and so is what a face remembers: neither is this operator's.
    wanted, _ = preferences(os.environ, file=None, tour=False)
    face = load_face()
    return face(seat.session, seat.desk, via=seat.seat.via, preferences=wanted, rehearsal=seat.seat.rehearsal)


def _answer(words: Sequence[str], seat: Occupied) -> int:
    from launchpad.cli.errands import run

    return Exit(run(words, seat.session, seat.desk, seat.source))
