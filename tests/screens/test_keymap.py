"""Keys as an operator wishes them, and what becomes of wishes that can't be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from screens.keymap import USUAL, keymap
from screens.keys import BINDINGS, DIALOGS, LEAVE, OF_DIALOGS, OF_LISTS, told
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
    assert not found.brought_along


def test_a_key_is_changed_added_or_taken_away() -> None:
    wishes = {"item.tick": "t", "copy": "y, ctrl+y", "item.skip": ""}
    found = keymap({**wishes, "list.down": "down,n", "filter.next": "|"}, DEFINITION)
    assert not found.complaint
    assert found.shown["item.tick"] == "t"
    assert "item.skip" not in found.shown
    assert found.brought_along == {"list.down": "down,n"}
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
        ({"dialog.close": ""}, "dialog.close can have other keys, not none"),
        ({"plan.reject": "y"}, "y is both question.yes and plan.reject"),
        ({"dialog.close": "Y"}, "Y is both dialog.close and dialog.copy"),
        ({"help.tour": "escape"}, "esc is both what leaves every dialog and help.tour"),
        ({"question.yes": "enter", "dialog.close": "x"}, "neither enter nor space can be question.yes"),
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


def test_no_dialog_has_a_key_twice_and_no_two_share_an_id() -> None:
    for keys in DIALOGS.values():
        pressed = [key for binding in (LEAVE, *keys) for key in binding.key.split(",")]
        assert len(set(pressed)) == len(pressed)
    by_id = {b.id: b for b in (*BINDINGS, *OF_LISTS, *OF_DIALOGS)}
    assert len(by_id) == len(BINDINGS) + len(OF_LISTS) + len(OF_DIALOGS)


def test_a_key_may_mean_one_thing_in_a_dialog_and_another_outside() -> None:
    wishes = {"question.yes": "o", "incident.task": "y", "reading.copy": "C"}
    found = keymap({"item.tick": "t", **wishes}, DEFINITION)
    assert not found.complaint
    assert found.brought_along == wishes


names = st.sampled_from([*USUAL, "action.deploy", "action.backup", "nonsense"])
keys = st.sampled_from(["a", "d", "b", "t", "T", "x", "ctrl+t", "f9", "", "a,t", "]", "left"])


@given(st.dictionaries(names, keys))
def test_no_wishes_make_a_clash_or_lose_help_and_quit(wishes: dict[str, str]) -> None:
    bare = replace(DEFINITION.actions["deploy"], key=None)
    found = keymap(wishes, replace(DEFINITION, actions={**DEFINITION.actions, "bare": bare}))
    inside = {binding.id for binding in OF_DIALOGS}
    places = [[name for name in found.chosen if name not in inside]]
    places += [[binding.id or "" for binding in theirs] for theirs in DIALOGS.values()]
    for place in places:
        pressed = [key for name in place for key in found.chosen[name]]
        assert len(set(pressed)) == len(pressed)
    for name in USUAL:
        assert found.chosen[name] or wishes[name] == ""


def test_every_binding_is_explained() -> None:
    explained = DOC.read_text(encoding="utf-8")
    for binding in (*BINDINGS, *OF_LISTS, *OF_DIALOGS):
        usual = ", ".join(told(key) for key in binding.key.split(","))
        assert f"| `{binding.id}` | {usual} |" in explained, f"docs/face.md lacks {binding.id} ({usual})"
