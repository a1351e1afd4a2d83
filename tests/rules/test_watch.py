"""Watch windows after T-0."""

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold import fold
from launchpad.model.journal import Recorded
from launchpad.model.values import SECOND
from launchpad.rules.watch import watch_window
from tests.support.histories import LAUNCH, definition

T0 = 1_800_000_000
HOUR = 3600


def state(*events, of=None):
    """Folded from an opening and `(seconds after T-0, event)`."""
    opened = ev.LaunchOpened(definition=of or definition(), format=1)
    return fold(
        Recorded(
            launch=LAUNCH, seq=n, id=str(n), at=(T0 + second) * SECOND, actor="lead", auth="os", event=event
        )
        for n, (second, event) in enumerate([(-86400, opened), *events], start=1)
    )


def entered(second, phase="launch"):
    return second, ev.PhaseEntered(phase=phase)


def seen(made, second):
    window = watch_window(made, (T0 + second) * SECOND)
    return window and (window.number, window.name, window.ends_at // SECOND - T0, window.left)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (-1, None),  # entered ahead of time: the watch begins at T-0
        (0, (1, "first 15m", 900, 900.0)),
        (899, (1, "first 15m", 900, 1.0)),
        (900, (2, "first 1h", HOUR, 2700.0)),
        (HOUR, (3, "first 4h", 4 * HOUR, 3.0 * HOUR)),
        (4 * HOUR, (4, "first 1d", 24 * HOUR, 20.0 * HOUR)),
        (24 * HOUR, (5, "first 2d", 48 * HOUR, 24.0 * HOUR)),
        (48 * HOUR, (6, "first 7d", 168 * HOUR, 120.0 * HOUR)),
        (168 * HOUR, None),
    ],
)
def test_each_window_follows_the_one_before(second, expected):
    assert seen(state(entered(-300)), second) == expected


def test_before_anything_is_out_there_is_no_watch_even_after_t0():
    assert seen(state(), 600) is None
    assert seen(state(entered(-300), entered(-200, "pre-launch")), 600) is None


def test_who_launches_late_watches_from_then_on_and_the_next_phase_changes_nothing():
    late = (1, "first 15m", 2 * HOUR + 900, 900.0)
    assert seen(state(entered(2 * HOUR)), 2 * HOUR) == late
    assert seen(state(entered(2 * HOUR), entered(2 * HOUR, "post-launch")), 2 * HOUR) == late
    again = state(entered(0), entered(60, "pre-launch"), entered(2 * HOUR))
    assert seen(again, 2 * HOUR) == late


def test_without_a_t0_the_phase_begins_it_and_the_definition_says_how_long():
    made = definition()
    own = replace(made, launch=replace(made.launch, t0=None, watch=(60.0,)))
    assert seen(state(entered(5), of=own), 10) == (1, "first 1m", 65, 55.0)
    assert seen(state(entered(5), of=own), 65) is None
    none = replace(made, launch=replace(made.launch, watch=()))
    assert seen(state(entered(5), of=none), 10) is None


def test_a_closed_launch_is_watched_no_more():
    assert seen(state(entered(0), (9, ev.LaunchClosed(outcome="success"))), 10) is None
