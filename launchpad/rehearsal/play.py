"""Plays a script: each step by its operator, at the desk, once what it waits for holds."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from launchpad.desk import LocalDesk
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model.commands import Command, Done, Identity
from launchpad.model.store import Store
from launchpad.model.text import clean
from launchpad.model.values import format_duration
from launchpad.rehearsal.conditions import Condition, run_called
from launchpad.rehearsal.expectations import Outcome
from launchpad.rehearsal.script import Act
from launchpad.rules.view import View
from launchpad.session import Session

_LOOK = 0.1
"""Most seconds between two looks."""
_LONGEST = 160
"""Characters of a refusal that are kept."""


class Cast:
    """The operators of a launch, each at a desk of their own."""

    def __init__(self, store: Store, launch: str) -> None:
        self._store = store
        self.session = Session(store, launch)
        definition = self.session.state.definition
        assert definition is not None, "a session holds an opened launch"
        self._desks = {
            operator.name: LocalDesk(
                store,
                self.session,
                Identity(name=operator.name, role=operator.role, teams=operator.teams, auth="os"),
            )
            for operator in definition.operators
        }

    def look(self) -> View:
        """What there is to see now."""
        self.session.refresh()
        return self.session.view()

    def does(self, name: str, command: Command) -> Done:
        """Has the operator do it. Raises what the desk says."""
        if name not in self._desks:
            raise BadInput(f"there is no operator {name}", hint=f"there is {', '.join(self._desks)}")
        return self._desks[name].perform(self._completed(command))

    def _completed(self, command: Command) -> Command:
        """With the run that is meant by the name of an action, and the digest of its plan, which the
        operator has on the screen."""
        named = getattr(command, "run", None)
        run = run_called(self.session.state, named) if named else None
        if run is None:
            return command
        if isinstance(command, cmd.ConfirmRun | cmd.ApproveRun | cmd.BreakGlass):
            return replace(command, run=run.id, digest=run.digest)
        return replace(command, run=run.id)

    def pause(self, seconds: float = _LOOK) -> None:
        """Until something happens, or for so long."""
        self._store.wait(self.session.launch, len(self.session.events), seconds)


class Course(NamedTuple):
    """How a script was played."""

    outcomes: tuple[Outcome, ...]
    """What was expected of single steps: refusals, and the step at which it stopped."""
    coped: tuple[str, ...]
    """The turns that the day took and the script was prepared for."""
    missed: tuple[str, ...]
    """The steps that were not taken any more."""

    @property
    def stopped(self) -> bool:
        return bool(self.missed)


class Play:
    def __init__(self, cast: Cast, tell: Callable[[str], None], meanwhile: Callable[[View], None]) -> None:
        """`tell` gets a line for each step taken; `meanwhile` is called at every look."""
        self._cast = cast
        self._tell = tell
        self._meanwhile = meanwhile
        self._began = time.monotonic()
        self._outcomes: list[Outcome] = []
        self._coped: list[str] = []
        self._missed: list[str] = []

    def perform(self, steps: Sequence[Act]) -> Course:
        """Plays to the end, or to the first step that can't be taken."""
        self._perform(steps)
        return Course(tuple(self._outcomes), tuple(self._coped), tuple(self._missed))

    def _perform(self, steps: Sequence[Act]) -> bool:
        for index, step in enumerate(steps):
            if not self._take(step):
                self._missed.extend(_sentences(steps[index:]))
                return False
        return True

    def _take(self, step: Act) -> bool:
        """Takes one step; False if it can't be."""
        if (branch := step.branch) is not None:
            if not branch.holds(self._look()):
                return True
            if step.cope:
                self._coped.append(step.cope)
                self._tell(step.cope)
            return self._perform(step.then)
        if (awaited := step.condition) is not None and not self._await(step, awaited):
            return False
        return step.command is None or self._do(step, step.command)

    def _await(self, step: Act, awaited: Condition) -> bool:
        deadline = time.monotonic() + step.within
        while True:
            view = self._look()
            if awaited.holds(view):
                return True
            if time.monotonic() > deadline:
                sentence = f"{step.when}, within {format_duration(step.within)}"
                self._broken(sentence, awaited.told(view))
                return False
            self._cast.pause()

    def _do(self, step: Act, command: Command) -> bool:
        name = step.by or ""
        try:
            done = self._cast.does(name, command)
        except (Refused, BadInput) as error:
            said = clean(error.message, _LONGEST)
            if step.refused is None:
                self._broken(step.sentence, said)
                return False
            self._say(step, f"refused: {said}")
            sentence = f"{step.sentence} is refused"
            if step.refused in said:
                self._outcomes.append(Outcome(sentence=sentence, verdict="ok", detail=said))
            else:
                self._broken(f"{sentence}, as '{step.refused}'", said)
            return True
        self._say(step, done.message)
        if step.refused is not None:
            self._broken(f"{step.sentence} is refused", done.message)
        return True

    def _look(self) -> View:
        view = self._cast.look()
        self._meanwhile(view)
        return view

    def _say(self, step: Act, what: str) -> None:
        self._tell(f"{time.monotonic() - self._began:.1f} s, {step.by}: {step.do}: {what}")

    def _broken(self, sentence: str, detail: str) -> None:
        self._outcomes.append(Outcome(sentence=sentence, verdict="broken", detail=detail))


def _sentences(steps: Sequence[Act]) -> Iterator[str]:
    """The steps that everybody would have taken; the turns of `if` would have depended."""
    return (step.sentence for step in steps if step.branch is None)
