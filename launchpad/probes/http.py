"""The HTTP probe: one fresh connection, one request, every phase timed, the answer held to expectations."""

import ssl

from launchpad.model.http import HttpCheck, parse_url
from launchpad.model.text import clean
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.exchange import MAX_BODY, Client, Request, refuse_unsendable, system_tls
from launchpad.probes.judging import Judge
from launchpad.probes.result import ProbeResult, Saying


class HttpProbe:
    """Runs an `HttpCheck`, again and again. Raises ValueError if it can't be run at all.

    `control` is shared by all probes of a process. `tls` replaces the system's certificate authorities.
    """

    def __init__(
        self,
        check: HttpCheck,
        *,
        control: Control | None = None,
        tls: ssl.SSLContext | None = None,
        max_body: int = MAX_BODY,
        saying: Saying = clean,
    ) -> None:
        if check.timeout <= 0:
            raise ValueError("expected a timeout of more than 0 s")
        if check.method == "HEAD" and check.expect.contains is not None:
            raise ValueError("expected no text in the body (contains): an answer to HEAD has none")
        url = parse_url(check.url)
        refuse_unsendable(check.headers)
        self._request = Request(url, check.method, check.headers, check.body.encode())
        self._check = check
        self._control = control or Control()
        # Authorities are read now, or the first probe would be measured with that.
        tls = tls or (system_tls() if url.scheme == "https" else None)
        self._client = Client(control=self._control, saying=saying, tls=tls, max_body=max_body)
        self._judge = Judge(check.expect, url, follows=check.follow_redirects, saying=saying)

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control)

    async def _ask(self, trace: Trace) -> str:
        url, answer = await self._client.follow(
            self._request, trace, redirects=self._check.follow_redirects, keep_body=self._judge.reads
        )
        trace.whole()
        self._judge.judge(url, answer)
        return f"status {answer.status}"
