"""Walks through smoke tests: fills in what is known, takes step after step, keeps what they find."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.errors import Refused
from launchpad.model.definition import HttpStep, Launch, SmokeStep, SmokeSuite, title_of
from launchpad.model.filling import filled_value, placeholders, texts_in, written
from launchpad.model.smoke import SmokeFact, SmokeStepFact, SmokeVerdict, line_of
from launchpad.probes.cookies import Cookies
from launchpad.probes.kinds import Means, runnable
from launchpad.probes.result import ProbeResult
from launchpad.probes.steps import HttpStepProbe

Say = Callable[[str], Awaitable[None]]

NOTHING_GIVEN: Mapping[str, str] = MappingProxyType({})

_REASON = 300
"""Characters of a step's reason that are kept."""


async def _nothing(_line: str) -> None:
    """Where nobody listens."""


class Suites:
    """Walks through the smoke tests of a definition."""

    def __init__(self, means: Means, redactor: Redactor, launch: Launch) -> None:
        self._means = means
        self._redactor = redactor
        self._launch = launch

    async def run(
        self, suite: SmokeSuite, say: Say = _nothing, given: Mapping[str, str] = NOTHING_GIVEN
    ) -> SmokeFact:
        """Takes its steps; `say` hears of each as it ends. What is `given` takes the place of its values of
        the same names, as it stands: nothing in it is a reference."""
        try:
            own = {name: text for name, text in suite.values.items() if name not in given}
            values = self._means.resolved(own)
        except Refused as error:
            return SmokeFact(verdict="unknown", steps=(), reason=self._redactor.line(str(error), _REASON))
        known = {f"launch.{name}": str(getattr(self._launch, name)) for name in _OF_LAUNCH}
        walk = _Walk(suite, known | values | dict(given), self._means, self._redactor)
        return replace(await walk.run(say), given=dict(given))


_OF_LAUNCH = ("product", "version", "environment")


class _Walk:
    """One walk through a suite."""

    def __init__(
        self, suite: SmokeSuite, values: Mapping[str, Any], means: Means, redactor: Redactor
    ) -> None:
        self._suite = suite
        self._values = dict(values)
        self._means = means
        self._base = redactor
        self._hidden: list[str] = []
        """What was extracted and is nobody's business."""
        self._cookies = Cookies()
        self._begun = monotonic()

    async def run(self, say: Say) -> SmokeFact:
        facts: list[SmokeStepFact] = []
        for number, step in enumerate(self._suite.steps, start=1):
            stopped = not self._suite.keep_going and any(fact.verdict != "ok" for fact in facts)
            fact = await self._step(step, stopped=stopped)
            facts.append(fact)
            await say(line_of(number, len(self._suite.steps), fact))
        found = {fact.verdict for fact in facts}
        verdict: SmokeVerdict = "bad" if "bad" in found else "ok" if found == {"ok"} else "unknown"
        return SmokeFact(verdict=verdict, steps=tuple(facts), seconds=round(monotonic() - self._begun, 3))

    @property
    def _left(self) -> float:
        """Seconds that the suite may still take."""
        return self._suite.timeout - (monotonic() - self._begun)

    async def _step(self, step: SmokeStep, *, stopped: bool) -> SmokeStepFact:
        fact = SmokeStepFact(
            title=self._line(title_of(step)), asks=self._line(step.asks), verdict="not run", reason=""
        )
        lacking = [name for name in needed(step) if name not in self._values]
        if stopped:
            return replace(fact, reason="a step before it did not pass")
        if lacking:
            return replace(fact, reason=f"needs {lacking[0]}, which no step found")
        if self._left <= 0:
            return replace(fact, reason="the time for all steps was used up")
        result, tries = await self._tried(step)
        reason = self._line(result.reason)
        seconds = None if result.duration is None else round(result.duration, 4)
        return replace(fact, verdict=result.verdict, reason=reason, seconds=seconds, tries=tries)

    async def _tried(self, step: SmokeStep) -> tuple[ProbeResult, int]:
        """The last of its tries, and how many there were."""
        tries = 1
        while True:
            result = await self._asked(step)
            if result.verdict == "ok" or tries > step.retries or self._left <= step.pause:
                return result, tries
            await asyncio.sleep(step.pause)
            tries += 1

    async def _asked(self, step: SmokeStep) -> ProbeResult:
        written_out = filled_value(msgspec.to_builtins(step), self._values)
        try:
            filled = msgspec.convert(written_out, type(step))
            filled = replace(filled, timeout=max(0.001, min(step.timeout, self._left)))
            if not isinstance(filled, HttpStep):
                return await runnable(filled, self._means).run()
            resolved = self._means.resolved
            filled = replace(filled, headers=resolved(filled.headers), form=resolved(filled.form))
            probe = HttpStepProbe(
                filled, control=self._means.control, cookies=self._cookies, saying=self._line
            )
            result = await probe.run()
        except Refused as error:
            return ProbeResult(verdict="unknown", reason=str(error))
        except ValueError as error:
            return ProbeResult(verdict="bad", reason=f"it can't be asked: {error}")
        self._values |= probe.found
        self._hidden += [
            written(value) for name, value in probe.found.items() if not filled.extract[name].shown
        ]
        return result

    def _line(self, text: str, limit: int = _REASON) -> str:
        """Text as one line without secrets, those of this walk included."""
        return self._base.beside((*self._hidden, *self._cookies.values())).line(text, limit)


def needed(step: SmokeStep) -> list[str]:
    """The names that a step's placeholders speak of."""
    return [name for _, text in texts_in(msgspec.to_builtins(step)) for name in placeholders(text)]
