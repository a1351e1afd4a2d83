"""The stage of a rehearsal: a private directory with a definition, and the product it speaks of."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import msgspec

from launchpad.errors import Unreachable
from launchpad.model.values import SECOND, Micros, parse_zoned_time
from launchpad.rehearsal.example import Example
from launchpad.rehearsal.files import KEY, LEDGER, MOMENTS, ORDERS, PACE, RELEASE, SERVICE, TOKEN
from launchpad.rehearsal.mobile import new_key

_PATIENCE = 20.0
"""Seconds that the product may take to start, and it and the engine to end."""


class Stage:
    """A directory and a product, which end with the process that made them, whatever ends that.

    `engine_pipe` is to be inherited by engines and by nobody else: the product removes the directory once
    the last of them has ended.
    """

    def __init__(self, example: Example, *, login: str) -> None:
        """`login` is the system's name of whoever rehearses."""
        self._example = example
        self.directory = Path(tempfile.mkdtemp(prefix="launchpad-rehearsal-"))
        ended, self.engine_pipe = os.pipe()
        try:
            with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
                self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                self._furnish(login)
                # Listening already, so that whoever asks too early waits and is not refused.
                self.product = self._start_product(listening.fileno(), ended)
        except BaseException:
            shutil.rmtree(self.directory)
            raise
        finally:
            os.close(ended)

    @property
    def definition(self) -> Path:
        return self.directory / "launchpad.yaml"

    @property
    def log(self) -> Path:
        """What engines have said."""
        return self.directory / "engine.log"

    def _furnish(self, login: str) -> None:
        service = self._example.script.product
        orders = [{"order": number, "total": 10 + number % 90} for number in range(1, service.orders + 1)]
        for name, text in (
            (RELEASE, json.dumps({"version": service.version})),
            (SERVICE, msgspec.json.encode(service).decode()),
            (PACE, str(self._example.speed)),
            (ORDERS, json.dumps(orders)),
        ):
            (self.directory / name).write_text(text, encoding="utf-8")
        if service.netlify is not None:
            self._keep_secret(TOKEN, secrets.token_hex(16))
        if service.google_play:
            self._keep_secret(KEY, new_key(self.url))
        text = definition(self._example, self.url, time.time(), login)
        self.definition.write_text(text, encoding="utf-8")

    def _keep_secret(self, name: str, text: str) -> None:
        """The engine finds it there from its start on, and so does the product."""
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")

    def _start_product(self, listening: int, ended: int) -> subprocess.Popen[bytes]:
        arguments = (str(self.directory), str(listening), str(ended))
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "launchpad.rehearsal.product", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(listening, ended),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def until_answering(self) -> None:
        """Returns once the product has answered; a probe before that would measure how we start it.

        Raises `Unreachable` if it does not.
        """
        asking = HTTPConnection(self.url.removeprefix("http://"), timeout=_PATIENCE)
        try:
            asking.request("GET", "/health")
            asking.getresponse().read()
        except (OSError, HTTPException) as error:
            raise Unreachable("the rehearsal's product does not answer", hint="try again") from error
        finally:
            asking.close()

    def moments(self) -> dict[str, Micros]:
        """When each moment of the product first began."""
        lines = (line.split() for line in self._lines(MOMENTS))
        return {name: int(at) for name, at in lines}

    def ledger(self) -> tuple[str, ...]:
        """The nonce of every operation that was carried out, in order."""
        return tuple(line.split()[1] for line in self._lines(LEDGER))

    def _lines(self, name: str) -> list[str]:
        path = self.directory / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def close(self) -> None:
        """Ends the product, which waits for the engines and removes the directory."""
        if self.engine_pipe >= 0:
            os.close(self.engine_pipe)
            self.engine_pipe = -1
        end(self.product)
        shutil.rmtree(self.directory, ignore_errors=True)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that watches its standard input; kills it if it will not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def definition(example: Example, url: str, now: float, login: str) -> str:
    """The definition of a rehearsal that begins `now` (Unix time)."""
    t0 = zoned(round(now + example.script.t0), local_zone())
    names = {"url": url, "t0": t0, "python": json.dumps(sys.executable), "login": json.dumps(login)}
    return example.definition(names)


def zoned(at: int, zone: str) -> str:
    """An instant as a definition has it: local time and zone, or UTC where local time is ambiguous."""
    text = f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone}"
    if parse_zoned_time(text).at == at * SECOND:
        return text
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def local_zone() -> str:
    """This machine's IANA zone; UTC where it can't be told."""
    try:
        linked = str(Path("/etc/localtime").readlink())
    except OSError:
        linked = ""
    name = os.environ.get("TZ") or linked.partition("zoneinfo/")[2]
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return "UTC"
    return name
