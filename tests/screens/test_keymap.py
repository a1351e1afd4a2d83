"""Keys as an operator wishes them, and what becomes of wishes that can't be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from screens.keymap import USUAL, keymap
from screens.keys import BINDINGS, OF_LISTS, told
from tests.support import launches

DEFINITION = launches.definition()
DOC = Path(__file__).parents[2] / "docs" / "face.md"


def test_without_wishes_all_is_as_usual() -> None:
    found = keymap({}, DEFINITION)
    assert not found.complaint
    assert found.shown["item.tick"] == "space"
    assert found.shown["phase.next"] == ">"
    assert found.shown["filter"] == "/"
    assert found.shown["action.deploy"] == "d"
    assert not found.of_lists


def test_a_key_is_changed_added_or_taken_away() -> None:
    wishes = {"item.tick": "t", "copy": "y, ctrl+y", "item.skip": ""}
    found = keymap({**wishes, "list.down": "down,n", "filter.next": "]"}, DEFINITION)
    assert not found.complaint
    assert found.shown["item.tick"] == "t"
    assert "item.skip" not in found.shown
    assert found.of_lists == {"list.down": "down,n"}
    keys = found.bindings(DEFINITION).key_to_bindings
    assert [b.id for b in keys["ctrl+y"]] == ["copy"]
    assert "s" not in keys
    assert "space" not in keys


@pytest.mark.parametrize(
    ("wishes", "complaint"),
    [
        ({"item.tik": "t"}, "no key is called 'item.tik'; did you mean item.tick?"),
        ({"item.tick": "a"}, "a is both item.tick and alert.acknowledge"),
        ({"item.tick": "k"}, "k is both item.tick and list.up"),
        ({"item.tick": "hyper"}, "item.tick: there is no key 'hyper'"),
        ({"list.down": ""}, "list.down can have other keys, not none"),
    ],
)
def test_what_cannot_be_leaves_all_as_usual(wishes: dict[str, str], complaint: str) -> None:
    found = keymap({"copy": "x", **wishes}, DEFINITION)
    assert complaint in found.complaint
    assert {name: found.chosen[name] for name in USUAL} == USUAL


def test_two_keys_may_be_exchanged() -> None:
    found = keymap({"item.tick": "a", "alert.acknowledge": "space"}, DEFINITION)
    assert not found.complaint
    assert found.shown["alert.acknowledge"] == "space"


def test_an_action_of_the_launch_keeps_its_key() -> None:
    found = keymap({"item.tick": "d", "copy": "x"}, DEFINITION)
    assert found.complaint == "d is action.deploy in this launch; item.tick keeps its own key"
    assert found.shown["item.tick"] == "space"
    assert found.shown["copy"] == "x"


def test_an_action_may_have_another_key() -> None:
    found = keymap({"action.deploy": "D", "item.tick": "d", "action.of-another-launch": "Q"}, DEFINITION)
    assert not found.complaint
    assert (found.shown["action.deploy"], found.shown["item.tick"]) == ("D", "d")
    taken = keymap({"action.deploy": "a"}, DEFINITION)
    assert taken.complaint == "a is alert.acknowledge already; action.deploy keeps its own key"
    assert taken.shown["action.deploy"] == "d"


names = st.sampled_from([*USUAL, "action.deploy", "action.backup", "nonsense"])
keys = st.sampled_from(["a", "d", "b", "t", "T", "x", "ctrl+t", "f9", "", "a,t", "]", "left"])


@given(st.dictionaries(names, keys))
def test_no_wishes_make_a_clash_or_lose_help_and_quit(wishes: dict[str, str]) -> None:
    bare = replace(DEFINITION.actions["deploy"], key=None)
    found = keymap(wishes, replace(DEFINITION, actions={**DEFINITION.actions, "bare": bare}))
    all_keys = [key for theirs in found.chosen.values() for key in theirs]
    assert len(set(all_keys)) == len(all_keys)
    for name in USUAL:
        assert found.chosen[name] or wishes[name] == ""


def test_every_binding_is_explained() -> None:
    explained = DOC.read_text(encoding="utf-8")
    for binding in (*BINDINGS, *OF_LISTS):
        usual = ", ".join(told(key) for key in binding.key.split(","))
        assert f"| `{binding.id}` | {usual} |" in explained, f"docs/face.md lacks {binding.id} ({usual})"
