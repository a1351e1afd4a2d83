"""The stage of the rehearsal: a private directory with a definition, and the product it speaks of."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from launchpad.model.values import SECOND, parse_zoned_time
from launchpad.rehearsal.product import RELEASE

_T0_AHEAD = 300
"""Seconds from now to T-0."""
_PATIENCE = 20.0
"""Seconds that the product and the engine may take to end."""


class Stage:
    """A directory and a product, which end with the process that made them, whatever ends that.

    `engine_pipe` is to be inherited by the engine and by nobody else: the product removes the directory
    once it is closed.
    """

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="launchpad-rehearsal-"))
        ended, self.engine_pipe = os.pipe()
        try:
            with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
                self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                self._furnish()
                # Listening already, so that nobody has to wait until the product has started.
                self.product = self._start_product(listening.fileno(), ended)
        except BaseException:
            shutil.rmtree(self.directory)
            raise
        finally:
            os.close(ended)

    @property
    def definition(self) -> Path:
        return self.directory / "launchpad.yaml"

    def _furnish(self) -> None:
        (self.directory / RELEASE).write_text('{"version": "4.1.0"}', encoding="utf-8")
        orders = [{"order": number, "total": 10 + number % 90} for number in range(1, 1201)]
        (self.directory / "orders.json").write_text(json.dumps(orders), encoding="utf-8")
        self.definition.write_text(definition(self.url, time.time()), encoding="utf-8")

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

    def release_engine_pipe(self) -> None:
        """To be called once the engine has inherited its end."""
        if self.engine_pipe >= 0:
            os.close(self.engine_pipe)
            self.engine_pipe = -1

    def close(self) -> None:
        """Ends the product, which waits for the engine and removes the directory."""
        self.release_engine_pipe()
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


def definition(url: str, now: float) -> str:
    """The definition of the rehearsal, with T-0 a few minutes after `now` (Unix time)."""
    text = resources.files("launchpad.rehearsal").joinpath("web_service.yaml").read_text(encoding="utf-8")
    t0 = zoned(round(now) + _T0_AHEAD, local_zone())
    return Template(text).substitute(url=url, t0=t0, python=json.dumps(sys.executable))


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
