"""What an item is at a given moment."""

import pytest
from msgspec.structs import replace

from launchpad.model.definition import HttpProof, Item
from launchpad.model.state import CheckResult, ItemState
from launchpad.model.values import SECOND
from launchpad.rules.items import blocked_by

NOW = 1_800_000_000 * SECOND
PAGE = Item(id="page", title="It answers", check=HttpProof(url="http://127.0.0.1:1/", valid_for=900.0))
LAST = ItemState(item=Item(id="last", title="Last", needs=("page", "gone")))


def page(status, age):
    passed = NOW - age * SECOND
    return ItemState(
        item=PAGE, status=status, check=CheckResult(verdict="ok", reason="", at=passed), proved_at=passed
    )


@pytest.mark.parametrize(
    ("needed", "blocked"),
    [
        (page("done", 60), ()),
        (page("done", 901), ("page",)),
        (page("done", -2), ()),
        (page("done", -60), ("page",)),
        (page("open", 60), ("page",)),
        (page("failed", 60), ("page",)),
        (page("skipped", 5000), ()),
    ],
)
def test_what_has_grown_stale_is_needed_again(needed, blocked):
    assert blocked_by(LAST, {"page": needed}, NOW) == blocked


def test_needing_nothing_blocks_nothing():
    assert blocked_by(replace(LAST, item=PAGE), {}, NOW) == ()
