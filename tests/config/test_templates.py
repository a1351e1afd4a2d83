"""Shipped checklists and files of one's own."""

import re
from pathlib import Path

import pytest

from launchpad.config import BadInput, load
from launchpad.config.templates import PROPOSAL, load_template, shipped

START = "launch: {product: Acme, version: 1}\n"


TOGETHER = (
    "database",
    "mobile-stores",
    "post-launch-watch",
    "security-compliance",
    "support-communication",
    "web-service",
)
"""The lists that one launch can use side by side; `minimal` stands for itself."""
SIGNALS = """
signals:
  homepage: {probe: http, url: "https://shop.example.com/"}
  checkout: {probe: http, url: "https://shop.example.com/checkout"}
  api: {probe: http, url: "https://shop.example.com/api"}
  payments: {probe: http, url: "https://shop.example.com/pay"}
  orders-query: {probe: postgres, dsn: env:SHOP_DATABASE}
"""
"""What the objectives in `details` are about."""


def proposals(kind: str) -> list[tuple[str, str, str]]:
    """Checklist, item and text of every line of `details` that begins with `KIND: {`."""
    return [
        (name, item.id, line.removeprefix(f"{kind}: "))
        for name in TOGETHER
        for item in load_template(name).items
        for line in item.details.splitlines()
        if line.startswith(f"{kind}: {{")
    ]


def test_the_shipped_checklists_hold_together():
    assert set(shipped()) == {*TOGETHER, "minimal"}
    for name in shipped():
        checklist = load_template(name)
        assert checklist.name == name
        assert checklist.description
        assert len({item.phase for item in checklist.items}) > 1
        assert all(item.section and (item.team or name == "minimal") for item in checklist.items)


def test_the_docs_tell_of_each():
    page = (Path(__file__).parents[2] / "docs" / "checklists.md").read_text(encoding="utf-8")
    for name in shipped():
        assert f"| `{name}` | {load_template(name).description} |" in page


def test_every_item_is_a_state_with_a_way_to_know_it():
    for name in TOGETHER:
        for item in load_template(name).items:
            assert item.due is not None, item.id
            assert not item.title.endswith("."), item.id
            assert 1 <= len(item.details.splitlines()) <= 3, item.id
            assert item.due <= 0 if item.phase == "pre-launch" else item.due >= -3600, item.id


