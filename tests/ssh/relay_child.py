"""A seat's process without a terminal: ticks through the relay on descriptor 3 and says how it went."""

import socket
import sys

import msgspec

from launchpad.model import commands as cmd
from launchpad.model.state import State
from launchpad.ssh import protocol
from launchpad.ssh.relayed import Link, RelayedDesk


def main() -> int:
    link = Link(socket.socket(fileno=int(sys.argv[1])), on_end=lambda: None)
    seat = link.ask(protocol.Who(), msgspec.json.Decoder(protocol.Seat))
    done = RelayedDesk(link, seat.identity, State).perform(cmd.Tick(item="dns"))
    sys.stdout.write(f"{seat.identity.name} {done.subject} {done.seq}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
