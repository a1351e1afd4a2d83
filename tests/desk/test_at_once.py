"""Two people at the same item at the same instant."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import Conflict, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition, Item, Launch
from launchpad.model.journal import Draft
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.histories import LAUNCH, PEOPLE, definition, plan_of

ROUNDS = 50


@pytest.fixture
def desks(tmp_path):
    """Two desks, each with a store and a session of its own over one file."""
    url = f"sqlite:///{tmp_path}/journal.db"
    stores = [open_store(url), open_store(url)]
    items = tuple(Item(id=f"item-{n}", title="x") for n in range(ROUNDS))
    made = Definition(launch=Launch(product="p", version="1"), items=items, actions=definition().actions)
    opening = cmd.OpenLaunch(launch="l", definition=made)
    open_launch(stores[0], PEOPLE["lead"], opening)
    yield [
        LocalDesk(store, Session(store, "l"), PEOPLE[name])
        for store, name in zip(stores, ("eva", "ops"), strict=True)
    ]
    for store in stores:
        store.close()


def at_once(desks, commands):
    """What each desk answers, or raises, when all begin together."""
    start = threading.Barrier(len(desks))

    def act(desk, command):
        start.wait()
        try:
            return desk.perform(command)
        except Refused as refusal:
            return refusal

    with ThreadPoolExecutor(len(desks)) as pool:
        return list(pool.map(act, desks, commands))


@pytest.mark.parametrize("expect", [None, 0])
def test_one_event_and_the_other_is_told(desks, expect):
    for number in range(ROUNDS):
        tick = cmd.Tick(item=f"item-{number}", expect=expect)
        answers = at_once(desks, [tick, tick])
        wrote = [a for a in answers if not isinstance(a, Conflict) and not a.already]
        [other] = [a for a in answers if a not in wrote]
        assert len(wrote) == 1
        assert not isinstance(other, Conflict), "who wanted the same is told who did it"
        assert other.seq == wrote[0].seq
        assert "already" in other.message
    assert desks[0]._store.head("l").seq == 1 + ROUNDS


def test_opposite_wishes_are_a_conflict(desks):
    for number in range(ROUNDS):
        item = f"item-{number}"
        answers = at_once(desks, [cmd.Tick(item=item, expect=0), cmd.Fail(item=item, text="no", expect=0)])
        assert sum(isinstance(a, Conflict) for a in answers) == 1
        assert sum(not isinstance(a, Conflict) and not a.already for a in answers) == 1
    assert desks[0]._store.head("l").seq == 1 + ROUNDS


def test_a_comment_stands_in_nobodys_way(desks):
    for number in range(ROUNDS):
        item = f"item-{number}"
        answers = at_once(desks, [cmd.Tick(item=item, expect=0), cmd.Comment(item=item, text="hm")])
        assert not any(isinstance(a, Conflict) for a in answers)
    assert desks[0]._store.head("l").seq == 1 + 2 * ROUNDS


def test_a_launch_is_closed_once(desks):
    directors = [
        LocalDesk(d._store, d._session, PEOPLE[n]) for d, n in zip(desks, ("lead", "deputy"), strict=True)
    ]
    answers = at_once(directors, [cmd.CloseLaunch(outcome="success"), cmd.CloseLaunch(outcome="failed")])
    assert desks[0]._store.head("l").seq == 2
    assert sum(isinstance(a, Refused) for a in answers) == 1


def planned(desk, number):
    """A planned backup, requested at this desk."""
    run = f"backup-{number + 1}"
    desk.perform(cmd.RequestRun(action="backup"))
    plan = plan_of(definition(), desk._session.state.runs[run])
    event = ev.RunPlanned(run=run, plan=plan, digest="d", gate=None, expires_at=2**60)
    desk._store.append("l", [Draft(id=run, event=event, actor="engine", auth="engine")])
    return run


@pytest.mark.parametrize("other", [cmd.AbortRun, cmd.RejectRun])
def test_a_run_that_is_confirmed_and_stopped_at_once_folds(desks, other):
    eva, ops = desks
    opal = LocalDesk(eva._store, eva._session, PEOPLE["opal"])
    for number in range(ROUNDS // 5):
        run = planned(ops, number)
        at_once([ops, opal], [cmd.ConfirmRun(run=run, digest="d"), other(run=run)])
        eva._session.refresh()
        assert eva._session.state.anomalies == 0
        assert eva._session.state.runs[run].status in ("aborted", "rejected")


def test_two_aborts_are_one(desks):
    for number in range(ROUNDS // 5):
        run = planned(desks[1], number)
        answers = at_once(desks, [cmd.AbortRun(run=run), cmd.AbortRun(run=run)])
        assert sorted(answer.already for answer in answers) == [False, True]
        assert desks[0]._session.state.anomalies == 0


class Interrupted:
    """A store at which something happens just before the first call of one method."""

    def __init__(self, store, method, happens):
        self._store, self._method, self._happens = store, method, happens

    def __getattr__(self, name):
        if name == self._method:
            self._method = None
            self._happens()
        return getattr(self._store, name)


def test_only_the_lock_that_was_seen_is_released(room):
    """Between the look and the release it went to somebody whose lock this person may not release."""

    def passes_on():
        assert room.store.release_lock("site", "ops")
        room.does("lead", cmd.Lock(target="site", text="mine now", seconds=60.0))

    room.does("ops", cmd.Lock(target="site", text="mine", seconds=60.0))
    store = Interrupted(room.store, "release_lock", passes_on)
    with pytest.raises(Refused, match="takes a director"):
        LocalDesk(store, room.session, PEOPLE["ops"]).perform(cmd.Unlock(target="site"))
    assert [lock.owner for lock in room.store.locks()] == ["lead"]
    room.session.refresh()
    assert not any(getattr(r.event, "held", True) is False for r in room.session.events)


def test_a_yes_at_the_last_instant_keeps_the_launch_open(room):
    run, digest = room.planned("rollback")
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))

    def approves():
        room.does("opal", cmd.ApproveRun(run=run, digest=digest))

    store = Interrupted(room.store, "append", approves)
    with pytest.raises(Refused, match="rollback-1 is approved"):
        LocalDesk(store, Session(room.store, LAUNCH), PEOPLE["lead"]).perform(
            cmd.CloseLaunch(outcome="success")
        )
    assert room.state.open
