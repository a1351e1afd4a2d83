"""The report by shell: written, printed, the same each time, and open to a last word."""

import json

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def over(cli):
    """A launch that is closed."""
    cli.open()
    cli("tick", "freeze")
    cli("lesson", "freeze a day earlier")
    cli("close", "--outcome", "aborted", "--reason", "the venue burned down")
    return cli


def test_it_is_written_as_the_file_is_called(over):
    for name, begins in (
        ("r.md", "# Deployment Report: Acme 4.2.0"),
        ("r.html", "<!doctype html>"),
        ("r.json", "{"),
    ):
        done = over("report", "-o", name)
        assert f"is in {name}" in done.stderr
        assert (over.home / name).read_text(encoding="utf-8").startswith(begins)
    assert json.loads((over.home / "r.json").read_text())["summary"]["status"] == "aborted"
    assert "Aborted: the venue burned down" in (over.home / "r.md").read_text()


def test_a_file_that_is_called_otherwise_is_not_written_as_something_else(over):
    assert "r.pdf says no form of report" in over.refusal("report", "-o", "r.pdf", status=2)
    assert not (over.home / "r.pdf").exists()
    over("report", "-o", "r.txt", "--format", "md")
    over("report", "-o", "REPORT")
    assert (over.home / "REPORT").read_text() == (over.home / "r.txt").read_text()


def test_it_is_printed_and_the_same_each_time(over):
    first = over("report").stdout
    assert "- freeze a day earlier (lead)" in first
    assert "- [x] Code is frozen" in first
    assert over("report").stdout == first
    assert over("report", "--format", "html").stdout.startswith("<!doctype html>")
    assert over.json("report")["summary"]["version"] == "4.2.0"
    head = over.json("verify")["head"]["hash"]
    assert f"--head {head}" in first


def test_the_last_word_may_come_after_the_end(over):
    over("--as", "ada", "action-item", "book another venue", "--owner", "bob")
    over("--as", "ada", "impact", "nobody noticed")
    text = over("report").stdout
    assert "- [ ] book another venue (bob)" in text
    assert "- User impact: nobody noticed (ada)" in text
    assert "viewer" in over.refusal("--as", "eve", "lesson", "x", status=3)
    assert "needs a few words" in over.refusal("lesson", " ", status=2)
    over("verify")


def test_nothing_is_overwritten_unasked(over):
    over("report", "-o", "r.md")
    (over.home / "r.md").write_text("mine")
    assert "exists already" in over.refusal("report", "-o", "r.md", status=2)
    over("report", "-o", "r.md", "--force")
    assert (over.home / "r.md").read_text() != "mine"
    assert "can't be written" in over.refusal("report", "-o", "nowhere/r.md", status=2)
    assert "there is no launch" in over.refusal("report", "nothing", status=2)


def test_a_launch_that_is_open_is_told_so_far(cli):
    cli.open()
    text = cli("report").stdout
    assert "- Status: Still open" in text
    assert "- As of: " in text
