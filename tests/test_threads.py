"""Waiting for threads that an interrupt kept from being seen to begin."""

import threading

from launchpad.threads import join


def test_one_that_only_begins_is_waited_for():
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(1), daemon=True)
    threading.Timer(0.05, thread.start).start()
    join(thread)
    assert done == [1]


def test_one_that_never_begins_is_not_waited_for_long():
    join(threading.Thread(target=lambda: None, daemon=True))
