"""Settings of the `command` provider: an operator's own programs as the operations of a plan."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from launchpad.model.definition import Verb
from launchpad.model.values import Duration, Environment, Text, Value, is_secret_reference

PLACEHOLDERS = ("launch.product", "launch.version", "launch.environment")
"""What an argument may speak of, besides `param.NAME`."""

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PARAMETER = re.compile(r"param\.[a-zA-Z0-9][a-zA-Z0-9._-]*")


class CommandOperation(Value):
    """One program. Exactly one of `argv` and `shell`."""

    argv: tuple[Text, ...] = ()
    """Program and arguments, run without a shell. `{{ launch.version }}`, `{{ launch.product }}`,
    `{{ launch.environment }}` and `{{ param.NAME }}` are filled in."""
    shell: Annotated[Text, Meta(min_length=1)] | None = None
    """A line for `/bin/sh -c`, taken as it is: nothing is filled in, so that no value can become code."""
    title: str = ""
    """What it does, in a line of the plan; may speak of `{{ launch.version }}` and the like."""
    env: Environment = {}
    """Environment variables; whatever is secret as a reference."""
    cwd: str | None = None
    """Working directory, relative to the definition's; absent: the definition's own."""
    timeout: Duration = 900.0
    """Time after which it is shown as timed out."""
    stuck_after: Duration = 120.0
    """Time without output after which it is shown as stuck."""
    undo: str | None = None
    """How it is undone, in a line; absent: it can't be."""

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if bool(self.argv) == (self.shell is not None):
            yield (), "expected exactly one of 'argv' (a program and its arguments) and 'shell' (a line)"
        for index, argument in enumerate(self.argv):
            yield from ((("argv", index), what) for what in _placeholder_faults(argument))
            if is_secret_reference(argument):
                yield ("argv", index), "other processes can read arguments; pass the secret in 'env'"
        for field, text in (("title", self.title), ("undo", self.undo or "")):
            yield from (((field,), what) for what in _placeholder_faults(text))
        if self.argv and placeholders(self.argv[0]):
            yield ("argv", 0), "expected a program's name without placeholders"
        if any(name.startswith(("launch.", "param.")) for name in placeholders(self.shell or "")):
            yield ("shell",), "placeholders are filled in 'argv' only, as a shell would run what they hold"
        for name in self.env:
            if not _VARIABLE.fullmatch(name):
                yield ("env", name), "expected a variable's name: letters, digits and '_', no digit first"
        for name in ("timeout", "stuck_after"):
            if getattr(self, name) == 0:
                yield (name,), "expected a duration above zero"


def _placeholder_faults(text: str) -> Iterator[str]:
    for name in placeholders(text):
        if name not in PLACEHOLDERS and not _PARAMETER.fullmatch(name):
            expected = ", ".join((*PLACEHOLDERS, "param.NAME"))
            yield f"unknown placeholder '{name}', expected one of {expected}"
    if "{{" in _PLACEHOLDER.sub("", text):
        yield "a placeholder that is not closed, expected such as {{ launch.version }}"


class CommandSettings(Value):
    """What a provider of kind `command` can do."""

    operations: Annotated[dict[Verb, CommandOperation], Meta(min_length=1)]
    """A program for each verb that its steps may ask for."""

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers."""
        return tuple(self.operations)


def placeholders(text: str) -> list[str]:
    """The names between double braces."""
    return [name.strip() for name in _PLACEHOLDER.findall(text)]


def filled(argv: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """`argv` with each placeholder replaced; every argument stays one argument.

    `values` maps `launch.version`, `param.NAME` … to text. Raises KeyError with the first missing name.
    """
    return tuple(_PLACEHOLDER.sub(lambda match: values[match[1].strip()], argument) for argument in argv)
