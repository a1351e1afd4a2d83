"""A journal written second by second, for pure rules."""

from launchpad.model import events as ev
from launchpad.model.definition import Definition
from launchpad.model.fold import Fold
from launchpad.model.journal import Recorded
from launchpad.model.state import State
from launchpad.model.values import SECOND


class Night:
    """A launch of a definition, watched by an engine."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._fold = Fold()
        self.does(0, ev.LaunchOpened(definition=definition, format=1), "lead")
        self.does(0, ev.EngineStarted(holder="e", epoch=1, host="h", version="1"))

    @property
    def state(self) -> State:
        return self._fold.state

    def does(
        self, at: float, event: ev.Event, actor: str = "engine", text: str = "", *, fits: bool = True
    ) -> None:
        """What happens `at` a second; whether it `fits` what happened before must be as said."""
        seq, misfits = self.state.seq + 1, self.state.anomalies
        self._fold.apply(
            Recorded(
                launch="l",
                seq=seq,
                id=str(seq),
                at=round(at * SECOND),
                actor=actor,
                auth="os",
                event=event,
                text=text,
            )
        )
        assert (self.state.anomalies == misfits) is fits
