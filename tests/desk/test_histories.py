"""Whole launch days: whatever people and an engine do, the journal folds and the rules hold."""

import pytest

from launchpad.model.fold import Fold, fold
from launchpad.model.journal import verify
from launchpad.model.samples import Lease
from launchpad.model.values import SECOND
from launchpad.rules.objectives import Meter
from launchpad.rules.view import view
from launchpad.rules.view.mine import next_item
from tests.support.histories import LAUNCH, PEOPLE, LaunchDay

YEAR = 366 * 86400 * SECOND


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_a_made_up_day_keeps_the_rules(seed):
    with LaunchDay(seed) as day:
        day.live(150)
        events = day.store.read(LAUNCH)
        assert tuple(day.session.events) == events
        assert fold(events) == day.session.state
        assert verify(LAUNCH, day.store.rows(LAUNCH)).seq == len(events)
        every_prefix_can_be_seen(events, seed)


def every_prefix_can_be_seen(events, seed):
    builder = Fold()
    for length, event in enumerate(events, start=1):
        builder.apply(event)
        if length % 7 == seed % 7:
            assert builder.state == fold(events[:length])
        look_at(builder.state)


def look_at(state):
    """Nothing fails and nothing is green, whatever the clock says, while nothing is measured."""
    readings = Meter(state.definition).readings(state.at, trend=3)
    for left in (-1.0, 5.0):
        lease = Lease(launch=LAUNCH, holder="engine", epoch=1, expires_in=left)
        for now in (0, state.at - YEAR, state.at, state.at + YEAR):
            shown = view(state, readings, now, lease=lease)
            assert shown == view(state, readings, now, lease=lease)
            assert shown.health != "ok"
            assert shown.verdict != "GO" or state.phase == "pre-launch"
            for person in PEOPLE.values():
                next_item(shown.items, shown.state.phase, person.name, person.teams)
