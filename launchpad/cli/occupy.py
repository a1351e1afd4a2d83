"""occupy: what the SSH server starts for each connection; nobody types it."""

import argparse
import os

from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.desk import Desk
from launchpad.session import Session
from launchpad.ssh.protocol import Seat
from launchpad.ssh.seat import occupy
from launchpad.wiring import load_face, preferences


@command(
    "occupy",
    "show the face to one SSH connection; started by `launchpad serve`",
    argument("--fd", type=int, required=True, metavar="FD", help="the socket to the server"),
    example="launchpad serve --ssh 2222",
)
def occupy_seat(shell: Shell, options: argparse.Namespace) -> int:  # noqa: ARG001  the server is all it works with
    return occupy(options.fd, _show)


def _show(session: Session, desk: Desk, seat: Seat) -> int:
    # The file is of whoever runs the server, and so is what a face remembers: neither is this operator's.
    wanted, _ = preferences(os.environ, file=None, tour=False)
    return load_face()(session, desk, via=seat.via, preferences=wanted, rehearsal=seat.rehearsal)
