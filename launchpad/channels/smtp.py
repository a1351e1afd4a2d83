"""E-mail by SMTP: each stage of a message is a mail of one thread.

A permanent refusal (5xx) of the recipient is final, a transient one (4xx) is not (RFC 5321, section 4.2.1).
A password is given only on an encrypted connection, or on this machine.
"""

import asyncio
import hashlib
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, parseaddr
from typing import Any, ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from launchpad.channels.channel import Message, Outcome
from launchpad.model.definition import ChannelSettings, Line
from launchpad.model.values import Endpoint, is_secret_reference

TIMEOUT = 10.0
"""Seconds for each answer of the server."""
_AT_ONCE = 4
_PORTS = {"smtp": 587, "smtps": 465}
_URL = "expected smtp://HOST:PORT, which turns to TLS where the server can, or smtps://HOST"


class SmtpSettings(ChannelSettings):
    """A mail server that takes mail from us."""

    url: Endpoint
    """`smtp://HOST:PORT`, `smtps://HOST:PORT`, with `USER:PASSWORD@` only in what a reference names."""
    from_: Line = msgspec.field(name="from")
    """The sender's address."""
    to: Line | None = None
    """Where messages go that name no contact."""

    @property
    def address(self) -> str | None:
        return self.to

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if not is_secret_reference(self.url) and server(self.url) is None:
            yield ("url",), _URL
        for field, address in (("from", self.from_), ("to", self.to)):
            if address is not None and (wrong := self.address_fault(address)):
                yield (field,), wrong

    @staticmethod
    def address_fault(address: str) -> str | None:
        name, bare = parseaddr(address)
        local, _, domain = bare.rpartition("@")
        try:
            Address(name, addr_spec=bare)
        except (ValueError, IndexError, MessageError):
            local = ""
        good = local and domain and bare.isascii()  # SMTP takes no other; SMTPUTF8 is rare
        return None if good else "expected an address such as lead@example.com"


class SmtpChannel:
    """See `launchpad.channels.channel.Channel`."""

    settings: ClassVar[type[Any]] = SmtpSettings
    # A repeat has the same Message-ID, by which mail programs know it; not all do.
    knows_repeats: ClassVar[bool] = False

    def __init__(self, name: str, settings: SmtpSettings, resolve: Callable[[str], str]) -> None:
        self._url = resolve(settings.url)
        self._from = settings.from_
        # Threads of its own: a server that stalls must not take those in which the journal is written.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=f"channel {name}")

    async def send(self, address: str, message: Message) -> Outcome:
        return await self._deliver(self._mail(address, message))

    async def update(self, address: str, id: str, message: Message) -> Outcome:  # noqa: A002
        mail = self._mail(address, message)
        mail["In-Reply-To"] = mail["References"] = id
        return await self._deliver(mail)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _deliver(self, mail: EmailMessage) -> Outcome:
        target = server(self._url)
        if target is None:
            return Outcome(state="rejected", detail=f"the URL is no good: {_URL}")
        return await asyncio.get_running_loop().run_in_executor(self._threads, _deliver, target, mail)

    def _mail(self, address: str, message: Message) -> EmailMessage:
        domain = parseaddr(self._from)[1].rpartition("@")[2]
        mail = EmailMessage()
        mail["From"] = self._from
        mail["To"] = address
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(localtime())
        digest = hashlib.sha256(f"{message.edition} {address}".encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{digest}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers this
        mail.set_content(message.text)
        return mail


def server(url: str) -> SplitResult | None:
    """The parts of a server's URL; None if it is none."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if known else None


def _deliver(target: SplitResult, mail: EmailMessage) -> Outcome:
    """One conversation with the server. What fails before the mail is handed over was certainly not taken."""
    smtp: smtplib.SMTP | None = None
    handed_over = False
    try:
        smtp = _connected(target)
        if target.username:
            smtp.login(unquote(target.username), unquote(target.password or ""))
        sender, to = parseaddr(mail["From"])[1], parseaddr(mail["To"])[1]
        _must(smtp.mail(sender), "the sender was refused")
        _must(smtp.rcpt(to), "the recipient was refused")
        handed_over = True
        code, reply = smtp.data(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
        if code != 250:
            return _answer(code, reply, "the mail was refused")
        return Outcome(state="accepted", id=str(mail["Message-ID"]), detail=_words(code, reply))
    except smtplib.SMTPResponseException as error:
        return _answer(error.smtp_code, error.smtp_error, "")
    except _InTheClear as error:
        return Outcome(state="rejected", detail=str(error))
    except UnicodeError:
        return Outcome(state="rejected", detail="an address or the password has a character beyond ASCII")
    except (OSError, smtplib.SMTPException) as error:
        said = f"no answer within {TIMEOUT:g} s" if "timed out" in str(error) else str(error)
        if handed_over:
            return Outcome(state="unknown", detail=f"after the mail was sent: {said}")
        return Outcome(state="deferred", detail=said or type(error).__name__)
    finally:
        if smtp is not None:
            smtp.close()


class _InTheClear(Exception):
    """The server offers no encryption for the password."""


def _connected(target: SplitResult) -> smtplib.SMTP:
    host = target.hostname or ""
    port = target.port or _PORTS[target.scheme]
    me = socket.gethostname()  # looking up our full name could take as long as sending
    if target.scheme == "smtps":
        tls = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, me, timeout=TIMEOUT, context=tls)
    smtp = smtplib.SMTP(host, port, me, timeout=TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        else:
            _must_not_tell(smtp, target)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _must_not_tell(smtp: smtplib.SMTP, target: SplitResult) -> None:
    """Raises `_InTheClear` if a password would be readable on the way."""
    if target.username and not _here(smtp):
        said = "offers no TLS, and a password is not sent in the clear; use smtps://"
        raise _InTheClear(f"{target.hostname} {said}")


def _here(smtp: smtplib.SMTP) -> bool:
    """Whether the server is on this machine."""
    assert isinstance(smtp.sock, socket.socket)
    return ipaddress.ip_address(smtp.sock.getpeername()[0]).is_loopback


def _must(reply: tuple[int, bytes], what: str) -> None:
    """Raises SMTPResponseException unless the server agreed."""
    code, text = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, f"{what}: {text.decode('utf-8', 'replace')}".encode())


def _answer(code: int, reply: bytes | str, what: str) -> Outcome:
    words = f"{what}: {_words(code, reply)}" if what else _words(code, reply)
    return Outcome(state="rejected" if 500 <= code < 600 else "deferred", detail=words)


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {text}"
