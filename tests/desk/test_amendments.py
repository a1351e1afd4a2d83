"""Who may change the definition, when, and what is decided by it from then on."""

import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk
from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Action, Step
from launchpad.model.rollouts import RolloutReading
from launchpad.rules.seat import acting
from tests.support.histories import LAUNCH, PEOPLE, amended, definition, plan_of

MADE = definition()


def wish(after, base=MADE, text="we know more"):
    return cmd.Amend(definition=after, base=base.digest(), text=text)


def test_it_is_recorded_whole_with_its_digest_and_the_reason(room):
    after = amended()[1]
    done = room.does("lead", wish(after))
    recorded = room.session.events[-1]
    assert recorded.event == ev.LaunchAmended(
        definition=after, digest=after.digest(), base=MADE.digest(), format=1
    )
    assert (recorded.text, done.seq) == ("we know more", recorded.seq)
    assert done.message.startswith("amended removed item video")
    assert room.state.definition == after


def test_what_changes_nothing_or_was_decided_on_an_older_definition_is_refused(room):
    assert "nothing differs" in room.refused("lead", wish(MADE))
    room.refused("lead", wish(amended()[1], text=" "), kind=BadInput)
    room.does("lead", wish(amended()[1]))
    assert "was amended by lead since you read it" in room.refused("deputy", wish(amended()[3]))
    assert room.does("deputy", wish(amended()[1])).message == "lead has already amended it so"
    room.does("deputy", wish(amended()[3], base=amended()[1]))
    assert len(room.state.amendments) == 2


def test_another_launch_is_no_amendment(room):
    assert "its version is 2, not 1" in room.refused("lead", wish(amended()[-1]))


def test_what_a_run_under_way_uses_stays(room):
    run, _ = room.running()
    actions = {name: a for name, a in MADE.actions.items() if name not in ("rollback", "deploy")}
    gone = replace(MADE, actions=actions, gates={})
    assert f"{run} is running and uses action rollback" in room.refused("lead", wish(gone))
    without = replace(MADE, actions={}, providers={})
    sentence = room.refused("lead", wish(without))
    assert "action rollback" in sentence
    assert "provider site" in sentence


def test_what_a_step_of_a_rollout_under_way_uses_stays_and_all_else_may_change(room):
    reading = RolloutReading(status="rolling", percent=10.0)
    room.engine(ev.RolloutObserved(rollout="android", reading=reading, observed_at=1))
    room.does("ops", cmd.HaltRollout(rollout="android"))
    plan = replace(plan_of(MADE, room.state.runs["halt-1"]), gate="rollout:android")
    room.engine(
        ev.RunPlanned(run="halt-1", plan=plan, digest=plan.digest(), gate=None, expires_at=10**18),
        ev.RunConfirmed(run="halt-1", digest=plan.digest()),
        ev.RunStarted(run="halt-1", epoch=1),
    )
    gates = {"launch": MADE.gates["launch"]}
    without = replace(MADE, rollouts={}, gates=gates, actions={})
    assert "halt-1 is running and uses rollout android" in room.refused("lead", wish(without))
    room.does("lead", wish(amended()[2]))
    assert room.state.definition == amended()[2]


def test_what_a_run_with_a_smoke_test_uses_stays_and_all_else_may_change(room):
    steps = (Step(verb="rollback", provider="site"), Step(verb="smoke", provider="shop"))
    before = replace(MADE, actions={**MADE.actions, "rollback": Action(steps=steps, approvals=1)})
    room.does("lead", wish(before))
    room.does("ops", cmd.RequestRun(action="rollback"))
    plan = plan_of(before, room.state.runs["rollback-1"])
    room.engine(
        ev.RunPlanned(run="rollback-1", plan=plan, digest=plan.digest(), gate=None, expires_at=10**18)
    )
    room.does("ops", cmd.ConfirmRun(run="rollback-1", digest=plan.digest()))
    room.does("opal", cmd.ApproveRun(run="rollback-1", digest=plan.digest()))
    room.engine(ev.RunStarted(run="rollback-1", epoch=1))
    gone = replace(before, smoke={}, gates={}, actions={**before.actions, "deploy": MADE.actions["backup"]})
    assert "uses smoke test shop" in room.refused("lead", wish(gone, base=before))
    after = replace(before, alerts={})
    room.does("lead", wish(after, base=before))
    assert room.state.definition == after


def test_what_is_locked_asked_or_sat_in_stays(room):
    room.does("ops", cmd.Lock(target="db", text="restoring", seconds=60.0))
    without = replace(MADE, providers={"site": MADE.providers["site"]}, actions={}, gates={})
    assert "db is locked by ops" in room.refused("lead", wish(without))
    room.does("lead", cmd.CallPoll())
    mute = tuple(replace(operator, teams=("engineering",)) for operator in MADE.operators)
    assert "asks qa, and nobody would speak" in room.refused("lead", wish(replace(MADE, operators=mute)))
    room.does("lead", cmd.ClosePoll())
    room.does("lead", wish(replace(MADE, operators=mute)))
    room.does("lead", cmd.HandSeat(to="ops", text="I must sleep"))
    fewer = tuple(operator for operator in mute if operator.name != "ops")
    mine = wish(replace(MADE, operators=fewer), base=room.state.definition)
    assert "ops holds the director's seat" in room.refused("lead", mine)


class Late:
    """The store, at which an amendment arrives just before the first append."""

    def __init__(self, room):
        self._room = room
        self._wished = False

    def __getattr__(self, name):
        return getattr(self._room.store, name)

    def append(self, *args, **more):
        if not self._wished:
            self._wished = True
            self._room.does("lead", wish(amended()[1]))
        return self._room.store.append(*args, **more)


def test_what_was_decided_by_the_definition_before_is_decided_anew(room):
    """A tick and an amendment that takes its item away, at the same instant: the tick is refused."""
    late = LocalDesk(Late(room), room.session, PEOPLE["eva"])
    with pytest.raises(BadInput, match="there is no item video"):
        late.perform(cmd.Tick(item="video"))
    assert room.state.anomalies == 0


def test_a_lock_that_is_let_go_of_during_an_amendment_stands_in_the_journal(room):
    room.does("ops", cmd.Lock(target="site", text="careful", seconds=60))
    done = LocalDesk(Late(room), room.session, PEOPLE["ops"]).perform(cmd.Unlock(target="site"))
    assert done.message == "unlocked site"
    assert not room.store.locks(room.session.launch)
    last = room.store.read(LAUNCH)[-1]
    assert (last.kind, last.event.held) == ("lock.changed", False)


def test_authority_is_what_the_definition_gives_now(room):
    room.does("lead", wish(amended()[2]))
    assert acting(PEOPLE["opal"], room.state).role == "engineer"
    assert acting(PEOPLE["guest"], room.state).role == "viewer"
    assert acting(replace(PEOPLE["opal"], name="stranger"), room.state).role == "operator"
    assert "opal is engineer" in room.refused("opal", cmd.RequestRun(action="backup"))
    back = wish(replace(amended()[2], operators=MADE.operators[:-2]), base=amended()[2])
    room.does("lead", back)
    assert "eva is viewer" in room.refused("eva", cmd.WriteNote(text="hm"))
