"""The database's primary dies in the midst of a launch and its standby is promoted."""

import pytest

from launchpad.desk import LocalDesk
from launchpad.errors import LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Identity
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.store.archive import verify_store
from tests.ssh.served import Served
from tests.support.cli import LAUNCH, PROGRAM, Cli, eventually
from tests.support.postgres import primary_and_standby
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.needs("ssh", "ssh-keygen", "tmux")]


def test_faces_seat_and_engine_go_on_behind_the_promoted_standby(tmp_path):
    with primary_and_standby() as standby:
        served = Served(Cli(tmp_path))
        served.cli.environ["LAUNCHPAD_STORE"] = standby.url_of_both
        text = served.text.replace('[sh, -c, "echo saved"]', '[sh, -c, "echo begins >> record; sleep 8"]')
        served.cli.define(text)
        try:
            served.serve()
            served.says("watching")
            _fail_over(served, standby)
        finally:
            served.close()


def _fail_over(served: Served, standby) -> None:
    store = open_store(standby.url_of_both)
    try:
        faces = [
            served.connect("bob", (120, 40)),
            *(_face(served, *words) for words in ((), ("--as", "ada"))),
        ]
        for face in faces:
            face.shows("3 on", seconds=60)
        faces[0].press("space")
        faces[1].shows(r"Code is frozen.* bob", seconds=60)
        run = _backed_up(store)
        record = served.cli.home / "record"
        eventually(record.exists, seconds=60)
        before = Session(store, LAUNCH).state.seq
        standby.primary.crash()
        for face in faces:
            face.shows("STORE AWAY", seconds=60)
        standby.promote()
        for face in faces:
            face.hides("STORE AWAY", seconds=90)
        served.cli("note", "after the failover", timeout=90)
        for face in faces:
            face.shows("after the failover", seconds=60)
        eventually(
            lambda: Session(store, LAUNCH).state.runs[run].status in ("succeeded", "interrupted"), seconds=90
        )
        assert record.read_text().split() == ["begins"]
        events = Session(store, LAUNCH).events
        assert verify_store(store, LAUNCH).seq == len(events) > before
        assert [e.actor for e in events if isinstance(e.event, ev.ItemTicked)] == ["bob"]
        assert sum(isinstance(e.event, ev.RunStarted) for e in events) == 1
        eventually(lambda: store.lease(LAUNCH) is not None, seconds=60)
    finally:
        store.close()


def _face(served: Served, *words: str) -> Terminal:
    face = Terminal(
        [str(PROGRAM), "attach", *words], size=(120, 40), environ=served.cli.environ, cwd=served.cli.home
    )
    served.terminals.append(face)
    return face


def _backed_up(store) -> str:
    """A backup that has been asked for and confirmed."""
    session = Session(store, LAUNCH)
    desk = LocalDesk(store, session, Identity(name="ada", role="operator"))
    run = desk.perform(cmd.RequestRun(action="backup")).subject.removeprefix("run:")
    digest = eventually(lambda: Session(store, LAUNCH).state.runs[run].digest, seconds=60)

    def confirmed() -> bool:
        try:
            session.refresh()
            desk.perform(cmd.ConfirmRun(run=run, digest=digest))
        except LaunchpadError:
            return False
        return True

    eventually(confirmed, seconds=60)
    return run
