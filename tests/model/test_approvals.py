"""Who must still approve: so many people, among them so many of a role or a team."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.approvals import ANYBODY, missing, told
from launchpad.model.definition import ROLES
from launchpad.model.state import Approval


def by(name, role="operator", *teams):
    return Approval(by=name, auth="key", at=1, role=role, teams=teams)


@pytest.mark.parametrize(
    ("count", "among", "given_by", "left"),
    [
        (0, {}, [], ""),
        (2, {}, [by("ops")], "1"),
        (1, {"director": 1}, [by("ops")], "1 director"),
        (1, {"director": 1}, [by("lead", "director")], ""),
        (2, {"director": 1, "qa": 1}, [], "1 director, 1 of qa"),
        (2, {"director": 1, "qa": 1}, [by("opal", "operator", "qa")], "1 director"),
        (2, {"director": 1, "qa": 1}, [by("lead", "director", "qa")], "1 of qa"),
        (2, {"director": 1, "qa": 1}, [by("lead", "director", "qa"), by("opal", "operator", "qa")], ""),
        (3, {"qa": 1}, [by("ops")], "1 of qa, 1 more"),
        (1, {"operator": 1}, [by("lead", "director")], ""),
        (1, {"qa": 2}, [], "2 of qa"),
    ],
)
def test_what_is_missing_in_words(count, among, given_by, left):
    assert told(missing(count, among, given_by)) == left


people = st.builds(
    by,
    st.just("x"),
    st.sampled_from(["operator", "director"]),
    *[st.sampled_from(["qa", "legal", "ops"])] * 2,
)
needs = st.dictionaries(
    st.sampled_from(["operator", "director", "qa", "legal"]), st.integers(1, 2), max_size=3
)


@given(st.integers(0, 3), needs, st.lists(people, max_size=3))
def test_as_many_needs_are_met_as_can_be(count, among, given_by):
    """Held against trying every order."""
    wanted = [name for name, n in among.items() for _ in range(n)]
    wanted += [ANYBODY] * max(0, count - len(wanted))

    def meets(person, need):
        if need in ROLES:
            return ROLES.index(person.role) >= ROLES.index(need)
        return need == ANYBODY or need in person.teams

    slots = [*wanted, *[None] * len(given_by)]
    best = max(
        sum(need is not None and meets(person, need) for person, need in zip(given_by, order, strict=True))
        for order in permutations(slots, len(given_by))
    )
    assert len(missing(count, among, given_by)) == len(wanted) - best
