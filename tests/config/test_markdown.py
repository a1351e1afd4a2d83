"""Markdown to a checklist: nothing is lost, and what a document means is kept."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.config import load
from launchpad.config.imports import imported
from launchpad.config.markdown import count_tasks, items_of
from launchpad.config.mojibake import mended
from launchpad.config.schema import written_offset
from launchpad.errors import BadInput
from launchpad.model.definition import Item

LONG = 50_000

DOCUMENT = """\
# \u011f\u0178\u0161\u20ac Shop 4.2 launch plan

## Pre-Launch (T-1 Week)

- [ ] **Code freeze**: tag the release
- [x] Load test [plan](https://wiki.example/load "the plan")
  - [ ] checkout at 500 rps
  - [ ] search at 900 rps

  Ask ops for the generators.
- [ ] Backup restored

```sh
pg_restore --list shop.dump   # - [ ] not a task
```

### Communication
* [ ] Status page drafted
1. [ ] Support briefed

## \U0001f680 Launch Day (T-0)
- [ ] Announce

Text in between.

- [ ] Announce

## Post-launch (first 48 hours)
### Daily
+ [ ] Error budget looked at, see https://grafana.example/d/1.
- [ ]
"""


def item(title: str) -> Item:
    return next(i for i in items_of(DOCUMENT) if i.title.startswith(title))


def test_every_line_of_a_task_list_is_an_item():
    items = items_of(DOCUMENT)
    assert len(items) == count_tasks(DOCUMENT) == 11
    assert len({i.id for i in items}) == 11


def test_what_was_ticked_in_the_document_is_counted():
    assert imported(DOCUMENT, Path("plan.md")).ticked == 1
    assert "ticked" not in imported(DOCUMENT, Path("plan.md")).yaml


def test_headings_say_phase_section_and_due_time():
    assert (item("Code freeze").phase, item("Code freeze").section) == ("pre-launch", "Pre-Launch (T-1 Week)")
    assert item("Code freeze").due == -7 * 86400
    assert (item("Status page").phase, item("Status page").section) == ("pre-launch", "Communication")
    assert item("Status page").due == -7 * 86400
    assert (item("Announce").phase, item("Announce").due) == ("launch", 0.0)
    assert (item("Error budget").phase, item("Error budget").section) == ("post-launch", "Daily")
    assert item("Error budget").due == 48 * 3600


@pytest.mark.parametrize(
    ("heading", "phase", "due"),
    [
        ("Pre-Launch (1 week before)", "pre-launch", "T-7d"),
        ("Phase 1: Pre-Production (1-2 weeks before)", "pre-launch", "T-14d"),
        ("Phase 4: Post-Production (First 24 hours)", "post-launch", "T+1d"),
        ("Phase 5: Post-Launch (First week)", "post-launch", "T+7d"),
        ("Before First Public Release", "pre-launch", None),
        ("Launch Day (T-0)", "launch", "T+0s"),
        ("Week 1: Stabilization", "post-launch", None),
    ],
)
def test_a_due_time_may_be_said_in_words(heading, phase, due):
    """As documents have it that were written without thinking of T-0."""
    (item,) = items_of(f"## {heading}\n- [ ] Announce\n")
    assert (item.phase, None if item.due is None else written_offset(item.due)) == (phase, due)


def test_markup_goes_and_words_stay():
    assert item("Code freeze").title == "Code freeze: tag the release"
    load_test = item("Load test")
    assert load_test.title == "Load test plan"
    assert load_test.runbook == "https://wiki.example/load"
    assert item("Error budget").runbook == "https://grafana.example/d/1"


def test_a_line_waits_for_those_nested_under_it():
    assert item("Load test").needs == ("checkout-at-500-rps", "search-at-900-rps")
    assert item("search").needs == ()


def test_code_and_text_below_are_details():
    assert item("Load test").details == "Ask ops for the generators."
    assert item("Backup restored").details == "pg_restore --list shop.dump   # - [ ] not a task"


def test_equal_words_are_told_apart():
    assert [i.id for i in items_of(DOCUMENT) if i.title == "Announce"] == [
        "launch-day-t-0-announce",
        "launch-day-t-0-announce-2",
    ]


@pytest.mark.timeout(60)
def test_equal_lines_without_number_get_ids_in_time():
    """None looks through all before it: that would take minutes, not a second."""
    found = items_of("- [ ] Announce\n" * 40_000)
    assert [found[0].id, found[1].id, found[-1].id] == ["announce", "announce-2", "announce-40000"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("line", "title", "section"),
    [
        ("- [ ] " + "[" * LONG, "[", ""),
        ("- [ ] " + "*a " * LONG, "*a", ""),
        ("- [ ] " + "~~a " * LONG, "~~a", ""),
        ("- [ ] " + "<http://" * LONG, "<http://", ""),
        ("- [ ] \N{ROCKET}" + "x\N{ROCKET}" * LONG, "x\N{ROCKET}", ""),
        ("# a" + " " * LONG + "b\n- [ ] c", "c", "a b"),
        ("# a" + "#" * LONG + "b\n- [ ] c", "c", "a##"),
        ("- [ ] c\n  d\n" + "\n" * LONG, "c", ""),
    ],
    ids=["links", "emphasis", "strikes", "addresses", "pictures", "blanks", "marks", "empty lines"],
)
def test_a_long_line_of_markup_is_read_in_time(line, title, section):
    """Nothing is looked for through all that follows, again at each character: that would take minutes."""
    [item] = items_of(line)
    assert item.title.startswith(title)
    assert item.section.startswith(section)


def test_a_heading_may_be_closed_by_marks():
    """Those at its end are no words of it, with or without blanks."""
    headings = ("# a b  ", "# a b ##", "# a b##", "# a b \t", "#\ta b #")
    for heading in headings:
        assert [item.section for item in items_of(f"{heading}\n- [ ] c")] == ["a b"]
    assert items_of("## a # #\n- [ ] c")[0].section == "a #"


def test_a_document_of_too_many_lines_is_told_in_a_sentence():
    with pytest.raises(BadInput, match="1 fault") as told:
        imported("- [ ] Announce\n" * 7_000, Path("long.md"))
    assert "too much: expected at most 20,000 values" in told.value.faults[0]


def test_ids_stay_when_lines_come_and_go():
    before = {i.title: i.id for i in items_of(DOCUMENT)}
    more = DOCUMENT.replace("- [ ] Backup restored", "- [ ] Something new\n- [ ] Backup restored")
    after = {i.title: i.id for i in items_of(more)}
    assert {title: after[title] for title in before if title != "Announce"} == {
        title: name for title, name in before.items() if title != "Announce"
    }


@pytest.mark.parametrize(
    ("heading", "phase"),
    [
        ("Pre-Deployment Preparation", "pre-launch"),
        ("T-1 Week", "pre-launch"),
        ("Launch Day (T-0)", "launch"),
        ("T-0", "launch"),
        ("Go-live", "launch"),
        ("Phase 3: Launch", "launch"),
        ("Rollout", "launch"),
        ("Post-Deployment (Immediate)", "post-launch"),
        ("Post-Launch (T+1 Week)", "post-launch"),
        ("Week 1: Stabilization", "post-launch"),
        ("Before First Public Release", "pre-launch"),
        ("After the launch", "post-launch"),
        ("Security", "pre-launch"),
        ("Sprint 10: Production Deployment & Launch", "pre-launch"),
    ],
)
def test_what_headings_say_of_the_phase(heading, phase):
    (only,) = items_of(f"# Plan\n## {heading}\n- [ ] x\n")
    assert only.phase == phase


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        ("\u00f0\u0178\u0161\u20ac Launch", "\U0001f680 Launch"),
        ("\u011f\u0178\u201c\u2039 Overview", "\U0001f4cb Overview"),
        ("\u00e2\u0153\u2026 done", "\u2705 done"),
        ("Gr\u00c3\u00b6\u00c3\u0178e", "Gr\u00f6\u00dfe"),
        ("a \u00e2\u2020\u2019 b", "a \u2192 b"),
        ("Gr\u00f6\u00dfe, caf\u00e9, na\u00efve", "Gr\u00f6\u00dfe, caf\u00e9, na\u00efve"),
        ("\u65e5\u672c\u8a9e \U0001f680", "\u65e5\u672c\u8a9e \U0001f680"),
    ],
)
def test_what_was_decoded_wrongly_is_put_right(broken, right):
    assert mended(broken) == right
    assert mended(right) == right


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\x85"), max_size=60
)
lines = st.one_of(
    texts,
    st.builds(lambda n, t: f"{'#' * n} {t}", st.integers(1, 6), texts),
    st.builds(
        lambda n, m, b, t: f"{' ' * n}{m} [{b}] {t}",
        st.integers(0, 12),
        st.sampled_from("-*+"),
        st.sampled_from(" xX"),
        texts,
    ),
    st.sampled_from(
        ["```", "~~~sh", "    - [ ] indented", "> - [ ] quoted", "1. [ ] numbered", "-[ ] no task", ""]
    ),
)


@given(document=st.lists(lines, max_size=40).map("\n".join))
def test_no_line_of_a_task_list_is_ever_lost(document):
    items = items_of(document)
    fence, tasks = "", 0
    for line in document.split("\n"):
        found = re.match(r"[ \t>]*(`{3,}|~{3,})", line)
        if fence:
            if found and found[1].startswith(fence) and not line.strip(" \t>`~"):
                fence = ""
        elif found:
            fence = found[1]
        elif re.match(r"[ \t>]*([-*+]|\d{1,9}[.)])[ \t]+\[[ xX~-]\]([ \t]|$)", line):
            tasks += 1
    assert len(items) == tasks == count_tasks(document)
    assert len({item.id for item in items}) == len(items)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", item.id) for item in items)
    ids = {item.id for item in items}
    assert all(set(item.needs) <= ids for item in items)


@given(document=st.lists(lines, min_size=1, max_size=25).map(lambda some: "\n".join(["- [ ] first", *some])))
def test_what_is_written_is_what_was_read(tmp_path_factory, document):
    folder = tmp_path_factory.mktemp("made")
    (folder / "ours.yaml").write_text(imported(document, Path("ours.md")).yaml, encoding="utf-8")
    definition = folder / "launchpad.yaml"
    definition.write_text("launch: {product: Acme, version: '1'}\nchecklists: [{file: ours.yaml}]\n")
    assert load(definition, {}).definition.items == items_of(document)


def test_a_document_without_a_task_list():
    with pytest.raises(BadInput, match="holds no task list"):
        imported("# Plan\n\nNothing to tick.\n", Path("plan.md"))
