"""Two people at the same item at the same instant."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import Conflict, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition, Item, Launch
from launchpad.model.journal import Draft
from launchpad.model.rollouts import RolloutReading
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
        assert room.store.release_lock(room.session.launch, "site", "ops")
        room.does("lead", cmd.Lock(target="site", text="mine now", seconds=60.0))

    room.does("ops", cmd.Lock(target="site", text="mine", seconds=60.0))
    store = Interrupted(room.store, "append", passes_on)
    with pytest.raises(Refused, match="takes a director"):
        LocalDesk(store, room.session, PEOPLE["ops"]).perform(cmd.Unlock(target="site"))
    assert [lock.owner for lock in room.store.locks(room.session.launch)] == ["lead"]
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


def overtaken(room, who, command, *events, by="lead"):
    """Performs a command while these happen between its decision and its record."""

    def happens():
        drafts = [Draft(id=f"{n}", event=e, actor=by, auth="os", text="x") for n, e in enumerate(events)]
        room.store.append(LAUNCH, drafts)

    store = Interrupted(room.store, "append", happens)
    return LocalDesk(store, Session(room.store, LAUNCH), PEOPLE[who]).perform(command)


def amending(room, **parts):
    before = room.state.definition
    return cmd.Amend(definition=replace(before, **parts), base=before.digest(), text="we know more")


def rolling(percent=10.0, status="rolling"):
    reading = RolloutReading(status=status, percent=percent)
    return ev.RolloutObserved(rollout="android", reading=reading, observed_at=1)


def test_what_a_run_that_starts_at_the_same_instant_uses_is_not_taken_away(room):
    run, _ = room.approved()
    actions = {name: a for name, a in room.state.definition.actions.items() if name == "backup"}
    wish = amending(room, actions=actions, gates={})
    with pytest.raises(Refused, match=f"{run} is running and uses action rollback"):
        overtaken(room, "lead", wish, ev.RunStarted(run=run, epoch=1), by="engine")


def test_whom_a_roll_that_is_called_at_the_same_instant_asks_is_not_silenced(room):
    crew = tuple(replace(operator, teams=("engineering",)) for operator in room.state.definition.operators)
    with pytest.raises(Refused, match="asks qa, and nobody would speak"):
        overtaken(room, "lead", amending(room, operators=crew), ev.PollCalled(teams=("qa",)))


def test_who_is_given_the_seat_at_the_same_instant_is_not_taken_out(room):
    crew = tuple(operator for operator in room.state.definition.operators if operator.name != "ops")
    with pytest.raises(Refused, match="ops holds the director's seat"):
        overtaken(room, "lead", amending(room, operators=crew), ev.SeatTaken(holder="ops"))


def test_nothing_is_marked_of_a_release_that_is_taken_back_at_the_same_instant(room):
    room.does("lead", cmd.EnterPhase(phase="launch", override="we must"))
    mark = cmd.MarkCriterion(criterion="lost-orders", met=True)
    with pytest.raises(Refused, match="nothing is out yet"):
        overtaken(room, "eva", mark, ev.PhaseEntered(phase="pre-launch"))


def test_who_has_an_alert_a_moment_before_it_is_declared_keeps_it(room):
    room.engine(ev.AlertChanged(alert="slow", status="firing", severity="medium", value=4.0, n=9))
    overtaken(room, "eva", cmd.DeclareIncident(alert="slow"), ev.AlertAcknowledged(alert="slow"), by="ops")
    assert room.state.alerts["slow"].acknowledged_by == "ops"
    assert list(room.state.incidents) == ["incident-1"]


def test_a_silence_that_is_ended_at_the_same_instant_is_ended_once(room):
    room.does("ops", cmd.SilenceAlert(alert="slow", text="load test", seconds=600.0))
    done = overtaken(room, "eva", cmd.UnsilenceAlert(alert="slow"), ev.AlertUnsilenced(alert="slow"))
    assert done.already
    assert room.state.anomalies == 0


def test_a_phase_is_not_entered_past_a_hold_of_the_same_instant(room):
    entered = cmd.EnterPhase(phase="launch", override="")
    room.does("lead", amending(room, gates={}, actions={}, rollouts={}))
    with pytest.raises(Refused, match="lead holds the countdown"):
        overtaken(room, "deputy", entered, ev.CountdownHeld())


def test_no_answer_is_taken_once_the_roll_is_closed(room):
    room.does("lead", cmd.CallPoll())
    with pytest.raises(Refused, match="has closed the roll"):
        overtaken(room, "eva", cmd.AnswerPoll(answer="go"), ev.PollClosed())
    assert not room.state.poll.votes


def test_an_answer_to_an_answer_that_was_not_seen_is_a_conflict(room):
    room.does("lead", cmd.CallPoll())
    answer = cmd.AnswerPoll(answer="go", expect=0)
    with pytest.raises(Conflict):
        overtaken(room, "eva", answer, ev.PollAnswered(team="qa", answer="no-go"), by="opal")
    assert room.state.poll.votes["qa"].answer == "no-go"


def test_a_rollout_that_is_halted_at_the_same_instant_is_not_bumped(room):
    room.engine(rolling())
    with pytest.raises(Refused, match="halted at 10% and can't be bumped"):
        overtaken(room, "ops", cmd.BumpRollout(rollout="android"), rolling(status="halted"), by="engine")
    assert not room.state.runs


def test_a_halt_does_not_abort_what_ends_at_the_same_instant(room):
    room.engine(rolling())
    room.does("ops", cmd.BumpRollout(rollout="android"))
    overtaken(
        room, "eva", cmd.HaltRollout(rollout="android"), ev.RunRefused(run="bump-1", reason="no"), by="engine"
    )
    assert room.state.runs["halt-1"].status == "requested"
    assert room.state.anomalies == 0


def test_an_item_that_is_added_at_the_same_instant_keeps_its_id(room):
    added = ev.ItemAdded(item="call-the-bank", added=Item(id="call-the-bank", title="Call the bank"))
    overtaken(room, "eva", cmd.AddItem(title="Call the bank"), added)
    assert {"call-the-bank", "call-the-bank-2"} <= room.state.items.keys()
    assert room.state.anomalies == 0
