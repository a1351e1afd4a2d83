"""Tells people: wakes the next step of a ladder, sends what is to be sent, records what became of it.

Nothing waits for a channel. Each message is sent in a task of its own, a few at a time for each channel,
and what is intended stands in the journal before it leaves.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from launchpad.channels.channel import Channel, Message, Outcome, Told
from launchpad.config.secrets import Redactor
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.recorder import Recorder
from launchpad.errors import Conflict
from launchpad.model.definition import Definition
from launchpad.model.events import MessageAnswered
from launchpad.model.state import State
from launchpad.model.state.delivery import INCIDENT
from launchpad.model.values import SECOND, Micros
from launchpad.rules.delivery import ATTEMPTS, Errand, backoff, intended
from launchpad.rules.escalation import escalations
from launchpad.rules.parcels import Parcel, parcels
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
        under_way: set[str],
    ) -> None:
        """`under_way` are the messages that are being sent, by this outbox or by one that it follows."""
        self._session = session
        self._recorder = recorder
        self._lease = lease
        self._channels = channels
        self._redactor = redactor
        self._tasks = tasks
        self._under_way = under_way
        self._begun: set[str] = set()
        """Messages that are being sent or wait for their turn."""
        self._room = {name: asyncio.Semaphore(_AT_ONCE) for name in channels}

    async def run(self, wake: asyncio.Event) -> None:
        """Looks again at each event, and each second for what comes due."""
        while True:
            wake.clear()
            await self.tick()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await wake.wait()

    async def tick(self) -> None:
        """Takes the steps that are due, and starts sending what is to be sent."""
        state, now = self._session.state, self._session.clock()
        assert state.definition is not None, "a session holds an opened launch"
        if woken := escalations(state, state.definition, now):
            try:
                await self._recorder.bound(state.definition_seq).append(*woken)
            except Conflict:
                return  # amended in this moment: whom to wake is worked out anew
            state = self._session.state
        definition = state.definition
        assert definition is not None, "amended, never removed"
        for parcel in parcels(state, definition, now):
            if parcel.message not in self._begun and parcel.recipient.channel in self._channels:
                self._begun.add(parcel.message)
                sending = self._deliver(parcel.message, parcel.recipient.channel)
                self._tasks.create_task(sending, name=f"message {parcel.message}")

    async def _deliver(self, message: str, to: str) -> None:
        try:
            async with self._room[to]:
                # While it waited for its turn, the alert may have moved on.
                state, now = self._session.state, self._session.clock()
                definition = state.definition
                assert definition is not None, "amended, never removed"
                parcel = next((p for p in parcels(state, definition, now) if p.message == message), None)
                if parcel is not None and message not in self._under_way:
                    self._under_way.add(message)
                    try:
                        await self._attempt(self._channels[to], state, definition, parcel, now)
                    finally:
                        self._under_way.discard(message)
        finally:
            self._begun.discard(message)

    async def _attempt(
        self, channel: Channel, state: State, definition: Definition, parcel: Parcel, now: Micros
    ) -> None:
        repeat = parcel.doubtful and not parcel.provider_id and not channel.knows_repeats
        words = wording(state, definition, parcel.told, now, repeat=repeat)
        # The text is kept once for each stage.
        text = f"{words.subject}\n{words.text}" if any(e.attempt == 1 for e in parcel.errands) else ""
        epoch, root = self._lease.epoch, parcel.message
        await self._recorder.append(*(intended(e, epoch, root) for e in parcel.errands), text=text)
        outcome = await self._send(channel, state.launch, parcel, words)
        await self._recorder.append(*(self._answered(errand, outcome) for errand in parcel.errands))

    async def _send(self, channel: Channel, launch: str, parcel: Parcel, words: Words) -> Outcome:
        first, alerts = parcel.told[0], [e for e in parcel.told if not e.alert.startswith(INCIDENT)]
        told = tuple(Told(alert=e.alert, firing=e.firing, stage=e.stage) for e in alerts)
        message = Message(
            id=f"{launch}/{parcel.message}",
            stage=parcel.stage,
            severity=words.severity,
            subject=words.subject,
            text=words.text,
            launch=launch,
            alert=told[0].alert if told else "",
            to=parcel.recipient.to,
            told=told,
            incident="" if told else first.alert.removeprefix(INCIDENT),
        )
        address = parcel.recipient.address
        try:
            async with asyncio.timeout(TIMEOUT):
                if parcel.provider_id:
                    return await channel.update(address, parcel.provider_id, message)
                return await channel.send(address, message)
        except TimeoutError:
            return Outcome(state="unknown", detail=f"no answer within {TIMEOUT:g} s")
        except Exception as error:  # noqa: BLE001  # whatever a channel breaks on, the watch goes on
            log.warning("%s broke on %s: %r", parcel.recipient.channel, parcel.message, error)
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
