"""A view as HTML: every text escaped, no colour without a word that says the same."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from launchpad.model.definition import PHASES
from launchpad.model.journal import Recorded
from launchpad.model.values import (
    SECOND,
    Micros,
    format_clock,
    format_countdown,
    format_duration,
    format_instant,
)
from launchpad.rules.narrate import narrate
from launchpad.rules.objectives import format_budget
from launchpad.rules.view import View

_EVENTS = 60
"""Lines of the timeline, the latest."""
_RUNS = 8
SECTIONS = (
    ("standing", "How it stands"),
    ("incidents", "Incidents"),
    ("alerts", "Alerts"),
    ("gate", "Gate"),
    ("objectives", "Objectives"),
    ("criteria", "Rollback criteria"),
    ("rollouts", "Rollouts"),
    ("runs", "Runs"),
    ("checklist", "Checklist"),
    ("people", "People"),
    ("timeline", "Timeline"),
)
"""Name and heading of each section, in the order of the page."""


class Away(NamedTuple):
    """That the store can't be read."""

    why: str
    since: Micros
    """When what is shown was read."""


class Shown(NamedTuple):
    """What a page is made of."""

    view: View
    events: Sequence[Recorded]
    away: Away | None = None
    """Where this is said, the view is a blinded one."""


def parts(shown: Shown) -> Mapping[str, str]:
    """The inside of each section, and of the page's title and its verdict; empty where there is nothing."""
    view = shown.view
    zone, now = view.definition.zone, view.now
    told = {
        "v": view,
        "away": shown.away,
        "away_for": format_duration(max(0, now - shown.away.since) // SECOND) if shown.away else "",
        "word": _word(shown),
        "phases": [(phase, *view.progress(phase)) for phase in PHASES],
        "most_runs": _RUNS,
        "events": [
            (each, narrate(each, view.definition, view.state.amendments))
            for each in reversed(shown.events[-_EVENTS:])
        ],
        "clock": lambda at: format_clock(at, zone, now),
        "instant": partial(format_instant, zone=zone),
        "countdown": format_countdown,
        "lasted": format_duration,
        "budget": format_budget,
        "fresh": _fresh(view),
    }
    return {
        "title": str(Markup("{} · {} {}").format(_word(shown), *_release(view))),
        "verdict": str(Markup('<span class="{}">{}</span>').format(_kind(shown), _word(shown))),
        **{name: _template(f"parts/{name}.html.j2").render(told).strip() for name, _ in SECTIONS},
    }


def page(made: Mapping[str, str], *, still: bool) -> str:
    """The whole page around its parts; `still`: it does not follow what happens."""
    drawn = {name: Markup(part) for name, part in made.items()}  # noqa: S704  # `parts` escaped them
    return _template("page.html.j2").render(parts=drawn, sections=SECTIONS, still=still)


def door(complaint: str = "") -> str:
    """What somebody sees who is not known."""
    return _template("door.html.j2").render(complaint=complaint)


def entered() -> str:
    """Leads on to the page. An answer that redirects would not do: a browser that comes from a link
    elsewhere keeps a strict cookie to itself until a page of ours leads on."""
    return _template("entered.html.j2").render()


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """A file that pages refer to."""
    return resources.files("launchpad.web").joinpath("files", name).read_text(encoding="utf-8")


def _word(shown: Shown) -> str:
    """The answer in a word."""
    view = shown.view
    if shown.away:
        return "STORE AWAY"
    if view.state.outcome is not None:
        return f"CLOSED: {view.state.outcome}"
    return view.verdict


def _kind(shown: Shown) -> str:
    """How the word is coloured."""
    view = shown.view
    return "bad" if shown.away else view.verdict if view.state.outcome is None else "dim"


def _release(view: View) -> tuple[str, str]:
    return view.definition.launch.product, view.definition.launch.version


def _fresh(view: View) -> str:
    fresh = view.freshness
    if not fresh.total:
        return "nothing is measured"
    age = "" if fresh.oldest is None else f", oldest {format_duration(fresh.oldest)}"
    return f"{fresh.ok} of {fresh.total} signals fresh{age}"


@lru_cache(maxsize=32)
def _template(name: str) -> Template:
    text = resources.files("launchpad.web").joinpath("files", *name.split("/")).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
