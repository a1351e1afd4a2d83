"""What processes of a version have locked whose locks held in the whole store, seen after an update."""

import time

import pytest

from launchpad.errors import Refused
from launchpad.testing.drafts import note, opening
from launchpad.testing.journal_behaviour import LAUNCH

HOUR = 3_600_000_000


class OlderLocks:
    """For the tests of each database, which brings `opened`, `url` and `execute`."""

    def older(self, url, owner):
        until = time.time_ns() // 1000 + HOUR
        self.execute(url, f"INSERT INTO lp_lock VALUES ('shop', '{owner}', 'rolled back', {until}, {HOUR})")

    def left(self, two):
        return [(lock.target, lock.owner) for lock in two.locks("staging")]

    @pytest.fixture
    def two(self, url, opened):
        store = opened(url)
        store.append(LAUNCH, [opening()])
        store.append("staging", [opening(environment="staging")])
        return store

    def test_an_older_lock_holds_in_every_launch(self, two, url):
        self.older(url, "ada")
        for launch in (LAUNCH, "staging"):
            [lock] = two.locks(launch)
            assert (lock.target, lock.owner, lock.reason) == ("shop", "ada", "rolled back")
            assert 3500 < lock.expires_in <= 3600
            with pytest.raises(Refused, match="locked by ada: rolled back"):
                two.take_lock(launch, "shop", "bo", "deploying", 60)

    def test_it_is_released_in_any_launch(self, two, url):
        self.older(url, "ada")
        assert not two.release_lock("staging", "shop", "bo")
        assert two.release_lock("staging", "shop", "ada")
        assert two.locks(LAUNCH) == ()
        self.older(url, "ada")
        two.append(LAUNCH, [note("unlocked")], releases=("shop", "ada"))
        assert self.left(two) == []

    @pytest.mark.parametrize(("owner", "over"), [("ada", ""), ("bo", "ada")], ids=["renewed", "passed on"])
    def test_what_takes_it_holds_it_for_its_own_launches(self, two, url, owner, over):
        self.older(url, "ada")
        two.take_lock(LAUNCH, "shop", owner, "deploying", 60, over=over)
        assert self.left(two) == []
        assert [lock.owner for lock in two.locks(LAUNCH)] == [owner]
