"""The app of a product, in a simulated Google Play."""

import threading
from pathlib import Path

from launchpad.rehearsal.files import KEY
from launchpad.rehearsal.google_play import GooglePlaySimulator
from launchpad.rehearsal.service import Service
from launchpad.testing.loopback import Request, Response

_PATHS = ("/androidpublisher/", "/v1beta1/", "/token")
"""How the paths of Google's APIs begin."""
_OTHER = 430
"""The version code of another change of the app."""


def new_key(url: str) -> str:
    """A key for the simulated Google Play at `url`."""
    return GooglePlaySimulator().key(url)


class Mobile:
    """Google Play's API. Nobody has the app at first; it was approved."""

    def __init__(self, directory: Path, service: Service) -> None:
        self._play = GooglePlaySimulator()
        self._play.accounts.adopt((directory / KEY).read_text(encoding="utf-8"))
        self._play.becomes("draft")
        self._service = service
        self._guard = threading.Lock()

    @staticmethod
    def serves(path: str) -> bool:
        return path.startswith(_PATHS)

    def __call__(self, request: Request) -> Response:
        with self._guard:
            return self._play(request)

    def percent(self) -> float:
        """The share of users that may have the app."""
        with self._guard:
            status, fraction = self._play.stands()
        return 100.0 if status == "completed" else 100 * (fraction or 0.0)

    def trouble(self) -> None:
        """A moment of the app's has begun."""
        if self._service.store == "in-review":
            with self._guard:
                self._play.begin_review(_OTHER)
