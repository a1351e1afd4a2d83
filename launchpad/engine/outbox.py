"""Tells people: wakes the next step of a ladder, sends what is to be sent, records what became of it.

Nothing waits for a channel. Each message is sent in a task of its own, a few at a time for each channel,
and what is intended stands in the journal before it leaves.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from launchpad.channels.channel import Channel, Message, Outcome
from launchpad.config.secrets import Redactor
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.recorder import Recorder
from launchpad.model.events import MessageAnswered
from launchpad.model.state import State
from launchpad.model.values import SECOND, Micros
from launchpad.rules.delivery import ATTEMPTS, Errand, backoff, errands, intended
from launchpad.rules.escalation import escalations
from launchpad.rules.wording import Words, wording
from launchpad.session import Session

log = logging.getLogger(__name__)

TIMEOUT = 30.0
"""Seconds after which an attempt that a channel has not ended is given up."""
_AT_ONCE = 4
"""Messages that are sent at the same time on one channel."""
_TICK = 1.0


class Outbox:
    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        lease: LeaseKeeper,
        channels: Mapping[str, Channel],
        redactor: Redactor,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._session = session
        self._recorder = recorder
        self._lease = lease
        self._channels = channels
        self._redactor = redactor
        self._tasks = tasks
        self._sending: set[str] = set()
        self._room = {name: asyncio.Semaphore(_AT_ONCE) for name in channels}

    async def run(self, wake: asyncio.Event) -> None:
        """Looks again at each event, and each second for what comes due."""
        while True:
            wake.clear()
            await self.tick()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), _TICK)

    async def tick(self) -> None:
        """Takes the steps that are due, and starts sending what is to be sent."""
        state, now = self._session.state, self._session.clock()
        assert state.definition is not None, "a session holds an opened launch"
        if woken := escalations(state, state.definition, now):
            await self._recorder.append(*woken)
            state = self._session.state
        definition = state.definition
        assert definition is not None, "amended, never removed"
        for errand in errands(state, definition, now):
            if errand.message not in self._sending and errand.recipient.channel in self._channels:
                self._sending.add(errand.message)
                sending = self._deliver(state, errand, now)
                self._tasks.create_task(sending, name=f"message {errand.message}")

    async def _deliver(self, state: State, errand: Errand, now: Micros) -> None:
        channel = self._channels[errand.recipient.channel]
        assert state.definition is not None, "checked where the errand was made"
        repeat = errand.doubtful and not errand.provider_id and not channel.knows_repeats
        words = wording(state, state.definition, errand, now, repeat=repeat)
        try:
            async with self._room[errand.recipient.channel]:
                await self._recorder.append(intended(errand, self._lease.epoch), text=_said(errand, words))
                outcome = await self._send(channel, state, errand, words)
                await self._recorder.append(self._answered(errand, outcome))
        finally:
            self._sending.discard(errand.message)

    async def _send(self, channel: Channel, state: State, errand: Errand, words: Words) -> Outcome:
        assert state.definition is not None, "checked where the errand was made"
        message = Message(
            id=f"{state.launch}/{errand.message}",
            stage=errand.stage,
            severity=state.definition.alerts[errand.alert].severity,
            subject=words.subject,
            text=words.text,
            launch=state.launch,
            alert=errand.alert,
            to=errand.recipient.to,
        )
        address = errand.recipient.address
        try:
            async with asyncio.timeout(TIMEOUT):
                if errand.provider_id:
                    return await channel.update(address, errand.provider_id, message)
                return await channel.send(address, message)
        except TimeoutError:
            return Outcome(state="unknown", detail=f"no answer within {TIMEOUT:g} s")
        except Exception as error:  # noqa: BLE001  # whatever a channel breaks on, the watch goes on
            log.warning("%s broke on %s: %r", errand.recipient.channel, errand.message, error)
            return Outcome(state="unknown", detail=f"the channel broke: {type(error).__name__}")

    def _answered(self, errand: Errand, outcome: Outcome) -> MessageAnswered:
        retry_at = None
        if outcome.state in ("deferred", "unknown") and errand.attempt < ATTEMPTS:
            wait = max(backoff(errand.message, errand.attempt), outcome.retry_after or 0.0)
            retry_at = self._session.clock() + round(wait * SECOND)
        return MessageAnswered(
            message=errand.message,
            outcome=outcome.state,
            provider_id=self._redactor.line(outcome.id, 300),
            detail=self._redactor.line(outcome.detail, 300),
            retry_at=retry_at,
            attempt=errand.attempt,
        )


def _said(errand: Errand, words: Words) -> str:
    """The text that is kept: once for each stage."""
    return f"{words.subject}\n{words.text}" if errand.attempt == 1 else ""
