"""Shipped checklists and files of one's own."""

from pathlib import Path

import pytest

from launchpad.config import BadInput, load
from launchpad.config.templates import load_template, shipped

START = "launch: {product: Acme, version: 1}\n"


def test_the_shipped_checklists_hold_together():
    assert shipped() == ("minimal", "web-service")
    for name in shipped():
        checklist = load_template(name)
        assert checklist.name == name
        assert checklist.description
        assert {item.phase for item in checklist.items} == {"pre-launch", "launch", "post-launch"}
        assert all(item.section for item in checklist.items)


def test_a_web_service_asks_for_proof_of_what_matters():
    items = {item.id: item for item in load_template("web-service").items}
    assert 18 <= len(items) <= 24
    assert {item.team for item in items.values()} >= {
        "engineering",
        "qa",
        "security",
        "support",
        "legal",
        "database",
    }
    for id_ in ("legal-approved", "restore-tested"):
        assert items[id_].evidence == "required"
        assert items[id_].required


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(BadInput, match="no shipped checklist is called 'x'; there is minimal, web-service"):
        load_template("x")


@pytest.fixture
def definition(tmp_path) -> Path:
    path = tmp_path / "launchpad.yaml"
    path.write_text(
        START + "checklists: [{file: ours.yaml, skip: {b: 'not now'}, override: {a: {team: qa}}}]\n"
    )
    return path


def test_a_file_lies_beside_its_definition(definition, tmp_path, monkeypatch):
    (tmp_path / "ours.yaml").write_text("name: ours\nitems:\n- {id: a, title: A}\n- {id: b, title: B}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    loaded = load(definition, {})
    assert [(item.id, item.team) for item in loaded.definition.items] == [("a", "qa"), ("b", None)]
    assert loaded.definition.skips == {"b": "not now"}
    assert loaded.base_dir == tmp_path


def test_faults_of_a_file_follow_those_of_the_definition_with_their_own_places(definition, tmp_path):
    ours = tmp_path / "ours.yaml"
    ours.write_text("name: ours\nitems:\n- {id: a, titel: A}\n- {id: b, title: B, needs: [c]}\n")
    definition.write_text(definition.read_text() + "rollouts: {}\n")
    with pytest.raises(BadInput) as caught:
        load(definition, {})
    places = [line.rsplit(": ", 1)[0].split(": ")[0] for line in caught.value.faults]
    assert places == [f"{definition}:3:1", f"{ours}:3:3", f"{ours}:3:11", f"{ours}:4:29"]


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ("", "ours.yaml:1:1", "the file is empty, expected 'name' and 'items'"),
        ("[", "ours.yaml:2:1", "not YAML"),
        ("name: ours\nitems: []\n", "ours.yaml:2:8", "an empty list"),
        ("name: ours\nitems: [{use: minimal}]\n", "ours.yaml:2:10", "unknown key 'use'"),
    ],
)
def test_a_broken_file_names_itself(definition, tmp_path, content, place, what):
    (tmp_path / "ours.yaml").write_text(content)
    with pytest.raises(BadInput) as caught:
        load(definition, {})
    assert any(f"{place}: {what}" in line for line in caught.value.faults), caught.value.faults


def test_an_included_file_that_is_none_is_a_fault_of_the_line_that_names_it(definition, tmp_path):
    (tmp_path / "ours.yaml").mkdir()
    with pytest.raises(BadInput) as caught:
        load(definition, {})
    assert caught.value.faults == (
        f"{definition}:2:21: '{tmp_path}/ours.yaml' is a directory, expected a file",
    )
