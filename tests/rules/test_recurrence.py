"""Items that have to be done again and again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.definition import Item
from launchpad.model.state import ItemState, Occurrence
from launchpad.model.values import SECOND
from launchpad.rules.items import at_present, wants_evidence
from launchpad.rules.recurrence import recurrence

T0 = 1_800_000_000 * SECOND
MINUTE = 60 * SECOND
SMOKE = Item(id="smoke", title="Smoke", due=1800.0, every=1800.0, until=14400.0)


def smoke(*numbers, status="done"):
    done = tuple(Occurrence(number=n, at=T0, by="eva") for n in numbers)
    return ItemState(item=SMOKE, status=status if numbers else "open", occurrences=done)


def stands(item, minute):
    """Status, current occurrence, done, missed, and when the next one is due, in minutes after T-0."""
    now = T0 + minute * MINUTE
    again = recurrence(item, T0, now)
    due = (again.due_at - T0) / MINUTE
    return at_present(item, T0, now).status, again.current, again.done, again.missed, due


@pytest.mark.parametrize(
    ("done", "minute", "expected"),
    [
        ((), -60, ("open", 0, 0, 0, 30)),
        ((0,), 10, ("done", 0, 1, 0, 60)),  # early
        ((0,), 59, ("done", 0, 1, 0, 60)),
        ((0,), 60, ("open", 1, 1, 0, 60)),
        ((0,), 89, ("open", 1, 1, 0, 60)),  # overdue since then
        ((0,), 91, ("open", 2, 1, 1, 60)),
        ((0, 2), 91, ("done", 2, 2, 1, 120)),
        ((0, 1, 2, 3, 4, 5, 6), 240, ("open", 7, 7, 0, 240)),
        ((0, 1, 2, 3, 4, 5, 6, 7), 240, ("done", 7, 8, 0, 240)),
        ((7,), 9999, ("done", 7, 1, 7, 240)),
    ],
)
def test_it_opens_when_it_is_due_again(done, minute, expected):
    assert stands(smoke(*done), minute) == expected
    assert SMOKE.occurrences == 8


def test_what_was_done_stays_done_when_t0_moves():
    ahead = smoke(0, 1, 2)
    assert stands(ahead, 60) == ("done", 1, 3, 0, 120)
    assert not recurrence(smoke(*range(8)), T0, T0 + 999 * MINUTE).comes_again


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_what_was_left_out_or_failed_waits_for_a_person(status):
    assert stands(smoke(0, status=status), 60)[0] == status


def test_without_a_t0_it_is_done_once():
    assert recurrence(smoke(0), None, T0) is None
    assert at_present(smoke(0), None, T0 + 999 * MINUTE).status == "done"


def test_each_occurrence_wants_evidence_of_its_own():
    proved = {"evidence": ("seen",)}
    once, again = ({"id": "a", "title": "A", "evidence": "required", "every": e} for e in (None, 60.0))
    assert not wants_evidence(ItemState(item=Item(**once), **proved))
    assert wants_evidence(ItemState(item=Item(**again), **proved))


@given(
    st.integers(-7200, 7200),
    st.integers(60, 7200),
    st.integers(0, 20000),
    st.sets(st.integers(0, 30)),
    st.integers(-9000, 50000),
)
def test_the_count_adds_up(due, every, span, numbers, second):
    item = Item(id="a", title="A", due=float(due), every=float(every), until=float(due + span))
    kept = tuple(Occurrence(number=n, at=T0, by="eva") for n in numbers if n < item.occurrences)
    again = recurrence(ItemState(item=item, status="done", occurrences=kept), T0, T0 + second * SECOND)
    assert 0 <= again.current < again.of == span // every + 1
    assert 0 <= again.missed <= again.current
    assert again.done == len(kept)
    before = sum(n.number < again.current for n in kept)
    assert again.missed + before == again.current
    first, last = T0 + due * SECOND, T0 + (due + span) * SECOND
    assert first <= again.due_at <= last
    if again.current:
        assert first + again.current * every * SECOND <= T0 + second * SECOND
