"""occupy: what the SSH server starts for each connection; nobody types it."""

import argparse
from collections.abc import Sequence

from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import Exit
from launchpad.ssh.seat import Occupied, occupy
from launchpad.wiring import load_face


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
    return load_face()(seat.session, seat.desk, via=seat.seat.via, theme=None, rehearsal=seat.seat.rehearsal)


def _answer(words: Sequence[str], seat: Occupied) -> int:
    from launchpad.cli.errands import run

    return Exit(run(words, seat.session, seat.desk, seat.source))
