"""How adapters call an HTTP API: within deadlines, no mutation twice, and with errors that say what to do.

What an adapter can rely on: when a mutation raises `Refused`, it was certainly not done; when it raises
`Unreachable`, nobody knows. No token gets into an error.
"""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

import httpx
import msgspec

from launchpad.answers import (
    LONGEST_WAIT,
    MOST,
    address_fault,
    answered,
    client_for,
    never_sent,
    read_body,
    request_id,
    retry_after,
    told,
    used_up,
    words,
)
from launchpad.clock import boot_seconds
from launchpad.config.secrets import Redactor
from launchpad.errors import Refused, Unasked, Unreachable

_QUOTED = 200
"""Characters of a server's own words that an error quotes."""
_QUOTED_ID = 80
"""Characters of its id of a request."""

T = TypeVar("T")
Query = Mapping[str, str | int | bool]


class Rejected(Refused):
    """The request was certainly not carried out. `status` is the answer's; 0: nothing was sent."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(message, hint=hint, retry_after=retry_after)
        self.status = status


class NotNow(Rejected, Unasked):
    """Nobody took it, or not now: it may be carried out if it is asked for again."""


class Unanswered(Unreachable):
    """No answer that tells. A read has failed; a mutation may have been done."""


class Reply(NamedTuple, Generic[T]):
    """What came of a mutation."""

    value: T
    line: str
    """For the run's log: the request, its status, how long it took, the server's id for it."""


class Patience(NamedTuple):
    """How long an API is waited for, in seconds."""

    request: float = 15.0
    """For one request, from connecting to the end of the answer."""
    reading: float = 60.0
    """For one reading with all its repetitions; 0: it is not repeated."""
    pause: float = 0.5
    """Before the first repetition; doubled before each further one."""


class _Answer(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


class _Fault(Exception):
    """Why there is no good answer."""

    def __init__(
        self, what: str, hint: str, *, status: int = 0, sent: bool = True, later: float | None = 0.0
    ) -> None:
        """`later`: seconds after which asking again may help; None: it won't."""
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.status = status
        self.later = later
        self.certain = not sent or (400 <= status < 500 and status != 408)
        """What was asked for has certainly not been done."""


