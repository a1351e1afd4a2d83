"""A face as small as can be, in a seat's own process: one key, one act."""

import os
import signal
import sys
import termios
import tty
from pathlib import Path

import msgspec

from launchpad.desk import Desk
from launchpad.errors import LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.samples import Presence
from launchpad.session import Session
from launchpad.ssh import protocol
from launchpad.ssh.relayed import RelayedDesk
from launchpad.ssh.seat import Occupied, occupy
from launchpad.ssh.usher import Seated, usher

FLOOD = 32 << 20
"""What the key `f` writes."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\r\n")
    sys.stdout.flush()


def show_size(*_: object) -> None:
    columns, rows = os.get_terminal_size()
    say(f"size {columns}x{rows}")


def face(occupied: Occupied) -> int:
    session, desk, _, seat = occupied
    before = termios.tcgetattr(0)
    tty.setraw(0)
    signal.signal(signal.SIGWINCH, show_size)
    session.source.announce(session.launch, Presence(seat="mine", operator="x", role="viewer", via="", age=0))
    me = desk.identity
    sys.stdout.write("\x1b[?1049h\x1b[?1003h\x1b[?25l")
    say(f"seat {os.getpid()} {me.name} {me.role} {me.auth} {seat.via} {session.launch}")
    show_size()
    while (key := os.read(0, 1)) not in (b"q", b""):
        act(key, session, desk)
    sys.stdout.write("\x1b[?1003l\x1b[?25h\x1b[?1049l")
    sys.stdout.flush()
    termios.tcsetattr(0, termios.TCSADRAIN, before)
    return 7


def act(key: bytes, session: Session, desk: Desk) -> None:
    if key == b"t":
        try:
            say(f"done: {desk.perform(cmd.Tick(item='dns')).message}")
        except LaunchpadError as error:
            say(f"{type(error).__name__}: {error}")
    elif key == b"e":
        say("environ " + " ".join(sorted(f"{name}={value}" for name, value in os.environ.items())) + " .")
        say(f"cwd {Path.cwd()} fds {len(list(Path('/dev/fd').iterdir()))} .")
    elif key == b"z":
        assert isinstance(desk, RelayedDesk)
        forge(desk)
    elif key == b"f":
        block = b"x" * 65536
        for _ in range(FLOOD // len(block)):
            os.write(1, block)
        say("flooded")
    elif key == b"i":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("deaf")
    elif key == b"w":
        people = session.source.glance(session.launch).people
        say("present " + " ".join(f"{p.seat}:{p.operator}:{p.role}:{p.via}" for p in people) + " .")
    else:
        say(f"key {key!r}")


class Forged(protocol.Ask, tag="perform", kw_only=True):
    """A command with everything beside it by which a seat could claim to be somebody else."""

    command: dict[str, object]
    identity: Identity = Identity(name="lead", role="director", auth="os")
    actor: str = "lead"
    auth: str = "os"
    role: str = "director"
    launch: str = "another"


class ForgedPresence(protocol.Ask, tag="announce", kw_only=True):
    seat: str = "mine"
    looking_at: str = ""
    operator: str = "lead"
    role: str = "director"
    via: str = "local"


def forge(desk: RelayedDesk) -> None:
    """Says what the server makes of it."""
    claims = {"actor": "lead", "by": "lead", "name": "lead", "role": "director", "auth": "os"}
    for command in ({"verb": "tick", "item": "dns"}, {"verb": "phase", "phase": "launch"}):
        try:
            done = desk._link.ask(Forged(command=command | claims), msgspec.json.Decoder(cmd.Done))
            say(f"forged {command['verb']}: {done.message}")
        except LaunchpadError as error:
            say(f"forged {command['verb']}: {type(error).__name__}: {error}")
    desk._link.ask(ForgedPresence(), msgspec.json.Decoder(None))
    say("forged all .")


def main() -> int:
    how, fd = sys.argv[1], int(sys.argv[2])
    seated = usher(fd) if how == "--usher" else Seated(fd, ())
    return 0 if seated is None else occupy(seated.fd, face)


if __name__ == "__main__":
    sys.exit(main())
