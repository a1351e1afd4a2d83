"""Smoke tests: named suites of steps that walk through a product as its users do."""

import re
import warnings
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from launchpad.model.definition.names import Line, Name
from launchpad.model.dns import DnsCheck
from launchpad.model.http import HttpExpect
from launchpad.model.jsonpath import parse_path
from launchpad.model.network import TcpCheck, TlsCheck
from launchpad.model.probe import Probe
from launchpad.model.services import CommandCheck, PostgresCheck, RedisCheck
from launchpad.model.values import Duration, Environment, Text, Value

PAUSE = 1.0
"""Seconds before a step is tried again, unless said otherwise."""

Fault = tuple[tuple[str | int, ...], str]
"""Where in a struct, and what is wrong."""


class StepExpect(HttpExpect):
    """What the answer to a step must be. All of it must hold."""

    json: dict[str, Any] = {}
    """Values that must stand in the body, by their path: `{items[0].name: Hat}`."""
    matches: str | None = None
    """Regular expression that the body (its first MiB, as UTF-8) must match somewhere."""
    within: Duration | None = None
    """How long the answer may take at most, from the name's resolution to its last byte."""

    def faults(self) -> Iterator[Fault]:
        """What the types can't say: where in it, and what is wrong."""
        for path in self.json:
            yield from _path_faults(("json", path), path)
        if self.matches is not None:
            yield from _pattern_faults(("matches",), self.matches)
        if self.within == 0:
            yield ("within",), "expected a duration above zero"


class Extract(Value):
    """Something of an answer that later steps use. Exactly one of `json`, `header` and `pattern`."""

    json: str | None = None
    """Path in the body: `items[0].id`."""
    header: str | None = None
    """Name of a header."""
    pattern: str | None = None
    """Regular expression on the body; its first group, or all that it matches."""
    shown: bool = False
    """Whether it may be read in results and logs; left out, it is treated as a secret."""

    def faults(self) -> Iterator[Fault]:
        """What the types can't say: where in it, and what is wrong."""
        if sum(one is not None for one in (self.json, self.header, self.pattern)) != 1:
            yield (), "expected exactly one of 'json' (a path), 'header' (a name) and 'pattern'"
        if self.json is not None:
            yield from _path_faults(("json",), self.json)
        if self.pattern is not None:
            yield from _pattern_faults(("pattern",), self.pattern)


class HttpStep(Probe, tag="http", kw_only=True):
    """A step of a smoke test: an HTTP request, with the cookies that earlier ones were given."""

    url: str
    """http:// or https:// URL, without user name and password."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: Environment = {}
    """Request headers; not sent on to another origin by a redirect."""
    body: Text = ""
    """Request body, sent as UTF-8. At most one of `body`, `json` and `form`."""
    json: Any = None
    """Request body, sent as JSON."""
    form: Environment = {}
    """Request body, sent as a form."""
    follow_redirects: bool = False
    """Ask the place a redirect names, up to ten times, and judge the last answer."""
    expect: StepExpect = StepExpect()
    extract: dict[Name, Extract] = {}
    """What later steps use as `{{ NAME }}`."""
    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""

    @property
    def asks(self) -> str:
        return f"{self.method} {self.url}"

    def faults(self) -> Iterator[Fault]:
        """What the types can't say: where in it, and what is wrong."""
        bodies = [key for key in ("body", "json", "form") if getattr(self, key) not in ("", None, {})]
        if len(bodies) > 1:
            yield (bodies[1],), f"'{bodies[0]}' is the body already, expected one of body, json and form"
        if self.method == "HEAD" and (
            self.expect.json or self.expect.matches or self.expect.contains is not None
        ):
            yield ("method",), "an answer to HEAD has no body to look into, expected another method"


class TcpStep(TcpCheck, tag="tcp"):
    """A step of a smoke test: a TCP connection."""

    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""


class TlsStep(TlsCheck, tag="tls"):
    """A step of a smoke test: a TLS handshake."""

    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""


class DnsStep(DnsCheck, tag="dns"):
    """A step of a smoke test: a DNS question."""

    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""


class CommandStep(CommandCheck, tag="command"):
    """A step of a smoke test: a program of yours."""

    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""


class PostgresStep(PostgresCheck, tag="postgres"):
    """A step of a smoke test: a query to PostgreSQL."""

    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""


class RedisStep(RedisCheck, tag="redis"):
    """A step of a smoke test: a PING to Redis."""

    name: str = ""
    """What it does, in the words of people; left out, what it asks."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 0
    """How often it is tried again when it fails."""
    pause: Duration = PAUSE
    """How long it waits before it is tried again."""


SmokeStep = HttpStep | TcpStep | TlsStep | DnsStep | CommandStep | PostgresStep | RedisStep
"""In YAML and in the journal, the key `probe` names the kind."""


class SmokeSuite(Value):
    """A smoke test: steps that are walked through in order, each resting on those before it."""

    steps: Annotated[tuple[SmokeStep, ...], Meta(min_length=1)]
    title: Line | None = None
    """What it proves, in a line."""
    values: Environment = {}
    """What steps use as `{{ NAME }}`; whatever is secret as a reference."""
    every: Duration | None = None
    """How often it runs by itself; left out: only when somebody, an item or an action asks for it."""
    timeout: Duration = 120.0
    """Seconds for all its steps together, tries and pauses included."""
    keep_going: bool = False
    """Whether the steps after one that failed are taken all the same, as far as they have what they need."""
    undo: str | None = None
    """How what it leaves behind is undone, in a line. Left out, of one that changes nothing by its methods:
    nothing is; of another: it can't be."""

    @property
    def only_asks(self) -> bool:
        """Whether none of its steps is meant to change anything, as far as its kind tells."""
        return all(
            step.method in ("GET", "HEAD", "OPTIONS")
            if isinstance(step, HttpStep)
            else not isinstance(step, CommandStep)
            for step in self.steps
        )


def title_of(step: SmokeStep) -> str:
    """What a step does, for people."""
    return step.name or step.asks


def _path_faults(where: tuple[str | int, ...], path: str) -> Iterator[Fault]:
    try:
        parse_path(path)
    except ValueError as error:
        yield where, str(error)


def _pattern_faults(where: tuple[str | int, ...], pattern: str) -> Iterator[Fault]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield where, f"no regular expression: {error}"
