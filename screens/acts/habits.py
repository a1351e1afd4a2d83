"""An Enter that follows an answer out of habit is for nobody."""

from textual.events import Key

from screens.acts.base import Acting


class Habits(Acting):
    """Knows that many type Enter behind a `y` or a name, which need none."""

    SPARE = 1.0
    """Seconds after an answer in which Enter is taken for a part of it."""

    async def _act_on(self, key: Key) -> None:
        spare = key.key == "enter" and key.time - self._answered_at < self.SPARE
        self._answered_at = float("-inf")
        if not spare:
            await super()._act_on(key)
