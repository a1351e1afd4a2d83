import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.journal import Draft
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.histories import LAUNCH, PEOPLE, definition, plan_of

ENGINE = {"actor": "engine", "auth": "engine"}


class Room:
    """A launch on SQLite, its people and a stand-in for its engine."""

    def __init__(self, path):
        self.store = open_store(f"sqlite:///{path}/journal.db")
        open_launch(self.store, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
        self.session = Session(self.store, LAUNCH)
        self.written = 0

    def does(self, who, command):
        person = PEOPLE[who] if isinstance(who, str) else who
        return LocalDesk(self.store, self.session, person).perform(command)

    def engine(self, *events):
        for event in events:
            self.written += 1
            self.store.append(LAUNCH, [Draft(id=f"e{self.written}", event=event, **ENGINE)])
        self.session.refresh()

    @property
    def state(self):
        self.session.refresh()
        return self.session.state

    def refused(self, who, command, *, kind=Refused):
        """The sentence of a refusal that left no trace."""
        before = self.store.head(LAUNCH)
        with pytest.raises(kind) as caught:
            self.does(who, command)
        assert self.store.head(LAUNCH) == before
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300
        assert caught.value.hint or isinstance(caught.value, BadInput)
        return str(caught.value)

    def planned(self, action="deploy", who="ops", **of_plan):
        self.does(who, cmd.RequestRun(action=action))
        run = max(self.state.runs.values(), key=lambda r: r.seq)
        plan = replace(plan_of(definition(), run), **of_plan)
        self.engine(
            ev.RunPlanned(
                run=run.id, plan=plan, digest=plan.digest(), gate=None, expires_at=self.store.now() + 10**9
            )
        )
        return run.id, plan.digest()

    def approved(self):
        run, digest = self.planned("rollback")
        self.does("ops", cmd.ConfirmRun(run=run, digest=digest))
        self.does("opal", cmd.ApproveRun(run=run, digest=digest))
        return run, digest

    def running(self):
        run, digest = self.approved()
        self.engine(ev.RunStarted(run=run, epoch=1))
        return run, digest


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.store.close()
