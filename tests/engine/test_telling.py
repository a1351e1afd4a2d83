"""An alert's whole life on a clock of our own: right to the second, with real servers at the other end."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from launchpad.channels import made_channels
from launchpad.config.secrets import Redactor
from launchpad.engine.evaluator import Evaluator
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.outbox import Outbox
from launchpad.engine.recorder import Recorder
from launchpad.engine.witness import Witness
from launchpad.model import events as ev
from launchpad.model.definition import (
    Alert,
    Channel,
    Definition,
    EscalationStep,
    HttpSignal,
    Launch,
    Objective,
    Threshold,
    Wait,
)
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Quantity, format_duration
from launchpad.ssh.seats import COMMAND
from launchpad.testing.clock import ManualClock
from tests.ssh.house import LAUNCH, House
from tests.support.pager import HttpPager, MailServer, Slack
from tests.support.terminal import Terminal

MINUTE = 60


def definition(slack: Slack, hook: HttpPager, mail: MailServer) -> Definition:
    return Definition(
        launch=Launch(product="Acme", version="4.2.0", environment="staging"),
        signals={"home": HttpSignal(url="http://127.0.0.1:1/", every=1.0, timeout=10.0)},
        objectives={
            "errors": Objective(
                signal="home", window=10.0, error_rate=True, below=Quantity(value=0.01, unit="%")
            )
        },
        alerts={
            "down": Alert(
                when=Threshold(objective="errors", op=">", limit=Quantity(value=0.5, unit="%")),
                for_=30.0,
                severity="critical",
                notify=("slack",),
                escalate="oncall",
            )
        },
        channels={
            "slack": Channel(
                kind="slack", settings={"token": "env:T", "api": slack.url, "channel": "C1"}, address="C1"
            ),
            "pager": Channel(kind="webhook", settings={"url": hook.url}, address="everyone"),
            "mail": Channel(kind="smtp", settings={"url": mail.url, "from": "launch@acme.example"}),
        },
        contacts={
            "primary": {"pager": "+1"},
            "lead": {"pager": "+2", "mail": "lead@acme.example"},
            "cto": {"mail": "cto@acme.example"},
            "ceo": {"mail": "ceo@acme.example"},
        },
        escalations={
            "oncall": (
                EscalationStep(after=Wait(), notify=("primary",)),
                EscalationStep(after=Wait(seconds=15.0 * MINUTE), notify=("lead",)),
                EscalationStep(after=Wait(seconds=30.0 * MINUTE), notify=("cto",)),
                EscalationStep(after=Wait(seconds=60.0 * MINUTE), notify=("ceo",)),
            )
        },
    )


class Night:
    """The engine's evaluator and outbox, second by second, over a store whose clock we move."""

    def __init__(
        self, house: House, clock: ManualClock, outboxes: list[Outbox], evaluator: Evaluator
    ) -> None:
        self.house, self.clock, self.outboxes, self.evaluator = house, clock, outboxes, evaluator
        self.began = clock()

    async def seconds(self, count: int, verdict: ev.ReadingVerdict) -> None:
        """So many seconds in which the home page is well or not."""
        for _ in range(count):
            self.clock.advance(1.0)
            now = self.clock()
            sample = Sample(signal="home", observed=now, received=now, verdict=verdict)
            self.house.store.add_samples(LAUNCH, [sample])
            await self.evaluator.tick()
            for outbox in self.outboxes:
                await outbox.tick()
            await self.quiet()

    async def quiet(self) -> None:
        """Until every message that was begun has been answered."""
        while any(task.get_name().startswith("message ") for task in asyncio.all_tasks()):
            await asyncio.sleep(0.002)

    def happened(self, *kinds: type[ev.Event]) -> list[tuple[int, str]]:
        """What has been recorded of these kinds: at which second, and what."""
        self.house.session.refresh()
        found = []
        for recorded in self.house.session.events:
            match recorded.event:
                case ev.AlertChanged(status=what) if ev.AlertChanged in kinds:
                    pass
                case ev.AlertEscalated(notify=names) if ev.AlertEscalated in kinds:
                    what = " ".join(names)
                case ev.AlertAcknowledged() if ev.AlertAcknowledged in kinds:
                    what = f"by {recorded.actor}"
                case ev.MessageAnswered(outcome=what) if ev.MessageAnswered in kinds:
                    pass
                case _:
                    continue
            found.append(((recorded.at - self.began) // SECOND, what))
        return found


@asynccontextmanager
async def night(house: House, clock: ManualClock, *, outboxes: int = 1) -> AsyncIterator[Night]:
    lease = LeaseKeeper(house.store, LAUNCH, "here")
    await lease.take(wait=False)
    recorder = Recorder(house.store, house.session, lease, Witness(house.base))
    await recorder.append(ev.EngineStarted(holder="here", epoch=lease.epoch, host="h", version="1"))
    made = house.session.state.definition
    assert made is not None
    channels = made_channels(made, lambda text: {"env:T": "xoxb-test"}.get(text, text))
    keeping = asyncio.create_task(lease.keep())
    under_way: set[str] = set()
    async with asyncio.TaskGroup() as tasks:
        made_of = house.session, recorder, lease, channels, Redactor(["xoxb-test"]), tasks, under_way
        boxes = [Outbox(*made_of) for _ in range(outboxes)]
        yield Night(house, clock, boxes, Evaluator(house.session, recorder))
    keeping.cancel()
    for channel in channels.values():
        await channel.close()


@pytest.fixture
def servers():
    opened = Slack(), HttpPager(), MailServer()
    yield opened
    for server in opened:
        server.close()


@pytest.mark.slow
@pytest.mark.needs("ssh", "ssh-keygen", "tmux")
async def test_an_alert_escalates_is_acknowledged_over_ssh_and_resolves(tmp_path: Path, servers) -> None:
    slack, hook, mail = servers
    clock = ManualClock(time.time_ns() // 1000)
    house = House(tmp_path, definition=definition(*servers), clock=clock)
    try:
        async with night(house, clock) as at:
            await at.seconds(20, "ok")
            await at.seconds(10 * MINUTE, "bad")
            assert at.happened(ev.AlertChanged) == [(26, "pending"), (56, "firing")]
            fired = 56
            ((posted,),) = slack.messages.values()
            assert "FIRING critical: errors &gt; 50%" in posted
            assert re.search(r"told at \S+ UTC: lead\.", posted)
            assert [call.body["to"] for call in hook.calls] == ["primary"]

            await at.seconds(20 * MINUTE + fired, "bad")
            assert at.happened(ev.AlertEscalated) == [
                (fired, "primary"),
                (fired + 15 * MINUTE, "lead"),
                (fired + 30 * MINUTE, "cto"),
            ]
            assert [call.body["to"] for call in hook.calls] == ["primary", "lead"]
            assert mail.recipients == ["lead@acme.example", "cto@acme.example"]
            (alert,) = house.session.view().alerts
            left = fired + 60 * MINUTE - (clock() - at.began) // SECOND
            assert alert.page == f"pages ceo in {format_duration(left)}"

            await asyncio.to_thread(acknowledge_over_ssh, house)
            slack.errors += ["service_unavailable"]
            await at.seconds(60 * MINUTE, "bad")
            assert [what for _, what in at.happened(ev.AlertAcknowledged)] == ["by eva"]
            assert len(at.happened(ev.AlertEscalated)) == 3
            ((*_, told),) = slack.messages.values()
            assert "eva has it: looking at the pool" in told

            # The message that it is over is lost on the way, and sent again.
            hook.answer = lambda _: None
            slack.errors += ["internal_error"]
            over = (clock() - at.began) // SECOND
            await at.seconds(8, "ok")
            assert at.happened(ev.AlertChanged)[-1] == (over + 5, "resolved")
            hook.answer = lambda _: (202, {}, {})
            await at.seconds(2 * MINUTE, "ok")
            ((*_, told),) = slack.messages.values()
            assert "RESOLVED critical" in told
            stages = {call.body["to"]: call.body["stage"] for call in hook.calls}
            assert stages == {"primary": "resolved", "lead": "resolved"}
            subjects = [m["Subject"] for m in mail.mails if m["To"] == "cto@acme.example"]
            assert [s.split()[3] for s in subjects] == ["FIRING", "ACKNOWLEDGED", "RESOLVED"]
            assert not [m for m in house.session.view().messages if m.verdict != "ok"]
            assert "ceo@acme.example" not in mail.recipients
    finally:
        house.close()


@pytest.mark.needs("ssh-keygen")
async def test_an_outbox_sends_nothing_that_the_one_before_is_sending(tmp_path: Path, servers) -> None:
    """As when channels are amended at the moment in which somebody is told."""
    _, hook, _ = servers
    clock = ManualClock(time.time_ns() // 1000)
    house = House(tmp_path, definition=definition(*servers), clock=clock)
    try:
        async with night(house, clock, outboxes=2) as at:
            await at.seconds(20, "ok")
            await at.seconds(50, "bad")
            assert [call.body["to"] for call in hook.calls] == ["primary"]
            assert len(at.happened(ev.MessageAnswered)) == 2
    finally:
        house.close()


def acknowledge_over_ssh(house: House) -> None:
    """Eva connects with her key, and presses `a` on the real face."""
    house.serve(command=COMMAND)
    terminal = Terminal(house.ssh("eva"), size=(120, 40), environ=dict(os.environ))
    try:
        terminal.shows("UNACKED")
        terminal.press("a")
        terminal.shows("Acknowledge down")
        terminal.type("looking at the pool")
        terminal.press("Enter")
        terminal.shows("acknowledged by eva")
    finally:
        terminal.close()
    house.session.refresh()
