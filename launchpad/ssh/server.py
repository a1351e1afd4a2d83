"""The SSH server: lets operators in by their keys and gives each connection a seat, and nothing else."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import asyncssh

from launchpad.broken import Broken
from launchpad.errors import BadInput
from launchpad.model.store import Store
from launchpad.session import Session
from launchpad.ssh.confinement import lacking, landlock
from launchpad.ssh.connection import Connection
from launchpad.ssh.hosted import Hosted, Rules
from launchpad.ssh.keys import host_key

_CIPHERS = "-chacha20-poly1305@openssh.com"
"""All that are sound but this one, which OpenSSH would choose first and which takes five times as long here
as AES: three quarters of what a full house costs its server."""
_MACS = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512"
"""What signs the packets where the cipher does not: not UMAC, which OpenSSH would choose first and which
costs more here than all else about a packet."""


class Listening(NamedTuple):
    """What colleagues need to know to connect."""

    port: int
    fingerprint: str


async def serve(
    store: Store,
    launch: str,
    *,
    host: str | None,
    port: int,
    key: Path,
    stop: asyncio.Event,
    ready: Callable[[Listening], None],
    narrate: Callable[[str], None],
    rules: Rules,
    rehearsal: bool = False,
) -> None:
    """Serves seats for `launch` on `host` (None: every address) and `port` (0: any) until `stop`.

    The host key in file `key` is made if there is none. Raises `BadInput` when a line of the
    authorized-keys file can't be used, when no operator of the launch has a key, or when the address can't
    be listened on.
    """
    private = host_key(key)
    session = await asyncio.to_thread(Session, store, launch)
    if rules.keys is not None:
        rules.keys.read()
    hosted = Hosted(store, session, rules, narrate, rehearsal=rehearsal)
    if rules.keys is not None and (faults := hosted.faults):
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise BadInput(f"{faults[0]}{more}", faults=faults)
    if not hosted.operators():
        raise BadInput(
            f"no operator of {launch} has an SSH key, so nobody could connect",
            hint="add `keys:` to `operators:` in the definition, or name an authorized-keys file",
        )
    if told := lacking(landlock()):
        narrate(told)
    broken = Broken()
    with session.following(_ignore, broken.tell):
        acceptor = await _listen(hosted, host, port, private)
        looking = asyncio.create_task(hosted.look_after())
        try:
            await hosted.prepare()
            ready(Listening(acceptor.get_port(), private.get_fingerprint()))
            await _until(stop, broken)
        finally:
            looking.cancel()
            acceptor.close()
            await hosted.end()


async def _listen(
    hosted: Hosted, host: str | None, port: int, private: asyncssh.SSHKey
) -> asyncssh.SSHAcceptor:
    try:
        return await asyncssh.create_server(
            lambda: Connection(hosted),
            host or "",
            port,
            server_host_keys=[private],
            server_version="Launchpad",
            encoding=None,
            line_editor=False,
            public_key_auth=True,
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_host=None,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            sftp_factory=None,
            rdns_lookup=False,
            encryption_algs=_CIPHERS,
            mac_algs=_MACS,
            compression_algs=["zlib@openssh.com", "none"],
            keepalive_interval=15,
            login_timeout=20,
        )
    except OSError as error:
        where = f"port {port}" if host is None else f"{host}, port {port}"
        raise BadInput(
            f"can't listen on {where}: {_reason(error)}", hint="choose another address or port"
        ) from None


def _reason(error: OSError) -> str:
    """In a few words: asyncio's own repeat the address, resolvers count from below zero."""
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error.strerror)


async def _until(stop: asyncio.Event, broken: Broken) -> None:
    """Returns once it is told to stop; raises what broke before."""
    tasks = [asyncio.create_task(stop.wait()), asyncio.create_task(broken.raised())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


def _ignore(why: str) -> None:
    """Seats say themselves when the store can't be read."""
