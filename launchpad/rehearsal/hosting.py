"""The site of a product, hosted at a simulated Netlify: what that publishes is what is served."""

import json
import re
import threading
from pathlib import Path

from launchpad.rehearsal.files import LEDGER, RELEASE, TOKEN
from launchpad.rehearsal.netlify import NetlifySimulator
from launchpad.rehearsal.service import Service
from launchpad.testing.loopback import Request, Response

_PATHS = "/api/v1/"
"""How the paths of Netlify's API begin."""
_VERSION = re.compile(r"\d+(\.\d+)+")
_NOT_STARTED = "Build script returned non-zero exit code: 2"


class Hosting:
    """Netlify's API in front of the release file, and a line in the ledger for every build asked for."""

    def __init__(self, directory: Path, service: Service, build_seconds: float, address: str) -> None:
        token = (directory / TOKEN).read_text(encoding="utf-8")
        self._netlify = NetlifySimulator(token, build_seconds=build_seconds, address=address)
        if service.deploy == "fails-once":
            self._netlify.fail_next(_NOT_STARTED)
        self._directory = directory
        self._guard = threading.Lock()
        self._published = self._netlify.published

    @staticmethod
    def serves(path: str) -> bool:
        return path.startswith(_PATHS)

    def __call__(self, request: Request) -> Response:
        with self._guard:
            before = len(self._netlify.built())
            answer = self._netlify(request)
            for deploy in self._netlify.built()[before:]:
                with (self._directory / LEDGER).open("a", encoding="utf-8") as ledger:
                    ledger.write(f"build {deploy['title'].rpartition(' ')[2]}\n")
        self.settle()
        return answer

    def settle(self) -> None:
        """Serves what is published by now."""
        with self._guard:
            self._netlify.settle()
            published = self._netlify.published
            if published == self._published:
                return
            self._published = published
            version = _VERSION.search(self._netlify.deploys[published]["title"])
            draft = self._directory / f"{RELEASE}.draft"
            draft.write_text(json.dumps({"version": version[0] if version else "?"}), encoding="utf-8")
            draft.replace(self._directory / RELEASE)
