"""What is done for a halt alone: others make way for it, and it is asked for again until that is settled."""

import asyncio
from collections.abc import Callable

from launchpad.engine.logbook import Logbook
from launchpad.errors import LaunchpadError, Unasked
from launchpad.model.state import RunState
from launchpad.model.values import format_duration
from launchpad.rules.rollouts import runs_of
from launchpad.session import Session

_PATIENCE = 30.0
"""Seconds for which a halt waits for what it cancels; then it goes ahead, and what it did is read back."""
_ATTEMPTS = 5
"""How often a halt is asked for while nobody knows whether it was done."""
_AGAIN = 1.0
"""Seconds until it is asked for again; longer after each attempt."""
_LONGEST = 30.0
_HEEDED = 60.0
"""Seconds for which a store that says "later" is left alone at most: a halt can't wait for an hour."""


class Halting:
    def __init__(self, session: Session, logbook: Callable[[str], Logbook]) -> None:
        self._session = session
        self._logbook = logbook

    async def others_ended(self, run: RunState) -> None:
        """Waits until nothing else is at work on the rollout that the run halts; but never for long."""
        assert run.aim is not None, "a halt is of a rollout"
        waited = 0.0
        while waited < _PATIENCE:
            others = runs_of(self._session.state, run.aim.rollout)
            if not any(other.status in ("running", "aborting") for other in others if other.id != run.id):
                return
            waited += 0.1
            await asyncio.sleep(0.1)

    async def again(
        self, run: RunState, index: int, why: Exception | str, *, repeats: bool, aborted: asyncio.Event
    ) -> bool:
        """Whether a halt is to be asked for again now; waits until it is time for that.

        One that was certainly not done is asked for until somebody aborts it. One of which nobody knows is
        asked for some times, if asking twice is asking once (`repeats`), and then left to a person. A store
        that says for how long it takes nothing is heeded, within bounds.
        """
        attempt = self._session.state.runs[run.id].steps[index].attempt
        unasked = isinstance(why, Unasked)
        if not run.stops or not (unasked or (repeats and attempt < _ATTEMPTS)):
            return False
        what = "not done yet" if unasked else "not known whether it was done"
        later = why.retry_after if isinstance(why, LaunchpadError) else 0.0
        wait = max(min(_AGAIN * attempt, _LONGEST), min(later, _HEEDED))
        when = f" in {format_duration(round(wait))}" if later else ""
        await self._logbook(run.id).write(index, [f"{what}, asked again{when}: {why}"])
        waited = asyncio.create_task(aborted.wait())
        await asyncio.wait({waited}, timeout=wait)
        waited.cancel()
        return self._session.state.runs[run.id].status == "running"
