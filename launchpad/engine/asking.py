"""Asking outside again and again, each question on its own schedule, and keeping what is news."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from launchpad.engine.recorder import Recorder
from launchpad.engine.schedule import every, offset
from launchpad.model.events import Event

_FIRST_WITHIN = 2.0
"""Seconds in which everything is asked first."""


class Question(NamedTuple):
    """One thing to know."""

    name: str
    period: float
    """Seconds between two times that it is asked."""
    ask: Callable[[], Awaitable[Event | None]]
    """Gives what is to be recorded; None where the answer is no news."""


async def keep_asking(questions: Iterable[Question], recorder: Recorder) -> None:
    """Asks for ever; without questions, returns at once."""
    async with asyncio.TaskGroup() as tasks:
        for question in questions:
            first = offset(question.name, min(question.period, _FIRST_WITHIN))
            tasks.create_task(every(question.period, _asker(question, recorder), first_after=first))


def _asker(question: Question, recorder: Recorder) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        news = await question.ask()
        if news is not None:
            await recorder.append(news)

    return ask
