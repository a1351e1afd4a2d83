"""Waiting for a machine at rest: it ends, soon where nothing is late, at its limit where all is."""

import time

from tests.support.rest import until_at_rest


def test_a_second_try_waits_no_longer_than_it_may():
    began = time.monotonic()
    until_at_rest(quiet=60, at_most=0.2)
    assert time.monotonic() - began < 60


def test_where_naps_end_in_time_it_ends_once_it_was_quiet_for_long_enough():
    began = time.monotonic()
    until_at_rest(quiet=0.2)
    assert time.monotonic() - began >= 0.2
