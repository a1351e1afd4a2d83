"""The cookies of one walk through a product: kept and sent as a browser does, never written anywhere."""

import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any

from launchpad.model.http import HttpUrl
from launchpad.probes.answer import Answer


class Cookies:
    """Those that were set so far."""

    def __init__(self) -> None:
        self._jar = CookieJar()

    def header(self, url: HttpUrl) -> str:
        """The Cookie header for a request to `url`; empty: none."""
        request = _request(url)
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""

    def keep(self, url: HttpUrl, answer: Answer) -> None:
        """Takes what the answer from `url` sets."""
        told: Any = _Told(answer)
        self._jar.extract_cookies(told, _request(url))

    def values(self) -> Iterator[str]:
        """What is in them: as good as a password."""
        return (cookie.value for cookie in self._jar if cookie.value)


class _Told:
    """An answer as the jar reads it."""

    def __init__(self, answer: Answer) -> None:
        self._headers = Message()
        for line in answer.lines("set-cookie"):
            self._headers["Set-Cookie"] = line

    def info(self) -> Message:
        return self._headers


def _request(url: HttpUrl) -> urllib.request.Request:
    """A request as the jar reads it; it is never sent."""
    return urllib.request.Request(url.origin + url.target)  # noqa: S310  # parsed: http or https
