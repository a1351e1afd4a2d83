"""All checks at once."""

import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import HttpProof, Item
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.histories import LAUNCH, PEOPLE, definition

CHECK = HttpProof(url="http://127.0.0.1:1/")
ITEMS = (
    Item(id="hand", title="By hand"),
    Item(id="free", title="Free", check=CHECK, team="qa"),
    Item(id="late", title="Late", check=CHECK, phase="launch", team="ops"),
    Item(id="held", title="Held", check=CHECK, needs=("hand",)),
    Item(id="out", title="Out", check=CHECK),
)


def test_what_can_run_is_asked_for_at_once_and_the_rest_is_counted(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/journal.db")
    made = replace(definition(), items=ITEMS, skips={"out": "not now"}, gates={}, actions={})
    open_launch(store, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=made))
    session = Session(store, LAUNCH)
    desk = LocalDesk(store, session, PEOPLE["eva"])
    done = desk.perform(cmd.RequestChecks(team="qa"))
    assert done.message == "asked for 1 check"
    done = desk.perform(cmd.RequestChecks())
    assert done.message == "asked for 1 check; 1 waits for what is needed first, 1 under way already"
    asked = [e.event.item for e in session.events if isinstance(e.event, ev.CheckRequested)]
    assert asked == ["free", "late"]
    again = desk.perform(cmd.RequestChecks())
    assert again.already
    assert again.seq == session.state.items["late"].check_requested
    for nothing in (cmd.RequestChecks(team="nobody"), cmd.RequestChecks(phase="post-launch")):
        with pytest.raises(Refused, match="no check to run"):
            desk.perform(nothing)
