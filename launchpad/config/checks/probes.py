"""Probes of signals and items: what they ask can be asked, and in time."""

from collections.abc import Callable, Mapping
from typing import Any

from launchpad.config.faults import HOLE, Faults, Path
from launchpad.config.scalars import quoted
from launchpad.model.definition import Check, Signal
from launchpad.model.dns import DnsCheck, normal_value, parse_domain, parse_server
from launchpad.model.http import HttpCheck, header_fault, parse_host, parse_url
from launchpad.model.network import TcpCheck, TlsCheck
from launchpad.model.probe import Derived, Probe
from launchpad.model.services import RedisCheck
from launchpad.model.values import format_duration
from launchpad.model.vitals import PlayVitalsCheck

_SHORTEST = 0.1
"""Seconds between two probes; less would be load, not measurement."""


def check(path: Path, probe: Signal | Check, faults: Faults) -> None:
    """Adds what is wrong with a test of whatever kind."""
    if not isinstance(probe, Derived):
        check_asked(path, probe, faults)
        _check_rhythm(path, probe, faults)
    elif probe.every is not HOLE and probe.every < probe.oftenest:
        faults.at((*path, "every"), f"expected at least {format_duration(probe.oftenest)}")


def check_asked(path: Path, probe: Probe, faults: Faults) -> None:
    """Adds what is wrong with what a probe asks."""
    match probe:
        case HttpCheck():
            _check_http(path, probe, faults)
        case TcpCheck():
            _check_host((*path, "host"), probe.host, faults)
        case TlsCheck():
            _check_host((*path, "host"), probe.host, faults)
            if probe.servername is not None:
                _check_host((*path, "servername"), probe.servername, faults)
        case RedisCheck() if probe.host:
            _check_host((*path, "host"), probe.host, faults)
        case PlayVitalsCheck():
            _check_parsed((*path, "api"), probe.api, parse_url, faults)
        case DnsCheck():
            _check_dns(path, probe, faults)
    if probe.timeout is not HOLE and probe.timeout <= 0:
        faults.at((*path, "timeout"), "expected a duration above zero")


def _check_rhythm(path: Path, probe: Any, faults: Faults) -> None:
    every, timeout = probe.every, probe.timeout
    if every is not HOLE and every < _SHORTEST:
        faults.at((*path, "every"), f"expected at least {format_duration(_SHORTEST)} between two probes")
    elif HOLE not in (every, timeout) and timeout > every and faults.written((*path, "timeout")):
        what = f"longer than every ({format_duration(every)}), so that probes would pile up"
        faults.at((*path, "timeout"), f"{what}; expected at most that")


def _check_http(path: Path, probe: HttpCheck, faults: Faults) -> None:
    _check_parsed((*path, "url"), probe.url, parse_url, faults)
    check_headers(path, probe.headers, faults)


def check_headers(path: Path, headers: Mapping[str, str], faults: Faults) -> None:
    """Names of headers that no request can have."""
    for name in () if headers is HOLE else headers:
        if wrong := header_fault(name):
            faults.at((*path, "headers", name), wrong, key=True)


def _check_dns(path: Path, probe: DnsCheck, faults: Faults) -> None:
    _check_parsed((*path, "name"), probe.name, parse_domain, faults)
    for index, text in enumerate(() if probe.resolvers is HOLE else probe.resolvers):
        _check_parsed((*path, "resolvers", index), text, parse_server, faults)
    for index, text in enumerate(() if HOLE in (probe.expect, probe.type) else probe.expect):
        _check_parsed((*path, "expect", index), text, lambda value: normal_value(value, probe.type), faults)


def _check_host(path: Path, host: str, faults: Faults) -> None:
    _check_parsed(path, host, _host, faults)


def _host(text: str) -> str:
    try:
        return parse_host(text)
    except ValueError:
        raise ValueError("expected a host name or an IP address") from None


def _check_parsed(path: Path, text: str, parse: Callable[[str], object], faults: Faults) -> None:
    if text is HOLE:
        return
    try:
        parse(text)
    except ValueError as error:
        faults.at(path, f"{error}, found {quoted(text)}")
