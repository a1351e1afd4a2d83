"""Whether people can be reached: the one proof of it is a message that got there."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from launchpad.channels import made_channels
from launchpad.channels.channel import Channel, Message, Outcome
from launchpad.cli.finding import Finding
from launchpad.cli.shell import Shell
from launchpad.config.secrets import Redactor, SecretResolver
from launchpad.errors import BadInput, LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model.definition import Definition
from launchpad.model.events import Delivery
from launchpad.model.state import ChannelTest
from launchpad.model.values import format_instant
from launchpad.rules.delivery import Recipient, recipients
from launchpad.wiring import channel_references, launch_id, local_identity, sqlite_path

_LONGEST = 30.0
"""Seconds that a channel may take."""
_VERDICT: Mapping[Delivery, Literal["ok", "bad", "unknown"]] = {
    "accepted": "ok",
    "confirmed": "ok",
    "unknown": "unknown",
    "deferred": "bad",
    "rejected": "bad",
}


class Test(NamedTuple):
    """What a test message says of itself."""

    launch: str
    release: str
    by: str
    when: str


def send_tests(shell: Shell, names: Sequence[str]) -> Iterator[Finding]:
    """Sends a test message to these contacts and channels, or to all. The launch, if it is open, keeps what
    became of each. Raises BadInput for a name that is none, or a secret that can't be resolved."""
    shell.require_file()
    loaded = shell.loaded
    assert loaded is not None, "the file is there"
    definition = loaded.definition
    to = _chosen(definition, names)
    resolver = SecretResolver(loaded.base_dir, shell.environ)
    secrets = {reference: resolver.resolve(reference) for reference in channel_references(definition)}
    redactor = Redactor(secrets.values())
    about = definition.launch
    test = Test(
        launch=launch_id(about),
        release=f"{about.product} {about.version} {about.environment}",
        by=local_identity(definition, shell.url, shell.options.claimed).name,
        when=f"{format_instant(time.time_ns() // 1000, definition.zone, date=True)} {definition.zone}",
    )
    channels = made_channels(definition, lambda text: secrets.get(text, text))
    outcomes = asyncio.run(_send_all(channels, to, test))
    for recipient, outcome in zip(to, outcomes, strict=True):
        detail = redactor.line(outcome.detail, 300)
        kept = _keep(shell, test.launch, recipient, outcome.state, detail)
        said = f"{outcome.state}: {detail}" if detail else outcome.state
        yield Finding(_VERDICT[outcome.state], _called(recipient), f"{said}, {test.when}{kept}")


def last_reached(shell: Shell, definition: Definition) -> Iterator[Finding]:
    """When each recipient was last reached by a test message."""
    to = recipients(definition, [*definition.contacts, *definition.channels])
    tests: Mapping[str, ChannelTest] = {}
    if to:
        with contextlib.suppress(LaunchpadError):
            tests = shell.session.state.channel_tests
    for recipient in to:
        test = tests.get(f"{recipient.to}/{recipient.channel}")
        if test is None:
            untested = "never tested in this launch; `launchpad doctor --send-test`"
            yield Finding("unknown", _called(recipient), untested)
            continue
        when = f"{format_instant(test.at, definition.zone, date=True)} {definition.zone}"
        detail = f": {test.detail}" if test.detail else ""
        said = f"{test.outcome} when {test.by} tested it, {when}{detail}"
        yield Finding(_VERDICT[test.outcome], _called(recipient), said)


def _called(recipient: Recipient) -> str:
    same = recipient.to == recipient.channel
    return f"channel {recipient.to}" if same else f"{recipient.to} by {recipient.channel}"


def _chosen(definition: Definition, names: Sequence[str]) -> tuple[Recipient, ...]:
    for name in names:
        if name not in definition.contacts and name not in definition.channels:
            known = ", ".join([*definition.contacts, *definition.channels]) or "none is defined"
            raise BadInput(f"there is no contact or channel {name}", hint=f"there is: {known}")
    found = recipients(definition, names or [*definition.contacts, *definition.channels])
    if not found:
        raise BadInput("nobody can be told anything", hint="define `channels:` and `contacts:`")
    return found


async def _send_all(channels: Mapping[str, Channel], to: Sequence[Recipient], test: Test) -> list[Outcome]:
    try:
        return [await _send(channels[recipient.channel], recipient, test) for recipient in to]
    finally:
        for channel in channels.values():
            await channel.close()


async def _send(channel: Channel, recipient: Recipient, test: Test) -> Outcome:
    asked = f"{test.by} tested at {test.when} whether {recipient.to} can be reached by {recipient.channel}."
    message = Message(
        id=f"{test.launch}/test/{uuid.uuid4().hex}",
        stage="test",
        severity="low",
        subject=f"[{test.release}] TEST, nothing is wrong",
        text=f"{asked}\nNothing needs to be done.",
        launch=test.launch,
        alert="",
        to=recipient.to,
    )
    try:
        async with asyncio.timeout(_LONGEST):
            return await channel.send(recipient.address, message)
    except TimeoutError:
        return Outcome(state="unknown", detail=f"no answer within {_LONGEST:g} s")


def _keep(shell: Shell, launch: str, to: Recipient, outcome: Delivery, detail: str) -> str:
    """Has the launch keep the result; says why it is not kept, or nothing."""
    path = sqlite_path(shell.url)
    try:
        if (path is not None and not path.exists()) or not shell.store.head(launch).seq:
            return " (no launch is open that could keep it)"
        shell.desk.perform(
            cmd.RecordChannelTest(channel=to.channel, to=to.to, outcome=outcome, detail=detail)
        )
    except LaunchpadError as error:
        return f" (not kept: {error})"
    return ""
