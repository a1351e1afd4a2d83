"""One attempt at a target, whatever is asked: the time it may take, and what its failure says of whom.

A refusal or silence of the target is bad while the control probe gets through. Where our own resolver,
network or machine fails, nothing is known of the target.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Protocol

from launchpad.model.http import is_address
from launchpad.model.values import format_duration
from launchpad.probes.control import Control
from launchpad.probes.resolve import Addresses
from launchpad.probes.result import Blame, Phases, ProbeFailure, ProbeResult
from launchpad.probes.wire import Wire, connect, is_loopback, literal

_LATE = 1.0
"""Seconds by which a timeout may be noticed too late before it is held to be our own fault."""

_RESOLVING = "resolving"


class Runnable(Protocol):
    """Runs a check of one kind, again and again."""

    async def run(self) -> ProbeResult:
        """Probe once. Takes the check's timeout at most, plus the control probe's where that must decide.

        May be cancelled at any time and leaves nothing behind.
        """


class Trace:
    """What a probe is doing and how long the parts took, so that a failure can tell too."""

    __slots__ = ("addresses", "doing", "local", "seconds", "silence_tells", "started", "status")

    def __init__(self) -> None:
        self.started = perf_counter()
        self.doing = _RESOLVING
        self.addresses: Addresses = ()
        self.local = False
        """Whether no network lies between us and the target, addresses or not."""
        self.silence_tells = True
        """Whether the target is at fault where nobody answers: not one that others are asked about."""
        self.status: int | None = None
        self.seconds: dict[str, float] = {}

    def took(self, phase: str, since: float) -> float:
        """Count the time since `since` to `phase`; now."""
        now = perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - since
        return now

    def whole(self) -> None:
        """The answer has come; what follows is judgement."""
        self.took("whole", self.started)

    async def resolve(self, host: str, control: Control) -> Addresses:
        """Addresses of `host`, as `parse_host` has it. Raises ProbeFailure."""
        self.doing, self.addresses = _RESOLVING, ()
        if is_address(host):
            self.addresses = literal(host)
        else:
            now = perf_counter()
            self.addresses = await control.resolver.lookup(host)
            self.took("resolve", now)
        return self.addresses

    async def reach(self, host: str, port: int, control: Control) -> Wire:
        """A connection to `host`, as `parse_host` has it. Raises ProbeFailure."""
        addresses = await self.resolve(host, control)
        self.doing = "connecting"
        now = perf_counter()
        wire = await connect(addresses, port)
        self.took("connect", now)
        return wire

    async def secure(self, wire: Wire, context: ssl.SSLContext, name: str) -> None:
        """Put TLS on `wire`; the certificate must be for `name`. Raises ProbeFailure."""
        self.doing = "shaking hands over TLS"
        now = perf_counter()
        await wire.handshake(context, name.removesuffix("."))
        self.took("tls", now)


async def attempt(
    ask: Callable[[Trace], Awaitable[str]], *, limit: float, control: Control, notable: bool = False
) -> ProbeResult:
    """What `ask` finds out: it returns why the target is fine, or raises ProbeFailure.

    `limit`: seconds it may take. `notable`: what it returns says more than that the target is fine.
    """
    trace = Trace()
    try:
        async with asyncio.timeout(limit):
            reason = await ask(trace)
    except ProbeFailure as failure:
        return await _failed(trace, failure, control)
    except TimeoutError:
        return await _timed_out(trace, limit, control)
    except Exception as error:  # noqa: BLE001  # what a probe breaks on ends no watch, and says nothing of the target
        broke = f"our probe broke while {trace.doing} ({type(error).__name__})"
        return await _failed(trace, ProbeFailure(Blame.OURS, broke), control)
    if "whole" not in trace.seconds:
        trace.whole()
    return ProbeResult(
        verdict="ok",
        reason=reason,
        duration=trace.seconds["whole"],
        phases=Phases(**trace.seconds),
        status=trace.status,
        notable=notable,
    )


async def _timed_out(trace: Trace, limit: float, control: Control) -> ProbeResult:
    if trace.doing == _RESOLVING:
        return await _failed(trace, ProbeFailure(Blame.OURS, "our resolver does not answer"), control)
    if "whole" in trace.seconds:
        reason = f"it answered, and {format_duration(limit)} did not do for {trace.doing}"
        return await _failed(trace, ProbeFailure(Blame.OURS, reason), control)
    late = perf_counter() - trace.started - limit
    if late > _LATE:
        # Stopped or starved: what the target did meanwhile, nobody has seen.
        reason = f"our machine was held up for {format_duration(late)}"
        return await _failed(trace, ProbeFailure(Blame.OURS, reason), control)
    reason = f"timed out after {format_duration(limit)} while {trace.doing}"
    if not trace.silence_tells:
        return await _failed(trace, ProbeFailure(Blame.OURS, reason), control)
    trace.seconds["whole"] = limit
    return await _failed(trace, ProbeFailure(Blame.PATH, reason), control, silent_for=limit)


async def _failed(
    trace: Trace, failure: ProbeFailure, control: Control, *, silent_for: float | None = None
) -> ProbeResult:
    whole = trace.seconds.get("whole")
    phases = Phases(**trace.seconds) if trace.seconds else None
    blame, reason = failure.blame, failure.reason
    if blame is Blame.PATH and not trace.local and not is_loopback(trace.addresses):
        through, doubt = await control.gets_through(within=silent_for)
        if not through:
            blame, reason = Blame.OURS, f"{reason}; {doubt}"
    bad = blame is not Blame.OURS
    return ProbeResult(
        verdict="bad" if bad else "unknown",
        reason=reason,
        duration=whole if bad else None,
        phases=phases,
        status=trace.status,
    )
