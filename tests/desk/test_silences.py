"""Silences through the desk."""

import pytest

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.histories import LAUNCH, PEOPLE, definition


@pytest.fixture
def desk(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/journal.db")
    open_launch(store, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
    yield LocalDesk(store, Session(store, LAUNCH), PEOPLE["ops"])
    store.close()


def test_a_silence_can_be_made_longer_and_ended(desk):
    done = desk.perform(cmd.SilenceAlert(alert="slow", text="load test", seconds=60.0))
    assert done.message == "silenced slow for 1m"
    desk.perform(cmd.SilenceAlert(alert="slow", text="it takes longer", seconds=600.0))
    assert desk._session.state.silences["slow"].reason == "it takes longer"
    assert desk.perform(cmd.UnsilenceAlert(alert="slow")).message == "slow is heard again"
    assert not desk._session.state.silences["slow"].lasts(desk._session.clock())
    assert desk.perform(cmd.UnsilenceAlert(alert="slow")).already


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (cmd.SilenceAlert(alert="slwo", text="x", seconds=60.0), "there is no alert slwo"),
        (cmd.UnsilenceAlert(alert="slwo"), "there is no alert slwo"),
        (cmd.SilenceAlert(alert="slow", text=" ", seconds=60.0), "a silence"),
        (cmd.SilenceAlert(alert="slow", text="x", seconds=0.0), "above zero"),
        (cmd.SilenceAlert(alert="slow", text="x", seconds=8 * 86400.0), "at most 7d"),
    ],
)
def test_a_silence_needs_an_alert_a_reason_and_an_end(desk, command, said):
    with pytest.raises(BadInput, match=said):
        desk.perform(command)
