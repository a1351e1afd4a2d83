"""Secrets by reference: where each lies, how it is fetched, and how it is kept out of every text.

Only the engine resolves references, all of them before it takes the lease. No error names a value.
"""

import base64
import json
import os
import re
import selectors
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

import msgspec
from msgspec import inspect

from launchpad.config.reader import NONE, Settings, info
from launchpad.errors import BadInput
from launchpad.model.definition import Channel, Definition, Provider
from launchpad.model.text import clean, clean_lines
from launchpad.model.values import is_secret_reference

MASK = "•••"
"""What stands for a secret."""

_TIMEOUT = 10.0
"""Seconds that a `command:` may take."""
_POLL = 0.05
"""Seconds between two looks at whether a command has ended without closing its output."""
_MAX_BYTES = 64 * 1024
_SHORTEST = 4
"""Shorter values would blot out innocent text."""


class SecretResolver:
    """Fetches what references name.

    `base_dir` is the definition's folder, where relative paths start and commands run; `environ` the
    environment that `env:` reads and commands get.
    """

    def __init__(self, base_dir: Path, environ: Mapping[str, str]) -> None:
        self._base_dir = base_dir
        self._environ = environ

    def resolve(self, reference: str) -> str:
        """The secret that `reference` names. Raises BadInput with what to do; never with the value."""
        scheme, _, rest = reference.partition(":")
        if not is_secret_reference(reference):
            raise BadInput("a secret is not a reference", hint="expected env:, keyring:, file: or command:")
        value = {
            "env": self._from_environment,
            "keyring": self._from_keyring,
            "file": self._from_file,
            "command": self._from_command,
        }[scheme](rest)
        if not value:
            raise BadInput(f"the secret {reference} is empty", hint="store it, then start again")
        if "\0" in value:
            raise BadInput(f"the secret {reference} holds a NUL byte", hint="expected text")
        return value

    def _from_environment(self, name: str) -> str:
        if name not in self._environ:
            raise BadInput(
                f"the secret env:{name} is not set", hint=f"export {name} before the engine starts"
            )
        return self._environ[name]

    def _from_keyring(self, name: str) -> str:
        service, slash, user = name.rpartition("/")
        if not slash or not service or not user:
            raise BadInput(f"the secret keyring:{name} names no entry", hint="expected keyring:SERVICE/NAME")
        import keyring
        from keyring.errors import KeyringError

        try:
            value = keyring.get_password(service, user)
        except (KeyringError, OSError, RuntimeError) as error:
            raise BadInput(
                f"the keyring does not open for keyring:{name} ({type(error).__name__})",
                hint="unlock it, or keep the secret elsewhere",
            ) from None
        if value is None:
            raise BadInput(f"the secret keyring:{name} is not there", hint=f"keyring set {service} {user}")
        return value

    def _from_file(self, name: str) -> str:
        path = self._base_dir / Path(name).expanduser()
        where = f"the secret file:{name}"
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                mode = os.fstat(descriptor).st_mode
                if not stat.S_ISREG(mode):
                    raise BadInput(f"{where} is no file", hint=f"expected a file at {path}")
                if mode & stat.S_IRWXO:
                    raise BadInput(f"{where} is open to every user of this machine", hint=f"chmod 600 {path}")
                data = file.read(_MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a path"
            raise BadInput(f"{where} can't be read: {reason}", hint=f"expected a file at {path}") from None
        return _text(data, where)

    def _from_command(self, line: str) -> str:
        where = f"the secret command:{line}"
        try:
            argv = shlex.split(line)
            process = subprocess.Popen(
                argv,
                cwd=self._base_dir,
                env=dict(self._environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # it may speak of the secret
                start_new_session=True,
            )
        except (OSError, ValueError, IndexError) as error:
            reason = getattr(error, "strerror", None) or "not a command line"
            raise BadInput(f"{where} can't be run: {reason}", hint="try it in a shell") from None
        with process:
            try:
                data = _output(process)
            except subprocess.TimeoutExpired:
                took = f"{where} took longer than {_TIMEOUT:.0f} s"
                raise BadInput(took, hint="try it in a shell") from None
            finally:
                _end_group(process)
        if process.returncode and len(data) <= _MAX_BYTES:
            raise BadInput(f"{where} exited with {process.returncode}", hint="try it in a shell")
        return _text(data, where)


def _output(process: subprocess.Popen[bytes]) -> bytes:
    """What the process writes until it ends, but little more than a secret may have.

    Raises TimeoutExpired.
    """
    assert process.stdout
    deadline = monotonic() + _TIMEOUT
    data = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(data) <= _MAX_BYTES:
            ended = process.poll() is not None
            if selector.select(0 if ended else _POLL):
                chunk = os.read(process.stdout.fileno(), _MAX_BYTES)
                if not chunk:
                    process.wait(max(0.0, deadline - monotonic()))
                    break
                data += chunk
            elif ended:  # something it left behind holds the pipe
                break
            if monotonic() > deadline:
                raise subprocess.TimeoutExpired(process.args, _TIMEOUT)
    return data


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it left behind, which would otherwise hold the pipe open."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    if process.stdout:
        process.stdout.close()


def _text(data: bytes, where: str) -> str:
    """The secret in a file or output, without the line end that editors and echo add."""
    if len(data) > _MAX_BYTES:
        raise BadInput(f"{where} is longer than {_MAX_BYTES // 1024} KiB", hint="expected a secret")
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise BadInput(f"{where} is not UTF-8", hint="expected text; encode it as base64") from None


def references_in(definition: Definition, providers: Settings, channels: Settings = NONE) -> tuple[str, ...]:
    """Every secret reference of a definition, each once.

    `providers` and `channels` map kinds to their settings' types, as for `load`; of a kind that is not
    among them, or has other settings, every string that looks like a reference counts.
    """
    found = list(_references(definition, info(Definition)))
    for provider in definition.providers.values():
        found += _references_of(provider, providers)
    for channel in definition.channels.values():
        found += _references_of(channel, channels)
    return tuple(dict.fromkeys(found))


def _references_of(adapter: Provider | Channel, kinds: Settings) -> Iterator[str]:
    try:
        settings = kinds[adapter.kind]
        made = msgspec.convert(adapter.settings, settings)
    except (KeyError, BadInput, msgspec.ValidationError):
        # Unknown here, or of another version: whoever makes the adapter says so.
        return _references_anywhere(adapter.settings)
    return _references(made, info(settings))


def _references(value: Any, type_: inspect.Type, kind: str | None = None) -> Iterator[str]:
    """The references in fields of `value` whose type says that one may stand there."""
    match type_:
        case inspect.Metadata():
            yield from _references(value, type_.type, (type_.extra or {}).get("read", kind))
        case inspect.UnionType():
            for member in type_.types:
                yield from _references(value, member, kind)
        case inspect.StructType() if isinstance(value, type_.cls):
            for f in type_.fields:
                yield from _references(getattr(value, f.name), f.type)
        case inspect.VarTupleType() if isinstance(value, tuple):
            for item in value:
                yield from _references(item, type_.item_type, kind)
        case inspect.DictType() if isinstance(value, dict):
            for item in value.values():
                yield from _references(item, type_.value_type, kind)
        case inspect.StrType() if isinstance(value, str) and kind in ("secret", "environment", "endpoint"):
            if is_secret_reference(value):
                yield value


def _references_anywhere(value: Any) -> Iterator[str]:
    match value:
        case str() if is_secret_reference(value):
            yield value
        case dict():
            for item in value.values():
                yield from _references_anywhere(item)
        case list():
            for item in value:
                yield from _references_anywhere(item)


class Redactor:
    """Replaces resolved secrets in texts, as they are and as they are commonly encoded.

    Values of fewer than four characters are left alone. The lines of a secret with several are secret too,
    as output comes line by line.
    """

    def __init__(self, values: Iterable[str]) -> None:
        whole = self._values = tuple(values)
        parts = [part for value in whole for part in _secret_parts(value)]
        forms = {form for value in (*whole, *parts) for form in _forms(value)}
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def beside(self, values: Iterable[str]) -> "Redactor":
        """One that knows these, too."""
        return Redactor((*self._values, *values))

    def clean(self, text: str) -> str:
        """`text` without secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def line(self, text: str, limit: int = 1000) -> str:
        """Text from outside as one line of at most `limit` characters, no control sequence, no secret."""
        return clean(self._untorn(text, clean), limit)

    def block(self, text: str, limit: int = 100_000) -> str:
        """As `line`, but lines and indentation stay."""
        return clean_lines(self._untorn(text, clean_lines), limit)

    def _untorn(self, text: str, tidied: Callable[[str, int], str]) -> str:
        """`text` without secrets, also those that show once no control sequence tears them apart."""
        return self.clean(tidied(self.clean(text), sys.maxsize))


_TELLING = 8
"""Characters from which on a part of an address is taken for a secret of its own."""


def _secret_parts(value: str) -> Iterator[str]:
    """What is secret in a URL even without the rest of it: the password, and where it is for the web, the
    query and the longer parts of the path."""
    try:
        url = urlsplit(value)
    except ValueError:
        return
    if not url.netloc:
        return
    if url.password:
        yield unquote(url.password)
        yield url.password
    if url.scheme in ("http", "https"):
        parts = [url.query, *url.path.split("/"), *(v for _, v in parse_qsl(url.query))]
        yield from (part for part in parts if len(part) >= _TELLING)


def _forms(value: str) -> Iterator[str]:
    """The shapes in which a secret turns up."""
    lines = [line.strip() for line in value.splitlines()]
    for secret in {value, value.strip(), *(line for line in lines if len(line) >= 2 * _SHORTEST)}:
        if len(secret) < _SHORTEST:
            continue
        yield secret
        yield json.dumps(secret)[1:-1]
        yield json.dumps(secret, ensure_ascii=False)[1:-1]
        for escaped in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
            yield escaped
            yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), escaped)
        yield from _base64_forms(secret.encode("utf-8", "surrogateescape"))


def _base64_forms(data: bytes) -> Iterator[str]:
    """Base64 of `data` alone and inside something longer, where it may begin at any of three phases."""
    for phase in range(3):
        encoded = base64.b64encode(bytes(phase) + data).decode().rstrip("=")
        whole = encoded[(phase * 8 + 5) // 6 : len(encoded) - bool((phase + len(data)) % 3)]
        if len(whole) >= _SHORTEST:
            yield whole
            yield whole.translate(str.maketrans("+/", "-_"))
    yield base64.b64encode(data).decode()
    yield base64.urlsafe_b64encode(data).decode()
