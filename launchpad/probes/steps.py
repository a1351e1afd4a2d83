"""A step of a smoke test over HTTP: asked with the cookies of the walk, judged, and searched for what later
steps need."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from launchpad.model.definition import Extract, HttpStep
from launchpad.model.filling import written
from launchpad.model.http import parse_url
from launchpad.model.jsonpath import parse_path, value_at
from launchpad.model.text import clean
from launchpad.model.values import format_duration, is_secret_reference
from launchpad.probes.answer import Answer
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.cookies import Cookies
from launchpad.probes.exchange import SHOWN, Client, Request, refuse_unsendable
from launchpad.probes.judging import Judge, compressed
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying
from launchpad.probes.searching import Unsearchable, search


class HttpStepProbe:
    """Takes a step whose placeholders are filled in, once. Raises ValueError if it can't be asked at all."""

    def __init__(self, step: HttpStep, *, control: Control, cookies: Cookies, saying: Saying) -> None:
        url = parse_url(step.url)
        body, kind = _body(step)
        headers = dict(step.headers)
        if kind and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        refuse_unsendable(headers)
        self.found: dict[str, Any] = {}
        """What was extracted, once it has passed."""
        self._step = step
        self._control = control
        self._saying = saying
        self._client = Client(control=control, saying=saying, cookies=cookies)
        self._request = Request(url, step.method, headers, body)
        self._judge = Judge(step.expect, url, follows=step.follow_redirects, saying=saying)

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._step.timeout, control=self._control)

    async def _ask(self, trace: Trace) -> str:
        url, answer = await self._client.follow(
            self._request, trace, redirects=self._step.follow_redirects, keep_body=True
        )
        trace.whole()
        self._judge.judge(url, answer)
        page = _Page(answer, self._saying)
        trace.doing = "judging its answer"
        await self._hold(page)
        within = self._step.expect.within
        if within is not None and (took := trace.seconds["whole"]) > within:
            raise _wrong(f"took {format_duration(took)}, expected at most {format_duration(within)}")
        self.found = {name: await page.extracted(name, one) for name, one in self._step.extract.items()}
        return f"status {answer.status}"

    async def _hold(self, page: "_Page") -> None:
        """Holds the body to what is expected of it."""
        expect = self._step.expect
        for path, wanted in expect.json.items():
            found = page.at(path)
            if not _same(found, wanted):
                shown, expected = (self._saying(json.dumps(one), SHOWN) for one in (found, wanted))
                raise _wrong(f"{path} is {shown}, expected {expected}")
        if expect.matches is not None and await page.search(expect.matches) is None:
            raise _wrong(f"{page.told} does not match '{self._saying(expect.matches, SHOWN)}'")


class _Page:
    """An answer and its body, read as what is asked of it."""

    def __init__(self, answer: Answer, saying: Saying) -> None:
        self._answer = answer
        self._saying = saying
        self._document: Any = None
        self._parsed = False

    @property
    def told(self) -> str:
        """The body, in a sentence."""
        return "the body" if self._answer.complete else "what is read of the body (1 MiB)"

    def at(self, path: str) -> Any:
        """What stands at a path of the body as JSON. Raises ProbeFailure."""
        if not self._parsed:
            self._document = self._json()
            self._parsed = True
        try:
            return value_at(self._document, parse_path(path))
        except LookupError as error:
            raise _wrong(f"{error.args[0]} in the answer, expected {path}") from None

    async def search(self, pattern: str) -> tuple[str | None, ...] | None:
        """The first match in the body and its groups. Raises ProbeFailure."""
        try:
            return await search(pattern, self._text())
        except Unsearchable as error:
            shown = self._saying(pattern, SHOWN)
            raise ProbeFailure(Blame.OURS, clean(f"'{shown}' can't be searched for: {error}")) from None

    async def extracted(self, name: str, what: Extract) -> Any:
        """What is to be taken. Raises ProbeFailure if it is not there, or nothing that can be used."""
        if what.header is not None:
            value: Any = self._answer.header(what.header)
            if value is None:
                raise _wrong(f"header {what.header} is missing, expected {name} in it")
        elif what.json is not None:
            value = self.at(what.json)
        else:
            match = await self.search(what.pattern or "")
            if match is None:
                pattern = self._saying(what.pattern or "", SHOWN)
                raise _wrong(f"{self.told} does not match '{pattern}' for {name}")
            value = match[1] if len(match) > 1 else match[0]
        if value is None or isinstance(value, dict | list) or written(value) == "":
            raise _wrong(f"{name} is {'empty' if not value else 'no single value'}")
        if is_secret_reference(written(value)):
            # It would be taken for a reference where it is filled in.
            raise _wrong(f"{name} looks like a reference to a secret of ours, not used")
        return value

    def _json(self) -> Any:
        text = self._text()
        if not self._answer.complete:
            raise _wrong("the body is longer than 1 MiB, expected JSON that is not")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise _wrong(f"the body ({len(text)} characters) is no JSON") from None

    def _text(self) -> str:
        if encoding := compressed(self._answer):
            raise _wrong(f"the body is compressed ({self._saying(encoding, 20)}) unasked, can't be read")
        return self._answer.body.decode(errors="replace")


def _same(found: Any, wanted: Any) -> bool:
    """Whether two values of JSON are equal: true is 1 in Python, and not there."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_same(found[name], wanted[name]) for name in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_same, found, wanted))
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def _body(step: HttpStep) -> tuple[bytes, str]:
    """The request's body, and its type where that is plain."""
    if step.json is not None:
        return json.dumps(step.json).encode(), "application/json"
    if step.form:
        return urlencode(_texts(step.form)).encode(), "application/x-www-form-urlencoded"
    return step.body.encode(), ""


def _texts(form: Mapping[str, Any]) -> dict[str, str]:
    return {name: written(value) for name, value in form.items()}


def _wrong(reason: str) -> ProbeFailure:
    return ProbeFailure(Blame.TARGET, clean(reason))
