"""Keeps an outbox at work on the channels of the definition, and on others once they are amended."""

import asyncio

from launchpad.channels.channel import Channel
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.outbox import Outbox
from launchpad.engine.recorder import Recorder
from launchpad.engine.toolroom import Toolroom
from launchpad.session import Session

_LOOK = 0.5
"""Seconds between two looks for an amendment."""


async def tell(
    session: Session, recorder: Recorder, lease: LeaseKeeper, toolroom: Toolroom, wake: asyncio.Event
) -> None:
    """Tells people for ever. What is being sent when channels change is still sent to its end."""
    made: list[Channel] = []
    under_way: set[str] = set()
    try:
        async with asyncio.TaskGroup() as tasks:
            while True:
                state = session.state
                assert state.definition is not None, "a session holds an opened launch"
                declared = state.definition.channels
                tools = await asyncio.to_thread(toolroom.tools, state.definition_seq, state.definition)
                channels = tools.channels()
                made += channels.values()
                outbox = Outbox(session, recorder, lease, channels, tools.redactor, tasks, under_way)
                telling = tasks.create_task(outbox.run(wake))
                lacking = toolroom.lacking
                # The session's state is folded by a thread that knows nothing of this one.
                while _declared(session) == declared and toolroom.lacking == lacking:  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK)
                telling.cancel()
    finally:
        for channel in made:
            await channel.close()


def _declared(session: Session) -> object:
    definition = session.state.definition
    return definition.channels if definition else None
