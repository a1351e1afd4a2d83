"""A view as HTML."""

from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.values import SECOND, format_instant
from launchpad.rules.view.blind import blinded
from launchpad.web import page
from launchpad.web.page import SECTIONS, Away, Shown, parts
from tests.support import launches
from tests.support.demo_face import MOMENT, MOMENTS
from tests.support.launches import ADA

HOSTILE = "<script>alert(1)</script>\" onload='x' &amp;"
VOID = {"meta", "link", "input", "br"}


def shown(demo, scenario="during"):
    minute = MOMENTS.get(scenario, MOMENT)
    return Shown(demo.view(minute), demo.events)


class Reader(HTMLParser):
    """Its text, and that every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.text, self.tags = [], "", []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    "scenario",
    ["before", "deciding", "during", "interrupted", "degraded", "escalating", "advised", "declared"],
)
def test_every_moment_of_a_launch_is_whole_html_and_names_what_is_worst(scenario):
    made = shown(getattr(launches, scenario)(), scenario)
    read = Reader(page.page(parts(made), still=False))
    assert made.view.verdict in read.text
    for objective in made.view.objectives:
        assert objective.sentence in read.text
    for alert in made.view.alerts:
        assert alert.rule in read.text
    for incident in made.view.incidents:
        assert incident.title in read.text
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_an_error_budget_that_was_drawn_on_is_not_told_as_whole():
    made = shown(launches.during())
    first, *others = made.view.objectives
    drawn_on = replace(first, reading=replace(first.reading, budget=0.9967))
    made = made._replace(view=replace(made.view, objectives=(drawn_on, *others)))
    text = Reader(page.page(parts(made), still=True)).text
    told = text.partition(first.sentence)[2].partition("error budget")[0]
    assert told.endswith(" 99% of the ")


def test_what_people_wrote_is_text():
    demo = launches.during()
    demo.add(14, ADA.name, ev.NoteWritten(), HOSTILE)
    demo.add(14, ADA.name, ev.CountdownHeld(), HOSTILE)
    made = shown(demo)
    text = page.page(parts(made), still=False)
    read = Reader(text)
    assert HOSTILE.split(maxsplit=1)[0] in read.text
    assert [attributes for tag, attributes in read.tags if tag == "script"] == [
        {"src": "/live.js", "defer": None}
    ]
    assert "<script>alert" not in text


def test_a_store_that_is_away_leaves_nothing_green():
    made = shown(launches.during())
    blind = blinded(made.view, made.view.now + 5 * SECOND)
    read = Reader(page.page(parts(Shown(blind, made.events, Away("gone", made.view.now))), still=False))
    assert "STORE AWAY for 5 s: gone" in read.text
    assert f"was read at {format_instant(made.view.now, blind.definition.zone)}" in read.text
    assert "who is online is not known" in read.text
    assert "can be told" not in read.text
    # Each objective goes on being named, with how old its reading is by now.
    assert len(blind.objectives) == len(made.view.objectives) > 0
    for shown_then, now in zip(made.view.objectives, blind.objectives, strict=True):
        assert now.sentence in read.text
        assert now.reading.age == shown_then.reading.age + 5
    assert read.text.count("the store is out of reach") >= len(blind.objectives)
    green = [a for _, a in read.tags if a.get("class") in ("ok", "GO", "good")]
    # What people did stays done: their word, not a measurement.
    assert len(green) == sum(i.mark == "done" for i in blind.items)


def test_a_page_that_stands_still_neither_loads_anew_nor_runs_a_script():
    made = parts(shown(launches.during()))
    still, live = page.page(made, still=True), page.page(made, still=False)
    assert "live.js" in live
    assert 'http-equiv="refresh"' in live
    assert "live.js" not in still
    assert 'http-equiv="refresh"' not in still
    assert set(made) == {"title", "verdict", *(name for name, _ in SECTIONS)}
