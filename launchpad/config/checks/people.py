"""Operators: one name, one login, one key for each person, and somebody who may decide."""

import base64
import binascii
from itertools import pairwise
from typing import Any

from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path, listed

_KEY_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with `operators`."""
    if document.operators is HOLE:
        return
    _check_deputies(document, faults)
    names: dict[str, int] = {}
    logins: dict[str, int] = {}
    keys: dict[str, int] = {}
    people = [(i, operator) for i, operator in enumerate(document.operators) if operator is not HOLE]
    for index, operator in people:
        path: Path = ("operators", index)
        if operator.name is not HOLE:
            _once(names, operator.name, index, (*path, "name"), f"the name '{operator.name}'", faults)
        login = operator.login or operator.name
        if HOLE not in (login, operator.login):
            where = "login" if operator.login else "name"
            if operator.name not in names or names[operator.name] == index:
                _once(logins, login, index, (*path, where), f"the login '{login}'", faults)
        for place, key in enumerate(() if operator.keys is HOLE else operator.keys):
            _check_key(key, index, (*path, "keys", place), keys, faults)
    roles: list[Any] = [operator.role for _, operator in people]
    if roles and len(roles) == len(document.operators) and not {"director", HOLE} & set(roles):
        faults.at(
            ("operators",),
            "no operator is a director, expected at least one, who can open the launch",
            key=True,
        )


def _check_deputies(document: Document, faults: Faults) -> None:
    """Deputies are operators who take part and are no directors already."""
    if document.launch is HOLE or document.launch.deputies is HOLE:
        return
    whole = HOLE not in document.operators
    roles = {o.name: o.role for o in document.operators if o is not HOLE and o.name is not HOLE}
    for index, name in enumerate(document.launch.deputies):
        where = ("launch", "deputies", index)
        faults.refer(where, name, roles if whole else HOLE, "operator")
        if name is not HOLE and roles.get(name) == "director":
            faults.at(where, f"'{name}' is a director already, expected somebody who is not")
        elif name is not HOLE and roles.get(name) == "viewer":
            faults.at(where, f"'{name}' is a viewer and takes no part, expected an engineer or operator")


def _once(seen: dict[str, int], value: str, index: int, path: Path, what: str, faults: Faults) -> None:
    """A fault if another operator has `value` too."""
    if seen.setdefault(value, index) != index:
        line = faults.place(("operators", seen[value])).line
        faults.at(path, f"{what} is that of the operator on line {line} too, expected one of its own")


def _check_key(key: Any, index: int, path: Path, seen: dict[str, int], faults: Faults) -> None:
    if key is HOLE:
        return
    try:
        kind, blob = parse_public_key(key)
    except ValueError as error:
        faults.at(path, str(error))
    else:
        _once(seen, f"{kind} {blob}", index, path, "this SSH key", faults)


def parse_public_key(text: str) -> tuple[str, str]:
    """Type and base64 of an SSH public key, without its comment. Raises ValueError with what was expected."""
    words = text.split()
    if len(words) < 2 or words[0] not in _KEY_TYPES:
        expected = f"an SSH public key: TYPE BASE64, with a type of {listed(_KEY_TYPES)}"
        raise ValueError(f"expected {expected}; it is the line in a file such as ~/.ssh/id_ed25519.pub")
    kind, encoded = words[:2]
    try:
        fields = list(_fields(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError):
        fields = []
    if len(fields) < 2 or fields[0] != kind.encode() or (kind == "ssh-ed25519" and len(fields[1]) != 32):
        raise ValueError(f"this is no whole {kind} key, expected the line as it stands in the .pub file")
    return kind, encoded


def _fields(blob: bytes) -> list[bytes]:
    """The length-prefixed fields of a key (RFC 4253, section 6.6). Raises ValueError."""
    starts = [0]
    while starts[-1] < len(blob):
        length = int.from_bytes(blob[starts[-1] : starts[-1] + 4], "big")
        starts.append(starts[-1] + 4 + length)
    if starts[-1] != len(blob):
        raise ValueError("a field is cut short")
    return [blob[start + 4 : end] for start, end in pairwise(starts)]
