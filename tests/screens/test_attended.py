"""When a face looks for garbage: while nobody types, and when there may be much of it."""

import gc
import weakref
from time import monotonic

import pytest

from screens.attended import Attended


class Cycle:
    def __init__(self):
        self.itself = self


@pytest.fixture
def lost():
    """Something old that nothing leads to any more, and that counting references does not find."""
    cycle = Cycle()
    gc.collect()
    gc.disable()
    seen = weakref.ref(cycle)
    del cycle
    yield seen
    gc.enable()


def searched(times):
    for _ in range(times):
        gc.collect(0)


def test_it_is_cleared_away_once_nobody_types(lost):
    face = Attended()
    face._opened = monotonic() - 60
    searched(20)
    assert lost() is not None
    face.tidy()
    assert lost() is None


def test_nothing_is_searched_while_somebody_types(lost):
    face = Attended()
    searched(20)
    face.tidy()
    face._used = monotonic()
    face.tidy()
    assert lost() is not None


def test_nothing_is_searched_where_there_is_little(lost):
    face = Attended()
    face._opened = monotonic() - 60
    face.tidy()
    assert lost() is not None
