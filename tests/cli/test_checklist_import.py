"""`launchpad checklist import` as it is typed."""

import pytest

from tests.config.test_markdown import DOCUMENT

pytestmark = pytest.mark.slow


def test_a_document_becomes_a_checklist_that_a_launch_uses(cli):
    (cli.home / "LAUNCH.md").write_text(DOCUMENT, encoding="utf-8")
    done = cli("checklist", "import", "LAUNCH.md", "-o", "ours.yaml")
    assert done.stderr == "11 items of 11 task lines: 7 pre-launch, 2 launch, 2 post-launch\n"
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