def test_all_of_them_make_one_launch(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(START + "checklists:\n" + "".join(f"- use: {name}\n" for name in TOGETHER))
    ids = [item.id for item in load(path, {}).definition.items]
    assert len(ids) == len(set(ids)) > 150
    everywhere = {item.id for name in TOGETHER if name != "web-service" for item in load_template(name).items}
    assert everywhere.isdisjoint(item.id for item in load_template("minimal").items)


def test_every_proposed_check_can_be_put_onto_its_item(tmp_path):
    lines = [f"- use: {name}\n  override:" for name in TOGETHER]
    for name, item, check in proposals("check"):
        lines[TOGETHER.index(name)] += f"\n    {item}: {{check: {check}}}"
    path = tmp_path / "launchpad.yaml"
    path.write_text(START + "checklists:\n" + "\n".join(lines))
    items = load(path, {}).definition.items
    assert not any(PROPOSAL in item.details for item in items)
    tested = {item.id for item in items if item.check}
    assert tested == {item for _, item, _ in proposals("check")}
    assert tested >= {"certificate-valid", "https-enforced", "homepage-loads", "replica-keeps-up"}


def test_every_proposed_objective_can_be_one(tmp_path):
    path = tmp_path / "launchpad.yaml"
    objectives = "".join(f"  {item}: {objective}\n" for _, item, objective in proposals("objective"))
    path.write_text(START + SIGNALS + "objectives:\n" + objectives)
    assert "latency-proven" in load(path, {}).definition.objectives


def test_a_web_service_asks_for_proof_of_what_matters():
    items = {item.id: item for item in load_template("web-service").items}
    teams = {"engineering", "qa", "security", "support", "legal", "database"}
    assert {item.team for item in items.values()} >= teams
    for id_ in ("legal-approved", "restore-tested"):
        assert items[id_].evidence == "required"
        assert items[id_].required


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(BadInput, match="no shipped checklist is called 'x'; there is database, minimal"):
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
    definition.write_text(definition.read_text() + "replays: {}\n")
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


OURS = """name: ours
items:
- {id: a, title: A, due: T+1h, every: 30m, until: T+4h}
- id: b
  title: B
  check: {probe: tcp, host: b.example.com, port: 80, timeout: 5s}
"""


def overriding(tmp_path, override: str) -> Path:
    (tmp_path / "ours.yaml").write_text(OURS)
    path = tmp_path / "launchpad.yaml"
    path.write_text(f"{START}checklists:\n- file: ours.yaml\n  override:\n    {override}\n")
    return path


def test_a_check_of_the_launch_takes_the_place_of_ticks_and_of_other_checks(tmp_path):
    for id_ in ("a", "b"):
        path = overriding(tmp_path, f"{id_}: {{check: {{probe: tls, host: shop.example.com, every: 5s}}}}")
        item = {item.id: item for item in load(path, {}).definition.items}[id_]
        assert item.check
        assert item.check.asks == "TLS shop.example.com:443"
        assert item.check.timeout == 5.0, "never longer than `every`; that of the check before says nothing"
        assert (item.every, item.until, item.occurrences) == (None, None, 1)


@pytest.mark.parametrize(
    ("override", "at", "what"),
    [
        ("b: {check: {probe: tls, host: 'a b'}}", "'a b'", "expected a host name or an IP address"),
        (
            "b: {check: {probe: tls, host: h, every: 1h}}",
            "1h",
            "verified again only every 1h, when its proof",
        ),
        ("b: {check: {probe: tls, host: h, every: 1m, timeout: 2m}}", "2m", "longer than every"),
        ("b: {check: {probe: tlz, host: h}}", "tlz", "unknown probe 'tlz'.* did you mean 'tls'"),
        ("a: {due: T+5h}", "T+5h", "with this the item's 'until' is wrong: expected a time after 'due'"),
        ("a: {due: T-60d}", "T-60d", "with this the item's 'every' is wrong: it would occur .* times"),
        ("a: {due: soon}", "soon", "expected a time relative to T-0"),
        ("a: {every: 1s}", "1s", "expected at least 1m between two occurrences"),
        ("a: {until: T+0s}", "T+0s", "expected a time after 'due'"),
    ],
)
def test_a_wrong_override_is_a_fault_of_its_own_line(tmp_path, override, at, what):
    path = overriding(tmp_path, override)
    with pytest.raises(BadInput) as caught:
        load(path, {})
    (fault,) = caught.value.faults
    column = 5 + override.index(at)
    assert re.search(rf"^{re.escape(str(path))}:5:{column}: .*{what}", fault), fault


def test_an_override_of_an_item_with_holes_is_no_fault_of_its_own(tmp_path):
    holes = "{id: a, title: A, due: soon, every: often, until: T+4h, details: [x]}"
    path = overriding(tmp_path, "a: {due: T+1h, check: {probe: tcp, host: h, port: 80}}")
    (tmp_path / "ours.yaml").write_text(f"name: ours\nitems:\n- {holes}\n")
    with pytest.raises(BadInput) as caught:
        load(path, {})
    assert len(caught.value.faults) == 3
    assert all(fault.startswith(f"{tmp_path / 'ours.yaml'}:3:") for fault in caught.value.faults)


ELSEWHERE = """
launch: {product: Acme, version: 1, environment: staging}
checklists:
- name: ours
  items:
  - id: a
    title: A
    section: Speed
    check: {probe: postgres, dsn: env:PRODUCTION}
    environments: [production]
  - {id: b, title: B, section: Speed, needs: [a], environments: [production, staging]}
  - {id: c, title: C, environments: production}
  - {id: d, title: D, section: Words}
  skip: {d: nothing to say}
  skip_sections: {Words: nobody reads}
  override: {c: {environments: []}}
gates: {launch: [check: a]}
"""


def test_what_belongs_elsewhere_is_skipped_and_asks_for_no_secret(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(ELSEWHERE)
    definition = load(path, {}).definition
    assert definition.skips == {"a": "not for staging", "d": "nothing to say"}
    assert [item.id for item in definition.items] == ["a", "b", "c", "d"]
    assert definition.items[0].check is None
    path.write_text(ELSEWHERE.replace("environment: staging", "environment: production"))
    definition = load(path, {}).definition
    assert definition.skips == {"d": "nothing to say"}
    assert definition.items[0].check is not None


def test_a_section_is_skipped_whole(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(
        f"{START}checklists:\n- use: web-service\n  skip_sections: {{Speed: measured last week}}\n"
    )
    definition = load(path, {}).definition
    speed = {item.id for item in definition.items if item.section == "Speed"}
    assert definition.skips == dict.fromkeys(speed, "measured last week")
    assert len(speed) > 1
    path.write_text(
        f"{START}checklists:\n- use: web-service\n  skip_sections: {{Sped: measured last week}}\n"
    )
    with pytest.raises(BadInput) as caught:
        load(path, {})
    (fault,) = caught.value.faults
    assert fault.startswith(
        f"{path}:4:19: no section of this checklist is called 'Sped'; did you mean 'Speed'?"
    )


SECTIONS = f"""{START}checklists:
- name: ours
  items:
  - {{id: a, title: A, section: Security}}
  - {{id: b, title: B, section: Security, team: engineering}}
  - {{id: c, title: C, section: Words}}
  override_sections:
    Security: {{team: security, required: true, due: T-1d, environments: [production]}}
  override:
    b: {{team: legal, phase: launch, due: T+0s}}
"""


def test_a_section_is_overridden_whole_and_its_items_after_it(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(SECTIONS)
    a, b, c = load(path, {}).definition.items
    assert (a.team, a.required, a.due, a.phase) == ("security", True, -86400, "pre-launch")
    assert (b.team, b.required, b.due, b.phase) == ("legal", True, 0, "launch")
    assert (c.team, c.required, c.due, c.phase) == (None, False, None, "pre-launch")
    path.write_text(SECTIONS.replace("    Security: {", "    Securty: {"))
    with pytest.raises(BadInput) as caught:
        load(path, {})
    (fault,) = caught.value.faults
    assert fault.startswith(
        f"{path}:9:5: no section of this checklist is called 'Securty'; did you mean 'Security'?"
    )


def test_an_override_makes_an_item_recur_and_asks_for_evidence(tmp_path):
    """`Run smoke tests every 30 minutes` is a line of a document, which says no more than its words."""
    path = tmp_path / "launchpad.yaml"
    recurs = "{team: legal, due: T+30m, every: 30m, until: T+4h, evidence: required}"
    path.write_text(SECTIONS.replace("{team: legal, phase: launch, due: T+0s}", recurs))
    item = load(path, {}).definition.items[1]
    assert (item.occurrences, item.evidence) == (8, "required")


def test_a_phase_of_an_override_is_held_against_what_the_item_needs(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(SECTIONS.replace("id: c, title: C", "id: c, title: C, needs: [b]"))
    with pytest.raises(BadInput) as caught:
        load(path, {})
    (fault,) = caught.value.faults
    assert "'b' belongs to a later phase (launch) than this item (pre-launch)" in fault
