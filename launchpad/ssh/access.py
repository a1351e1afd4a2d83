"""Who may connect: the keys of the launch's definition, and those of an authorized-keys file."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import asyncssh

from launchpad.config.checks.people import parse_public_key
from launchpad.errors import BadInput
from launchpad.model.definition import Definition, Operator
from launchpad.model.text import clean

_OPTION = r'[A-Za-z0-9-]+(?:="[^"]*")?'
_LINE = re.compile(
    rf"(?:(?P<options>{_OPTION}(?:,{_OPTION})*)\s+)?(?P<key>(?:ssh|ecdsa|sk)-\S+(?:\s.*)?)", re.ASCII
)
_OPERATOR = re.compile(r'operator="([^"]*)"')
_TAKEN_AWAY = frozenset(
    ("restrict", "no-agent-forwarding", "no-port-forwarding", "no-user-rc", "no-x11-forwarding")
)
"""Options of OpenSSH that take away what a seat does not have anyhow."""
_EXPECTED = 'expected operator="NAME" TYPE BASE64'
_LARGEST = 1 << 20
"""Bytes of the longest file."""


class Entry(NamedTuple):
    """One key and whom it stands for."""

    place: str
    """`FILE:LINE`, or whose key of the definition it is."""
    operator: str
    key: bytes


class Admitted(NamedTuple):
    """Who may connect, and what keeps others out."""

    operators: Mapping[bytes, Operator]
    """Public key, in its binary form → whom it stands for."""
    faults: tuple[str, ...]
    """A line for each key that lets nobody in."""


class KeyFile:
    """An authorized-keys file: a line `operator="NAME" TYPE BASE64 [COMMENT]` for each key.

    The comment says nothing: it comes with the key, from whoever made it. An option that is not known
    might be a limit, so that its line lets nobody in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries: tuple[Entry, ...] = ()
        self.faults: tuple[str, ...] = ()
        self._seen: object = None
        self._read: object = None

    def read(self) -> None:
        """Takes in what it says now. A file that can't be read, or may be written by others, says nothing."""
        self._seen = self._read = self._stamp()
        entries: list[Entry] = []
        faults: list[str] = []
        try:
            lines = self._lines()
        except BadInput as error:
            faults.append(str(error))
            lines = []
        for number, line in enumerate(lines, 1):
            place = f"{self._path}:{number}"
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                entries.append(_entry(place, line.strip()))
            except ValueError as error:
                faults.append(f"{place}: {error}")
        self.entries, self.faults = tuple(entries), tuple(faults)

    def changed(self) -> bool:
        """Reads it again once it has changed and stood still between two calls; whether it did."""
        stamp = self._stamp()
        settled, self._seen = stamp == self._seen, stamp
        if not settled or stamp == self._read:
            return False
        self.read()
        return True

    def _stamp(self) -> object:
        try:
            status = self._path.stat()
        except OSError as error:
            return error.errno
        return status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode, status.st_uid

    def _lines(self) -> list[str]:
        try:
            if self._path.stat().st_mode & 0o022:
                raise BadInput(
                    f"{self._path} may be written by others and lets nobody in",
                    hint=f"chmod go-w {self._path}",
                )
            with self._path.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError as error:
            raise BadInput(f"can't read {self._path}: {error.strerror}") from None
        if len(data) > _LARGEST:
            raise BadInput(f"{self._path} is larger than {_LARGEST:,} bytes and lets nobody in")
        return data.decode(errors="replace").splitlines()


def _entry(place: str, line: str) -> Entry:
    """What a line says. Raises ValueError with what was expected."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"this is no line of an authorized-keys file, {_EXPECTED}")
    operator = ""
    for option in re.findall(_OPTION, found["options"] or ""):
        if named := _OPERATOR.fullmatch(option):
            if operator:
                raise ValueError("there are two operators, expected one")
            operator = named[1]
        elif option not in _TAKEN_AWAY:
            raise ValueError(f"the option {clean(option, 40)} is not known here, {_EXPECTED}")
    if not operator:
        raise ValueError(f"it does not say whose key this is, {_EXPECTED}")
    return Entry(place, operator, public_data(found["key"]))


def public_data(line: str) -> bytes:
    """A public key in its binary form. Raises ValueError with what was expected."""
    kind, encoded = parse_public_key(line)
    try:
        return asyncssh.import_public_key(f"{kind} {encoded}").public_data
    except asyncssh.KeyImportError:
        raise ValueError(f"this {kind} key can't be used") from None


def admitted(definition: Definition, entries: Iterable[Entry] = ()) -> Admitted:
    """Who may connect: by a key of their own that can be read and that no other operator has as well."""
    faults: list[str] = []
    offered: list[Entry] = []
    for operator in definition.operators:
        place = f"a key of {operator.name} in the definition"
        for line in operator.keys:
            try:
                offered.append(Entry(place, operator.name, public_data(line)))
            except ValueError as error:
                faults.append(f"{place}: {error}")
    people = {operator.name: operator for operator in definition.operators}
    owners: dict[bytes, set[str]] = {}
    for entry in (*offered, *entries):
        if entry.operator in people:
            owners.setdefault(entry.key, set()).add(entry.operator)
        else:
            faults.append(f"{entry.place}: there is no operator '{clean(entry.operator, 40)}' in this launch")
    shared = [sorted(names) for names in owners.values() if len(names) > 1]
    faults += [f"one key stands for {' and '.join(names)}, and lets neither in" for names in shared]
    alone = {key: people[next(iter(names))] for key, names in owners.items() if len(names) == 1}
    return Admitted(alone, tuple(faults))


def network_of(address: str) -> str:
    """Where a connection comes from: an address, or all that one machine may have of IPv6's (a /64)."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address) or known.ipv4_mapped:
        return address
    return str(ipaddress.ip_network((int(known), 64), strict=False))
