"""Panels fit at every size, and keys that the face takes are nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding

from launchpad.model.keys import RESERVED_KEYS
from screens.keys import BINDINGS, VERB_OF
from screens.layout import PAGES, PANELS, REST, Need, arrange, tiny
from screens.widgets.listing import ListPanel

HEAD_AND_FOOT = 5
TABS = ("pre-launch", "launch", "post-launch", *PAGES)

sizes = st.tuples(st.integers(80, 400), st.integers(23, 200))
needs = st.builds(
    Need,
    objectives=st.integers(1, 200),
    conditions=st.integers(1, 60),
    rollouts=st.integers(0, 60),
    guards=st.integers(0, 60),
    teams=st.integers(0, 30),
)


@given(sizes, st.sampled_from(TABS), needs)
def test_everything_fits_and_the_page_is_there(size: tuple[int, int], tab: str, need: Need) -> None:
    width, height = size
    chosen = arrange(width, height, tab, None, need)
    body = height - HEAD_AND_FOOT - chosen.action
    columns = [chosen.left, chosen.right] if chosen.columns else [{**chosen.left, **chosen.right}]
    for column in columns:
        fixed = sum(column.values())
        flexible = [name for name, rows in column.items() if rows == REST]
        assert len(flexible) == 1, "something takes the rest, and no two argue about it"
        assert body - fixed >= 3, "and gets more than its heading"
    assert chosen.action >= 4
    main = tab if tab in PAGES else "checklist"
    assert main in {**chosen.left, **chosen.right}


@given(sizes, st.sampled_from(PANELS), needs)
def test_a_zoomed_panel_is_alone(size: tuple[int, int], panel: str, need: Need) -> None:
    chosen = arrange(*size, "launch", panel, need)
    shown = {**chosen.left, **chosen.right} | ({"action": REST} if chosen.action >= 0 else {})
    assert shown == {panel: REST}


@pytest.mark.parametrize(("size", "small"), [((80, 23), False), ((79, 23), True), ((80, 22), True)])
def test_below_80x23_there_are_no_panels(size: tuple[int, int], small: bool) -> None:
    assert tiny(*size) is small


def test_every_letter_that_the_face_takes_is_reserved() -> None:
    """Else an action of the definition could be given a key that never reaches it."""
    bound = [*BINDINGS, *(b for b in ListPanel.BINDINGS if isinstance(b, Binding))]
    letters = {key for b in bound for key in b.key.split(",") if len(key) == 1 and key.isalpha()}
    assert letters <= set(RESERVED_KEYS)


def test_bindings_can_be_remapped_and_know_their_verbs() -> None:
    ids = [binding.id for binding in BINDINGS]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    actions = {binding.action.partition("(")[0] for binding in BINDINGS}
    # These have no key of their own: an action's key, and what only the palette offers.
    assert set(VERB_OF) - actions == {
        "add",
        "break_glass",
        "call_poll",
        "close",
        "close_poll",
        "complete_rollout",
        "declare_incident",
        "fail",
        "hand_seat",
        "mentions_read",
        "lock",
        "redact",
        "report_note",
        "retract",
        "resume_rollout",
        "run",
        "silence",
        "slip",
        "smoke",
        "take_seat",
        "unlock",
        "unsilence",
        "veto",
    }
