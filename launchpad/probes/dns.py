"""The DNS probe: what each of several name servers says of a name, and how many say what is expected.

A server that can't be asked leaves its part unknown; one that says something else makes the whole bad.
"""

import asyncio
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rdtypes.txtbase

from launchpad.model.dns import DNS_PORT, DnsCheck, normal_value, parse_domain, parse_server
from launchpad.model.text import clean
from launchpad.model.values import Value, format_duration
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control, name_servers
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult

_SHOWN = 4
"""Found values that a reason names."""
_TRIES = 3
"""Datagrams sent to a server at most, as one may be lost."""


class _Answer(Value):
    """What one server said."""

    server: str
    found: frozenset[str] = frozenset()
    silent: str = ""
    """Why it said nothing of use, if so."""


class DnsProbe:
    """Runs a `DnsCheck`. Raises ValueError if it can't be run at all."""

    def __init__(
        self,
        check: DnsCheck,
        *,
        control: Control | None = None,
        resolv_conf: Path = Path("/etc/resolv.conf"),
    ) -> None:
        self._check = check
        self._name = dns.name.from_text(parse_domain(check.name))
        self._type = dns.rdatatype.from_text(check.type)
        self._expected = frozenset(normal_value(text, check.type) for text in check.expect)
        self._servers = [(text, parse_server(text)) for text in check.resolvers]
        self._resolv_conf = resolv_conf
        self._control = control or Control()

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control, notable=True)

    async def _ask(self, trace: Trace) -> str:
        trace.doing = "waiting for the name servers"
        trace.silence_tells = False
        asked = [self._ask_one(text, server) for text, server in self._servers]
        answers = await asyncio.gather(*asked)
        trace.whole()
        return self._judge(answers)

    def _judge(self, answers: list[_Answer]) -> str:
        """Raises ProbeFailure unless all servers were heard and said what is expected."""
        heard = [answer for answer in answers if not answer.silent]
        agreeing = [answer for answer in heard if self._agrees(answer)]
        count = f"{len(agreeing)} of {len(answers)} name servers agree" if len(answers) > 1 else ""
        for answer in heard:
            if answer not in agreeing:
                what = f"{answer.server} says {_listed(answer.found)} for {self._check.asks}"
                expected = f", expected {_listed(self._expected)}" if self._expected else ""
                raise ProbeFailure(Blame.TARGET, _joined(count, what + expected))
        for answer in answers:
            if answer.silent:
                # It may be slow or gone, and says nothing of the name either way.
                raise ProbeFailure(Blame.OURS, _joined(count, answer.silent))
        # Servers that give different addresses to each, all allowed, agree on what was asked.
        found = frozenset[str]().union(*(answer.found for answer in heard))
        return _joined(count, f"{self._check.asks} is {_listed(found)}")

    def _agrees(self, answer: _Answer) -> bool:
        if self._check.type == "TXT" and self._expected:
            # A name carries texts of many owners.
            return answer.found >= self._expected
        return answer.found == self._expected if self._expected else bool(answer.found)

    async def _ask_one(self, text: str, server: tuple[str, int] | None) -> _Answer:
        if server is None:
            known = name_servers(self._resolv_conf)
            if not known:
                return _Answer(server=text, silent="this machine has no name server configured")
            server = known[0], DNS_PORT
        query = dns.message.make_query(self._name, self._type, use_edns=0, payload=1232)
        # Less than the whole, so that one silent server does not hide what the others say.
        share = self._check.timeout * 0.9
        try:
            async with asyncio.timeout(share):
                reply = await _exchanged(query, *server, share)
        except (TimeoutError, dns.exception.Timeout):
            return _Answer(server=text, silent=f"{text} does not answer within {format_duration(share)}")
        except OSError as error:
            return _Answer(server=text, silent=f"{text} can't be asked: {error.strerror or error}")
        except dns.exception.DNSException as error:
            return _Answer(server=text, silent=clean(f"{text} answers nonsense ({type(error).__name__})"))
        code = reply.rcode()
        if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return _Answer(server=text, silent=f"{text} refuses to answer: {dns.rcode.to_text(code)}")
        found = frozenset(
            _written(record)
            for answered in reply.answer
            if answered.rdtype == self._type
            for record in answered
        )
        return _Answer(server=text, found=found)


async def _exchanged(
    query: dns.message.Message, server: str, port: int, within: float
) -> dns.message.Message:
    """What `server` answers, over TCP where it does not fit a datagram."""
    for left in range(_TRIES - 1, -1, -1):
        try:
            reply, _ = await dns.asyncquery.udp_with_fallback(
                query, server, timeout=within / _TRIES, port=port, ignore_unexpected=True, ignore_errors=True
            )
        except dns.exception.Timeout:
            if not left:
                raise
        else:
            return reply
    raise AssertionError("the last try returns or raises")


def _written(record: dns.rdata.Rdata) -> str:
    if isinstance(record, dns.rdtypes.txtbase.TXTBase):
        return clean(b"".join(record.strings).decode(errors="replace"), 4096)
    return clean(record.to_text().lower().removesuffix("."), 4096)


def _listed(values: frozenset[str]) -> str:
    if not values:
        return "nothing"
    shown = [clean(value, 60) for value in sorted(values)]
    more = len(shown) - _SHOWN
    return ", ".join(shown[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _joined(count: str, what: str) -> str:
    return f"{count}: {what}" if count else what
