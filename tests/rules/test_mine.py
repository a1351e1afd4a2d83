"""What is mine, in the order in which it is to be done; how far teams are; what a filter finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model.definition import PHASES, HttpProof, Item
from launchpad.model.state import CheckResult, ItemState
from launchpad.rules.finding import STATES, Query, finder, parse
from launchpad.rules.view import ItemView
from launchpad.rules.view.mine import is_mine, mine, next_item
from launchpad.rules.view.teams import by_team

CHECK = HttpProof(url="http://127.0.0.1:1/")
MARKS = ("open", "blocked", "done", "stale", "failed", "skipped")


def shown(number, phase, team, assignee, mark, due, overdue, checked, verdict):
    item = Item(
        id=f"i{number}", title=f"Item {number}", phase=phase, team=team, check=CHECK if checked else None
    )
    found = CheckResult(verdict=verdict, reason="", at=1) if checked and verdict else None
    status = {"blocked": "open", "stale": "done"}.get(mark, mark)
    return ItemView(
        state=ItemState(item=item, status=status, assignee=assignee, check=found),
        mark=mark,
        blocked_by=("other",) if mark == "blocked" else (),
        due_at=due,
        overdue=overdue and due is not None and mark in ("open", "failed", "blocked"),
    )


PARTS = st.tuples(
    st.sampled_from(PHASES),
    st.sampled_from([None, "qa", "ops", "qa-mobile"]),
    st.sampled_from([None, "eva", "bob"]),
    st.sampled_from(MARKS),
    st.none() | st.integers(1, 50),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "ok", "bad", "unknown"]),
)
ITEMS = st.lists(PARTS, max_size=12).map(
    lambda parts: tuple(shown(number, *part) for number, part in enumerate(parts))
)


@given(ITEMS, st.sampled_from(PHASES))
def test_mine_is_all_of_mine_that_is_left_overdue_first_and_then_by_due(items, phase):
    own = mine(items, phase, "eva", ("qa",))
    left = {i.id for i in items if is_mine(i.state, "eva", ("qa",)) and i.mark not in ("done", "skipped")}
    assert sorted(i.id for i in own.all) == sorted(left), "each once, nobody else's"
    assert not any(i.mark == "blocked" for i in own.now)
    late = [i.overdue for i in own.now]
    assert late == sorted(late, reverse=True)
    present = [
        i for i in own.now if not i.overdue and PHASES.index(i.state.item.phase) <= PHASES.index(phase)
    ]
    for part in (present, own.waiting, [i for i in own.now if i.overdue]):
        due = [i.due_at if i.due_at is not None else 99 for i in part]
        assert due == sorted(due)


@given(ITEMS, st.sampled_from(PHASES))
def test_my_next_item_is_the_first_of_mine(items, phase):
    own = mine(items, phase, "eva", ("qa",)).now
    found = next_item(items, phase, "eva", ("qa",))
    if own and PHASES.index(own[0].state.item.phase) <= PHASES.index(phase):
        assert found == own[0]
    elif found is not None and found not in own:
        assert (found.state.assignee, found.state.item.team) == (None, None)
    assert found is not None or not own


def test_what_nobody_has_done_of_an_earlier_phase_comes_before_what_is_mine_later():
    forgotten = shown(1, "pre-launch", None, None, "open", None, False, False, None)
    later = shown(2, "post-launch", "qa", None, "open", None, False, False, None)
    assert next_item((forgotten, later), "launch", "eva", ("qa",)) == forgotten
    assert next_item((later,), "launch", "eva", ("qa",)) == later


@given(ITEMS)
def test_teams_share_out_all_items(items):
    teams = by_team(items)
    assert sum(team.total for team in teams) == len(items)
    assert sum(team.open for team in teams) == sum(i.mark not in ("done", "skipped") for i in items)
    assert [team.team for team in teams] == sorted(
        {i.state.item.team or "" for i in items}, key=lambda t: (not t, t)
    )


def find(items, text):
    meant = finder(
        parse(text),
        items,
        said=lambda i: i.state.item.title,
        mine=lambda i: is_mine(i.state, "eva", ("qa",)),
        me="eva",
    )
    return [item for item in items if meant(item)]


WORDS = st.sampled_from(
    [*(f"is:{s}" for s in STATES), "is:mine", "is:o", "item", "ITEM 1", "3", "is:", "@", "team:"]
)


@given(ITEMS, st.lists(WORDS, max_size=4), WORDS)
def test_a_further_word_never_finds_more(items, words, further):
    before = find(items, " ".join(words))
    after = find(items, " ".join([*words, further]))
    assert all(item in before for item in after)


@given(ITEMS, st.text(max_size=30))
def test_any_text_can_be_looked_for(items, text):
    assert set(map(id, find(items, text))) <= set(map(id, items))
    assert find(items, "") == list(items)


def test_what_was_written_is_read():
    assert parse("  Dns !Web team:QA @Eva is:open is: @ team: ! ") == Query(
        unwanted=("web",), words=("dns",), teams=("qa",), people=("eva",), states=("open",)
    )


QA, MOBILE, NONE = (
    shown(1, "launch", "qa", "eva", "open", 5, True, False, None),
    shown(2, "launch", "qa-mobile", None, "done", None, False, False, None),
    shown(3, "launch", None, "bob", "blocked", None, False, False, None),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("team:qa", [QA]),
        ("team:q", [QA, MOBILE]),
        ("team:qa team:qa-mobile", [QA, MOBILE]),
        ("team:-", [NONE]),
        ("@eva", [QA]),
        ("@me", [QA]),
        ("@b", [NONE]),
        ("@-", [MOBILE]),
        ("is:open", [QA, NONE]),
        ("is:done", [MOBILE]),
        ("is:blocked", [NONE]),
        ("is:overdue item", [QA]),
        ("is:mine", [QA]),
        ("is:nothing", []),
        ("item 2", [MOBILE]),
    ],
)
def test_a_filter_finds(text, found):
    assert find((QA, MOBILE, NONE), text) == found


def test_what_is_assigned_to_another_is_not_mine_though_my_team_owns_it():
    assert not is_mine(replace(QA.state, assignee="bob"), "eva", ("qa",))
    assert is_mine(replace(QA.state, assignee=None), "eva", ("qa",))
