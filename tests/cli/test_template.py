"""`launchpad checklist` as it is typed."""

import json

import pytest

from launchpad.config.templates import load_template, shipped
from tests.config.test_markdown import DOCUMENT

pytestmark = pytest.mark.slow


def test_a_document_becomes_a_checklist_that_a_launch_uses(cli):
    (cli.home / "LAUNCH.md").write_text(DOCUMENT, encoding="utf-8")
    done = cli("checklist", "import", "LAUNCH.md", "-o", "ours.yaml")
    assert done.stderr == (
        "11 items of 11 task lines: 7 pre-launch, 2 launch, 2 post-launch\n"
        "ticked in the document, and open in a launch: 1 of them\n"
    )
    cli.define(
        "launch: {product: Acme, version: 4.2.0, environment: staging}\nchecklists: [{file: ours.yaml}]\n"
    )
    assert "11 items" in cli("validate").stdout
    assert cli("checklist", "import", "LAUNCH.md").stdout == (cli.home / "ours.yaml").read_text()


def test_what_can_not_be(cli):
    (cli.home / "plan.md").write_text("# Plan\n")
    assert "holds no task list" in cli.refusal("checklist", "import", "plan.md", status=2)
    assert "can't be read" in cli.refusal("checklist", "import", "nothing.md", status=2)
    (cli.home / "some.md").write_text("- [ ] x\n")
    cli("checklist", "import", "some.md", "-o", "some.yaml")
    assert "exists already" in cli.refusal("checklist", "import", "some.md", "-o", "some.yaml", status=2)
    cli("checklist", "import", "some.md", "-o", "some.yaml", "--force", "--name", "ours")
    assert "name: ours" in (cli.home / "some.yaml").read_text()


def test_the_shipped_ones_are_listed_and_shown(cli):
    listed = cli("checklist", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed[1:]] == list(shipped())
    assert "database beneath the service" in listed[1]
    counts = {
        each["checklist"]: each["items"] for each in json.loads(cli("checklist", "list", "--json").stdout)
    }
    assert counts["minimal"] == {"pre-launch": 4, "launch": 3, "post-launch": 2}

    shown = cli("checklist", "show", "web-service").stdout
    assert "T+1h, every 30m until T+4h" in shown
    assert "Automated tests pass on the very build that is launched *" in shown
    assert "check: {" not in shown
    detailed = cli("checklist", "show", "web-service", "--details").stdout.splitlines()
    place = next(i for i, line in enumerate(detailed) if line.startswith("certificate-valid "))
    assert detailed[place + 2].startswith("    check: {probe: tls, host: shop.example.com")
    items = json.loads(cli("checklist", "show", "web-service", "--json").stdout)["items"]
    assert [item["item"] for item in items] == [item.id for item in load_template("web-service").items]
    assert [item["due"] for item in items if item["item"] == "tests-green"] == [-86400]


def test_what_a_verb_does_not_take(cli):
    assert "takes the name of a checklist" in cli.refusal("checklist", "show", status=2)
    assert "takes a Markdown document" in cli.refusal("checklist", "import", status=2)
    assert "takes no name" in cli.refusal("checklist", "list", "minimal", status=2)
    assert "no shipped checklist is called 'x'" in cli.refusal("checklist", "show", "x", status=2)
    assert "web-service" in cli("completion", "bash").stdout
