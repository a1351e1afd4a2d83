"""A real browser without a window, driven through its debugging pipe."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.support.war_room import until

PROGRAM = "chromium"
_PATIENCE = 60.0
"""Seconds; a browser takes its time on a busy machine."""


class Browser:
    """Chromium with one page. The protocol is JSON between NULs on two pipes: no port, no library."""

    def __init__(self, profile: Path) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # It reads on descriptor 3 and writes on 4, whatever the pipes are called here.
        run = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out} {theirs_in}<&- {theirs_out}>&-'
        options = (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
            "--remote-debugging-pipe", f"--user-data-dir={profile}",
        )  # fmt: skip
        self._process = subprocess.Popen(
            ["bash", "-c", run, PROGRAM, *options, "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = os.fdopen(ours_out, "wb", buffering=0)
        self._in = os.fdopen(ours_in, "rb", buffering=0)
        self._rest = b""
        self._count = 0
        self._session = ""
        page = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]

    def go(self, url: str) -> None:
        self._ask("Page.navigate", url=url)

    def tells(self, script: str) -> Any:
        """What a script within the page comes to; None while the page changes."""
        return (
            self._ask("Runtime.evaluate", expression=script, returnByValue=True)
            .get("result", {})
            .get("value")
        )

    @property
    def text(self) -> str:
        """What somebody reads on the page."""
        return self.tells("document.body ? document.body.innerText : ''") or ""

    def shows(self, text: str) -> None:
        """Waits until somebody could read this."""
        until(lambda: text in self.text, seconds=_PATIENCE, what=text)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()
        self._in.close()

    def _ask(self, method: str, **parameters: object) -> dict[str, Any]:
        self._count += 1
        asked = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        self._out.write(json.dumps(asked).encode() + b"\0")
        while (told := self._next()).get("id") != self._count:
            pass
        return told.get("result", {})

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._in.fileno(), 1 << 16)
            if not more:
                raise RuntimeError("the browser has gone")
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)