class Api:
    """One API, for one operation of an adapter: `async with Api("Netlify", url, token=…) as api`."""

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        token: str = "",
        renew: Callable[[], Awaitable[str]] | None = None,
        patience: Patience = Patience(),  # noqa: B008  # frozen
        most: int = MOST,
        send_by: float = math.inf,
    ) -> None:
        """`name` is for sentences. `renew` fetches a new token, once for each request that is answered with
        401. No mutation is sent after `send_by` (of `clock.boot_seconds`): by then another engine
        may act. Raises `Refused` if the URL is no good, or the proxy that the environment names."""
        if fault := address_fault(base_url):
            raise Refused(f"the address of {name}: {fault}", hint="mend it in the definition")
        self._name = name
        self._base = base_url.rstrip("/")
        self._token = token
        self._renew = renew
        self._patience = patience
        self._most = most
        self._send_by = send_by
        self._redactor = Redactor([token])
        self._tokens = [token]
        self._free_at = 0.0
        self._client = client_for(self._base, patience.request)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def read(self, into: type[T], path: str, query: Query | None = None) -> T:
        """Asks for something; again where that may help, as long as there is patience.

        Raises `Rejected` if the server says that it can't be had, `Unanswered` if it does not say.
        """
        until = time.monotonic() + self._patience.reading
        pause = self._patience.pause
        while True:
            try:
                await self._until_free(until)
                return self._decoded(await self._ask("GET", path, query, None), into, "GET", path)
            except _Fault as fault:
                wait = None if fault.later is None else max(fault.later, pause * random.uniform(0.5, 1.0))  # noqa: S311  # no secret
                if wait is None or time.monotonic() + wait > until:
                    if fault.certain and fault.later is None:
                        raise Rejected(fault.what, hint=fault.hint, status=fault.status) from None
                    raise Unanswered(fault.what, hint=fault.hint, retry_after=fault.later or 0.0) from None
            await asyncio.sleep(wait)
            pause *= 2

    async def change(
        self, into: type[T], method: str, path: str, query: Query | None = None, body: object = None
    ) -> Reply[T]:
        """Asks for a mutation, once. With `into` None, whatever the answer holds is ignored.

        Raises `Rejected` if it was certainly not done, of these `NotNow` if it may be when asked again;
        `Unanswered` if that is not known.
        """
        began = time.monotonic()
        try:
            answer = await self._ask(method, path, query, body)
            value = self._decoded(answer, into, method, path)
        except _Fault as fault:
            if fault.certain:
                kind = Rejected if fault.later is None else NotNow
                raise kind(
                    fault.what, hint=fault.hint, status=fault.status, retry_after=fault.later or 0.0
                ) from None
            hint = "look there whether it was done"
            raise Unanswered(fault.what, hint=hint, retry_after=fault.later or 0.0) from None
        took = time.monotonic() - began
        line = f"{method} {path} answered with {answer.status} in {took:.1f} s{self._id(answer)}"
        return Reply(value, self._redactor.line(line))

    async def _ask(self, method: str, path: str, query: Query | None, body: object) -> _Answer:
        """Raises `_Fault` for whatever is not an answer of the class 2xx."""
        answer = await self._exchange(method, path, query, body)
        if answer.status == 401 and self._renew is not None:
            self._adopt(await self._renewed())
            answer = await self._exchange(method, path, query, body)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, method, path)
        # Google's empty answers are of that type, too.
        if answer.body and answer.headers.get("Content-Type", "").strip().lower().startswith("text/html"):
            # A proxy's or a login's, before which what was asked need not have come through.
            what = f"{self._name} answered {method} {path} with {answer.status}, but with a page for people"
            raise _Fault(what, "is a proxy in the way, and is this the API's address?")
        return answer

    async def _renewed(self) -> str:
        assert self._renew is not None, "asked by the caller"
        try:
            async with asyncio.timeout(self._patience.request):
                return await self._renew()
        except (Refused, Unreachable, TimeoutError) as error:
            said = self._redactor.line(str(error) or "no answer in time", _QUOTED)
            what = f"the token of {self._name} can't be renewed: {said}"
            if isinstance(error, Refused):
                raise _Fault(what, "", status=401, later=None) from None
            raise _Fault(what, "", sent=False) from None

    def _adopt(self, token: str) -> None:
        self._token = token
        self._tokens.append(token)
        self._redactor = Redactor(self._tokens)

    async def _exchange(self, method: str, path: str, query: Query | None, body: object) -> _Answer:
        request = self._made(method, path, query, body)
        try:
            async with asyncio.timeout(self._patience.request), answered(self._client, request) as came:
                answer = _Answer(came.status_code, came.headers, await read_body(came, self._most))
        except TimeoutError:
            what = f"no answer within {self._patience.request:g} s"
            raise self._silence(what, method, path) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # An answer may hold what httpx breaks on, such as an impossible Location.
            raise self._silence(told(error), method, path, sent=not never_sent(error)) from None
        self._free_at = max(self._free_at, time.monotonic() + used_up(answer.headers))
        if len(answer.body) > self._most:
            size = f"{self._most // 1024} KiB"
            raise _Fault(f"{self._name} answered {method} {path} with more than {size}", "", later=None)
        return answer

    def _made(self, method: str, path: str, query: Query | None, body: object) -> httpx.Request:
        if not (self._token.isascii() and self._token.isprintable()):
            what = f"the token of {self._name} has a character that no header takes"
            raise _Fault(what, "store it anew, without a line end", sent=False, later=None)
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None
        if body is not None:
            content = msgspec.json.encode(body)
            headers["Content-Type"] = "application/json"
        connect = self._patience.request / 2
        extensions: dict[str, Any] = {}
        if method != "GET":
            self._ensure_in_time(method, path)
            connect = min(connect, self._send_by - boot_seconds())
            extensions["trace"] = self._in_time(method, path)
        params = {k: str(v).lower() if isinstance(v, bool) else v for k, v in (query or {}).items()}
        try:
            return self._client.build_request(
                method,
                self._base + path,
                params=params or None,
                content=content,
                headers=headers,
                timeout=httpx.Timeout(self._patience.request, connect=connect),
                extensions=extensions,
            )
        except (httpx.InvalidURL, ValueError) as error:
            why = self._redactor.line(str(error), _QUOTED)
            what = f"{method} {path} can't be asked of {self._name}: {why}"
            raise _Fault(what, "mend the definition", sent=False, later=None) from None

    def _ensure_in_time(self, method: str, path: str) -> None:
        if boot_seconds() >= self._send_by:
            what = f"it got too late for {method} {path}, which was not sent"
            raise _Fault(what, "ask again", sent=False)

    def _in_time(self, method: str, path: str) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
        """Looks once more when the way there is open: a proxy, TLS or a suspend may have taken long."""

        async def look(event: str, _: Mapping[str, Any]) -> None:
            if event.endswith("send_request_headers.started"):
                self._ensure_in_time(method, path)

        return look

    def _silence(self, why: str, method: str, path: str, *, sent: bool = True) -> _Fault:
        said = self._redactor.line(why, _QUOTED)
        what = f"{self._name} did not answer {method} {path}: {said}"
        if not sent:
            what = f"{self._name} can't be reached for {method} {path}: {said}"
        return _Fault(what, f"is {self._name} up, and the way to it?", sent=sent)

    def _refusal(self, answer: _Answer, method: str, path: str) -> _Fault:
        status = answer.status
        own = self._redactor.line(words(answer.body), _QUOTED)
        said = f": {own}" if own else ""
        what = f"{self._name} answered {method} {path} with {status}{said}{self._id(answer)}"
        later: float | None = None
        hint = _HINTS.get(status, "")
        if status in (408, 425, 429) or status >= 500:
            later = min(retry_after(answer.headers) or used_up(answer.headers), LONGEST_WAIT)
            hint = f"try again in {later:.0f} s" if later else "try again later"
        elif 300 <= status < 400:
            hint = "redirects are not followed: give the address it leads to"
        return _Fault(self._redactor.clean(what), hint, status=status, later=later)

    def _id(self, answer: _Answer) -> str:
        """The server's own id of the request, for a sentence."""
        found = self._redactor.line(request_id(answer.headers), _QUOTED_ID)
        return f" (request {found})" if found else ""

    def _decoded(self, answer: _Answer, into: type[T], method: str, path: str) -> T:
        if into is type(None):
            return None
        try:
            return msgspec.json.decode(answer.body, type=into)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = self._redactor.line(str(error), _QUOTED)
            what = f"{self._name} answered {method} {path} with {answer.status}, but not as expected: {why}"
            raise _Fault(what, "is this the API's address?") from None

    async def _until_free(self, until: float) -> None:
        """Waits until requests are allowed again, where the last answer said that they are used up."""
        now = time.monotonic()
        if self._free_at > until:
            wait = self._free_at - now
            raise _Fault(f"{self._name} takes no more requests for {wait:.0f} s", "wait", later=wait)
        await asyncio.sleep(max(0.0, self._free_at - now))


_HINTS = {
    400: "check the provider's settings",
    401: "the token is wrong or has expired: store a new one, then restart the engine",
    403: "the token may not do this: give its owner the right",
    404: "check the names and ids in the definition",
    409: "look at its state there, then ask again",
    410: "it is gone: name another",
    422: "it can't be done as things stand there: look, then ask again",
}


@contextlib.contextmanager
def nothing_asked_yet() -> Iterator[None]:
    """Around what an adapter reads before its mutation: whatever fails in here, nothing was done."""
    try:
        yield
    except Unreachable as error:
        what = f"nothing was done: {error.message}"
        raise Unasked(what, hint=error.hint, retry_after=error.retry_after) from None
