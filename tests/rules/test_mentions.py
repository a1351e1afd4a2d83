"""Whom a text calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model import events as ev
from launchpad.model.commands import Identity
from launchpad.rules.mentions import meant_for, mentioned
from tests.support.launches import ADA, BOB, Demo

EVA = Identity(name="Eva", role="engineer", teams=("qa",))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@eva look", {"eva"}),
        ("(@eva, @QA): both", {"eva", "qa"}),
        ("ask @eva.", {"eva"}),
        ("@eva-2 and @eva.b", {"eva-2", "eva.b"}),
        ("eva@example.com @ eva @@eva x@eva", set()),
        ("git@github.com:x +@eva .@eva", set()),
        ("\n@eva\n", {"eva"}),
        ("@", set()),
    ],
)
def test_names_are_found_and_addresses_are_none(text, names):
    assert mentioned(text) == names


@given(st.text())
def test_any_text_can_be_read(text):
    for name in mentioned(text):
        assert f"@{name}" in text.lower()


def test_a_word_is_meant_for_whom_it_names_and_for_their_team_and_never_for_its_writer():
    demo = Demo()
    demo.add(1, ADA.name, ev.NoteWritten(), "@eva look at the graph")
    demo.add(2, BOB.name, ev.ItemCommented(item="payments"), "for @qa")
    demo.add(3, "eva", ev.NoteWritten(), "I, @Eva, am here")
    demo.add(4, "Eva", ev.NoteWritten(), "I, @Eva, am here")
    demo.add(5, ADA.name, ev.NoteWritten(), "for @evangeline")
    said = [recorded.text for recorded in meant_for(EVA, demo.events)]
    assert said == ["@eva look at the graph", "for @qa", "I, @Eva, am here"]
