"""A work beside others; waiting for threads that an interrupt kept from being seen to begin."""

import threading

import pytest

from launchpad.errors import Refused
from launchpad.threads import beside, join


def test_a_work_goes_on_while_nobody_waits_for_it():
    begun, go_on = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert go_on.wait(60)
        return "done"

    result = beside(work)
    assert begun.wait(60)
    go_on.set()
    assert result() == "done"
    assert result() == "done"


def test_what_it_raises_is_raised_where_it_is_waited_for():
    def work() -> None:
        raise Refused("no")

    result = beside(work)
    with pytest.raises(Refused, match="no"):
        result()


def test_one_that_only_begins_is_waited_for():
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(1), daemon=True)
    threading.Timer(0.05, thread.start).start()
    join(thread)
    assert done == [1]


def test_one_that_never_begins_is_not_waited_for_long():
    join(threading.Thread(target=lambda: None, daemon=True))
