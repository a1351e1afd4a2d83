"""The others of the war room, who play their part by themselves while a person is the director."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from launchpad.errors import BadInput, LaunchpadError, Refused, Unreachable
from launchpad.model.commands import Command
from launchpad.model.samples import Presence
from launchpad.model.store import Store
from launchpad.rehearsal.play import Cast
from launchpad.rehearsal.script import Act, Script
from launchpad.rules.view import View
from launchpad.threads import join

_LOOK = 0.5
"""Seconds between two looks."""
_REACTION = 4.0
"""Seconds that people take to see that it is their turn."""
_SHOW_AGAIN = 5.0
"""Seconds after which everybody says again that they are here."""


def parts(script: Script) -> tuple[Act, ...]:
    """The steps that others than the director take of their own accord: those that wait for something.

    Each is taken whenever what it waits for has come to hold.
    """
    return tuple(step for step in _flat(script.steps) if step.do and step.when and step.by != script.you)


def _flat(steps: Sequence[Act]) -> Iterator[Act]:
    for step in steps:
        yield step
        yield from _flat(step.then)


class Colleagues:
    def __init__(
        self,
        store: Store,
        launch: str,
        script: Script,
        *,
        speed: float = 1.0,
        meanwhile: Callable[[View], None] = lambda _view: None,
    ) -> None:
        """`meanwhile` is called at every look."""
        self._store = store
        self._launch = launch
        self._cast = Cast(store, launch)
        self._parts = parts(script)
        self._you = script.you
        self._reaction = _REACTION / speed
        self._meanwhile = meanwhile
        self._since: dict[int, float] = {}
        self._taken: set[int] = set()

    @contextlib.contextmanager
    def playing(self) -> Iterator[None]:
        """They play while the block runs."""
        ending = threading.Event()
        thread = threading.Thread(target=self._play, args=(ending,), name="colleagues", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ending.set()
            join(thread, timeout=5.0)

    def _play(self, ending: threading.Event) -> None:
        shown = -_SHOW_AGAIN
        while not ending.wait(_LOOK):
            # What the desk refuses, and a store that is busy, is no reason to leave.
            with contextlib.suppress(LaunchpadError):
                if time.monotonic() - shown >= _SHOW_AGAIN:
                    shown = time.monotonic()
                    self._show()
                view = self._cast.look()
                self._meanwhile(view)
                self.look(view, time.monotonic())

    def look(self, view: View, now: float) -> None:
        """Takes the steps whose turn has come, `now` on a clock that only goes on."""
        for index, step in enumerate(self._parts):
            awaited, command = step.condition, step.command
            if awaited is None or command is None or not awaited.holds(view):
                self._since.pop(index, None)
                self._taken.discard(index)
                continue
            since = self._since.setdefault(index, now)
            if index not in self._taken and now - since >= self._reaction:
                # Said again only where it was not heard: a store that is busy.
                with contextlib.suppress(Unreachable):
                    self._say(step.by or "", command)
                    self._taken.add(index)

    def _say(self, name: str, command: Command) -> None:
        with contextlib.suppress(Refused, BadInput):
            self._cast.does(name, command)

    def _show(self) -> None:
        definition = self._cast.session.state.definition
        for operator in definition.operators if definition else ():
            if operator.name != self._you:
                seat = f"rehearsal-{operator.name}"
                presence = Presence(seat=seat, operator=operator.name, role=operator.role, via="rehearsal")
                self._store.announce(self._launch, presence)
