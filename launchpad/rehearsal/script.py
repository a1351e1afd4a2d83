"""A script: who does what at a launch, when, and what is expected of the day."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
from msgspec import field

from launchpad.model.commands import VERBS, Command
from launchpad.model.definition import Line, Name
from launchpad.model.values import Duration, Value
from launchpad.rehearsal.conditions import Condition, condition
from launchpad.rehearsal.expectations import Expectation, expectation
from launchpad.rehearsal.service import Change, Service

PATIENCE = 30.0
"""Seconds for which a step waits, unless it says otherwise."""
Fault = tuple[tuple[str | int, ...], str]
"""Where something is wrong, and what."""


class Act(Value):
    """A step: somebody does something at the desk, once a condition holds; or only the waiting for it; or
    steps for a turn that the day may take."""

    by: Name | None = None
    """The operator."""
    do: Line | None = None
    """A verb of the desk and the first thing it takes: `tick legal`, `request deploy`."""
    with_: dict[Name, str] = field(name="with", default={})
    """What else the verb takes."""
    when: Line | None = None
    """Waits until this holds."""
    within: Duration = PATIENCE
    """For how long at most."""
    refused: Line | None = None
    """The desk must say no, in these words among others."""
    if_: Line | None = field(name="if", default=None)
    """`then` is played only if this holds now."""
    then: tuple["Act", ...] = ()
    cope: Line | None = None
    """What the score says of it when `then` was played."""

    @property
    def condition(self) -> Condition | None:
        """What it waits for."""
        return condition(self.when) if self.when else None

    @property
    def branch(self) -> Condition | None:
        """On what `then` depends; None for a plain step."""
        return condition(self.if_) if self.if_ else None

    @property
    def command(self) -> Command | None:
        """What it asks of the desk; the digest of a plan is still to be filled in."""
        return command(self.do, self.with_) if self.do else None

    @property
    def sentence(self) -> str:
        """`eva: approve deploy`, `wait until run deploy is succeeded`."""
        if self.do:
            return f"{self.by}: {self.do}"
        return f"wait until {self.when}" if self.when else f"if {self.if_}"

    def faults(self) -> Iterator[Fault]:
        """What is wrong between its parts."""
        if bool(self.by) != bool(self.do):
            yield ("do",), "expected 'by' and 'do' together"
        if not (self.do or self.when or self.if_):
            yield (), "expected one of 'do', 'when' and 'if'"
        if bool(self.if_) != bool(self.then) or (self.if_ and (self.do or self.when)):
            yield ("if",), "expected 'then' behind 'if', and no 'do' or 'when' beside it"
        for key, text in (("when", self.when), ("if", self.if_)):
            try:
                condition(text or "phase is launch")
            except ValueError as error:
                yield (key,), str(error)
        try:
            _ = self.command
        except ValueError as error:
            yield ("do",), str(error)


class Disturbance(Value):
    """A fault that a rehearsal can be played with; neither engine nor desk knows of it."""

    title: Line
    product: Change = Change()
    """What it makes of the product."""
    kill: Literal["engine"] | None = None
    """What is killed; another takes its place at once."""
    when: Line | None = None
    """When it is killed."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong between its parts."""
        if bool(self.kill) != bool(self.when):
            yield ("kill",), "expected 'kill' and 'when' together"
        try:
            condition(self.when or "phase is launch")
        except ValueError as error:
            yield ("when",), str(error)


class Script(Value):
    """A launch day, written down beforehand."""

    title: Line
    you: Name
    """The operator whom the person at the terminal is, where one watches."""
    t0: Duration
    """How far ahead T-0 is when the rehearsal begins."""
    product: Service
    trouble: Name
    """The moment of the product that the score counts from."""
    steps: tuple[Act, ...]
    expectations: tuple[str, ...]
    faults_: dict[Name, Disturbance] = field(name="faults", default={})

    @property
    def expected(self) -> tuple[Expectation, ...]:
        return tuple(expectation(text) for text in self.expectations)

    def faults(self) -> Iterator[Fault]:
        """What is wrong with its expectations."""
        for index, text in enumerate(self.expectations):
            try:
                expectation(text)
            except ValueError as error:
                yield ("expectations", index), str(error)


def command(do: str, given: Mapping[str, str]) -> Command:
    """The command of a line such as `tick legal`, with what else is given. Raises ValueError."""
    verb, _, first = do.partition(" ")
    cls = VERBS.get(verb)
    if cls is None:
        raise ValueError(f"there is no verb '{verb}', expected one of {', '.join(VERBS)}")
    names = [f.encode_name for f in msgspec.structs.fields(cls)]
    values = {names[0]: first, **given} if first else dict(given)
    if unknown := [name for name in values if name not in names]:
        raise ValueError(f"'{verb}' takes no '{unknown[0]}', expected some of {', '.join(names)}")
    if "digest" in names:
        values.setdefault("digest", "")
    try:
        return msgspec.convert({"verb": verb, **values}, cls, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"'{verb}': {error}") from None
