"""serve --web: who may look on in a browser, and how they learn of it."""

import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from launchpad.cli.address import Address, address
from launchpad.cli.command import argument
from launchpad.errors import BadInput

if TYPE_CHECKING:
    import argparse

    from launchpad.cli.shell import Shell

WEB = (
    argument(
        "--web",
        metavar="[HOST:]PORT",
        help="show the launch to browsers there, to look at; a port alone means this machine only",
    ),
    argument(
        "--web-url",
        metavar="URL",
        help="how browsers reach it, such as https://status.acme.example; has to be said for an address that "
        "others can reach",
    ),
    argument(
        "--web-token",
        metavar="FILE",
        help="the token that lets a browser in (absent: a new one, in a link on this terminal)",
    ),
)
_TERMINAL = "/dev/tty"


class Wanted(NamedTuple):
    """How the launch is to be shown in browsers."""

    where: Address
    url: str | None
    token: str | None
    """None: a new one."""


def wanted(options: "argparse.Namespace") -> Wanted | None:
    """What the options ask for; None if nothing. Raises `BadInput`."""
    from launchpad.web.access import loopback, place, token_in

    if options.web is None:
        if options.web_url or options.web_token:
            raise BadInput("nothing is shown to browsers", hint="say where: --web PORT")
        return None
    where = address(options.web, "--web", alone="127.0.0.1")
    if options.web_url is None and not loopback(where.host):
        raise BadInput(
            f"--web {options.web}: others could reach that address",
            hint="say by which URL they do, with --web-url, and put a proxy that speaks TLS before it",
        )
    place(where.host, where.port, options.web_url)
    token = token_in(Path(options.web_token)) if options.web_token else None
    if token is None:
        with _terminal():
            pass
    return Wanted(where, options.web_url, token)


@asynccontextmanager
async def browsers(shell: "Shell", asked: Wanted | None) -> AsyncIterator[str | None]:
    """Shows the launch in browsers while the block runs, where that is asked for; gives the address."""
    if asked is None:
        yield None
        return
    from launchpad.session import Session
    from launchpad.web.access import Access, loopback, new_token, place
    from launchpad.web.board import Board
    from launchpad.web.server import shown

    where, token = asked.where, asked.token or new_token()

    def access(port: int) -> Access:
        return Access(token, place(where.host, port, asked.url), port)

    board = Board(Session(shell.store, shell.launch))
    async with shown(where.host, where.port, board, access, shell.out.say) as rules:
        if not loopback(where.host) and not rules.place.secure:
            shell.out.say(
                f"WARNING: {rules.place.url} is plain HTTP: whoever listens on the way sees the launch and "
                "the token. Put a proxy that speaks TLS before it"
            )
        if asked.token is None:
            # Nowhere else: what goes to stdout or stderr may be kept in a log.
            with _terminal() as descriptor:
                os.write(descriptor, f"to look on in a browser: {rules.link}\r\n".encode())
        yield rules.place.url


@contextlib.contextmanager
def _terminal() -> Iterator[int]:
    """The terminal that this was started from. Raises `BadInput` where there is none."""
    try:
        descriptor = os.open(_TERMINAL, os.O_WRONLY | os.O_NOCTTY)
    except OSError:
        raise BadInput(
            "there is no terminal to say the token of --web on",
            hint="name a file that holds one: --web-token",
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)
