"""Every verb, for every role and every state: done, or refused in one line that says what to do."""

import pytest
from msgspec.structs import replace

from launchpad.desk import MINIMUM, LocalDesk, allows, open_launch
from launchpad.desk.desk import AFTERWARDS
from launchpad.desk.verbs import VERBS as PERFORMED
from launchpad.errors import BadInput, Conflict, LaunchpadError, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import VERBS, Identity
from launchpad.model.definition import ROLES, Step
from launchpad.model.lifecycles import ITEM
from launchpad.model.rollouts import RolloutReading
from launchpad.rules.locks import going_back, run_owner
from tests.support.histories import LAUNCH, PEOPLE, amended, definition, plan_of

ONE_OF_EACH = {
    "open": cmd.OpenLaunch(launch=LAUNCH, definition=definition()),
    "close": cmd.CloseLaunch(outcome="success"),
    "phase": cmd.EnterPhase(phase="launch", override="we must"),
    "hold": cmd.HoldCountdown(text="wait"),
    "resume": cmd.ResumeCountdown(),
    "slip": cmd.SlipCountdown(seconds=600.0),
    "tick": cmd.Tick(item="dns"),
    "untick": cmd.Untick(item="video"),
    "fail": cmd.Fail(item="dns", text="no"),
    "skip": cmd.Skip(item="watch", text="no"),
    "assign": cmd.Assign(item="dns", assignee="eva"),
    "comment": cmd.Comment(item="dns", text="hm"),
    "evidence": cmd.AddEvidence(item="dns", text="hm"),
    "check": cmd.RequestCheck(item="page"),
    "smoke": cmd.RunSmoke(suite="shop"),
    "note": cmd.WriteNote(text="hm"),
    "ack": cmd.Acknowledge(alert="slow"),
    "request": cmd.RequestRun(action="backup"),
    "confirm": cmd.ConfirmRun(run="rollback-1", digest=""),
    "approve": cmd.ApproveRun(run="rollback-1", digest=""),
    "reject": cmd.RejectRun(run="rollback-1"),
    "retract": cmd.RetractRun(run="rollback-1"),
    "abort": cmd.AbortRun(run="rollback-1"),
    "resolve": cmd.ResolveRun(run="rollback-1", resolution="retry"),
    "lock": cmd.Lock(target="site", text="mine", seconds=60.0),
    "unlock": cmd.Unlock(target="db"),
    "redact": cmd.Redact(seq=2, text="a secret"),
    "accept-loss": cmd.AcceptLoss(head="5f" * 32, text="the primary died"),
    "poll-call": cmd.CallPoll(text="T-1h"),
    "poll-answer": cmd.AnswerPoll(answer="go"),
    "poll-close": cmd.ClosePoll(),
    "seat-take": cmd.TakeSeat(text="lead is gone"),
    "add": cmd.AddItem(title="Call the bank"),
    "break-glass": cmd.BreakGlass(run="rollback-1", digest="", text="nobody is awake"),
    "seat-hand": cmd.HandSeat(to="ops", text="I must sleep"),
    "silence": cmd.SilenceAlert(alert="slow", text="load test", seconds=600.0),
    "unsilence": cmd.UnsilenceAlert(alert="slow"),
    "report-note": cmd.NoteForReport(section="lesson", text="deploy earlier in the day"),
    "channel-test": cmd.RecordChannelTest(channel="slack", to="slack", outcome="confirmed"),
    "criterion": cmd.MarkCriterion(criterion="lost-orders", met=True, text="three of them"),
    "amend": cmd.Amend(definition=amended()[1], base=definition().digest(), text="a new URL"),
    "incident-declare": cmd.DeclareIncident(text="cards fail", severity="critical"),
    "incident-update": cmd.UpdateIncident(text="looking"),
    "incident-command": cmd.CommandIncident(),
    "incident-task": cmd.AddIncidentTask(text="call the bank"),
    "incident-done": cmd.FinishIncidentTask(task=1),
    "incident-mitigate": cmd.MitigateIncident(text="rolling back"),
    "incident-resolve": cmd.ResolveIncident(text="a bad index"),
    "incident-review": cmd.ReviewIncident(text="test the index"),
    "mentions-read": cmd.ReadMentions(upto=1),
    "bump": cmd.BumpRollout(rollout="android"),
    "halt": cmd.HaltRollout(rollout="android"),
    "rollout-resume": cmd.ResumeRollout(rollout="android"),
    "rollout-complete": cmd.CompleteRollout(rollout="android"),
    "veto": cmd.VetoRollout(rollout="android", text="not yet"),
    "check-all": cmd.RequestChecks(),
}


FIRST = {"unsilence": "silence", "criterion": "phase"}
"""Verb → what must have been done before."""


def test_every_command_has_a_verb_a_role_and_somebody_who_performs_it():
    assert set(VERBS) == set(MINIMUM) == set(ONE_OF_EACH)
    assert set(PERFORMED) == set(VERBS.values())


def prepared(room, verb, who):
    """The room and a command such that nothing but the role can be in the way of the verb."""
    command = ONE_OF_EACH[verb]
    mine = who if allows(who.role, MINIMUM[verb]) else "lead"
    if verb in FIRST:
        room.does("lead", ONE_OF_EACH[FIRST[verb]])
    match verb:
        case "resume":
            room.does("lead", cmd.HoldCountdown(text="wait"))
        case "untick":
            room.does("lead", cmd.Tick(item="video"))
        case "poll-answer" | "poll-close":
            room.does("lead", cmd.CallPoll())
        case "ack":
            room.engine(ev.AlertChanged(alert="slow", status="firing", severity="high", value=4.0, n=9))
        case "confirm":
            run, digest = room.planned("rollback", mine)
            command = cmd.ConfirmRun(run=run, digest=digest)
        case "approve" | "break-glass":
            run, digest = room.planned("rollback", "lead")
            room.does("lead", cmd.ConfirmRun(run=run, digest=digest))
            command = replace(command, run=run, digest=digest)
        case "retract":
            room.planned("rollback", mine)
        case "reject" | "abort":
            room.planned("rollback", "lead")
        case "resolve":
            run, _ = room.running()
            room.engine(ev.RunInterrupted(run=run, reason="lost"))
        case "unlock":
            room.does(mine, cmd.Lock(target="db", text="mine", seconds=60.0))
    prepare_incident(room, verb, mine)
    prepare_rollout(room, verb)
    prepare_note(room, verb)
    return command


def prepare_note(room, verb):
    """A text that can be removed."""
    if verb == "redact":
        room.does("eva", cmd.WriteNote(text="hunter2"))


def prepare_rollout(room, verb):
    """A rollout that has been seen, such that the verb has something to do."""
    if verb in ("bump", "halt", "rollout-resume", "rollout-complete", "veto"):
        status = "halted" if verb == "rollout-resume" else "rolling"
        reading = RolloutReading(status=status, percent=10.0)
        room.engine(ev.RolloutObserved(rollout="android", reading=reading, observed_at=1))


def prepare_incident(room, verb, mine):
    """An incident such that nothing but the role can be in the way of the verb."""
    if verb.startswith("incident-") and verb != "incident-declare":
        room.does("eva", ONE_OF_EACH["incident-declare"])
    match verb:
        case "incident-done":
            room.does("eva", ONE_OF_EACH["incident-task"])
        case "incident-resolve":
            room.does(mine, cmd.CommandIncident())
        case "incident-review":
            room.does(mine, cmd.CommandIncident())
            room.does(mine, ONE_OF_EACH["incident-resolve"])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", MINIMUM)
def test_every_verb_for_every_role(room, verb, role):
    who = Identity(name=f"a-{role}", role=role, teams=("qa",))
    command = prepared(room, verb, who)
    if not allows(role, MINIMUM[verb]):
        sentence = room.refused(who, command)
        assert MINIMUM[verb] in sentence
        assert role in sentence
        assert not LocalDesk(room.store, room.session, who).may(verb)
        return
    done = room.does(who, command)
    # A director has the seat already.
    assert done.already == (verb == "open" or (verb, role) == ("seat-take", "director"))
    assert "\n" not in done.message


# Items

COMMANDS = {
    "item.ticked": cmd.Tick(item="video"),
    "item.reopened": cmd.Untick(item="video"),
    "item.failed": cmd.Fail(item="video", text="no"),
    "item.skipped": cmd.Skip(item="video", text="no"),
}
BEFORE = {"open": None, "done": "item.ticked", "failed": "item.failed", "skipped": "item.skipped"}
AGAIN = {("open", "item.reopened"), ("done", "item.ticked"), ("skipped", "item.skipped")}


@pytest.mark.parametrize("status", BEFORE)
@pytest.mark.parametrize("kind", COMMANDS)
def test_every_cell_of_an_items_life(room, status, kind):
    if BEFORE[status]:
        room.does("eva", COMMANDS[BEFORE[status]])
    before = room.state.items["video"]
    if (status, kind) in AGAIN:
        done = room.does("lead", COMMANDS[kind])
        assert done.already
        assert done.seq == before.seq
        assert status == "open" or "eva" in done.message
    elif (status, kind) in ITEM:
        assert not room.does("lead", COMMANDS[kind]).already
    else:
        assert status in room.refused("lead", COMMANDS[kind])
    assert room.state.items["video"].status == ITEM.get((status, kind), status)
    assert room.state.anomalies == 0


def test_an_item_waits_for_what_it_needs_and_for_evidence(room):
    assert "dns" in room.refused("eva", cmd.Tick(item="legal", evidence="signed"))
    room.does("eva", cmd.Tick(item="dns"))
    assert "evidence" in room.refused("eva", cmd.Tick(item="legal", evidence=" \x1b[0m "))
    room.does("eva", cmd.AddEvidence(item="legal", text="signed"))
    room.does("eva", cmd.Tick(item="legal"))


def test_only_a_director_skips_what_is_required(room):
    assert "director" in room.refused("ops", cmd.Skip(item="dns", text="no time"))
    assert room.refused("lead", cmd.Skip(item="dns", text=" "), kind=BadInput)
    room.does("lead", cmd.Skip(item="dns", text="no time"))
    assert room.state.items["dns"].reason == "no time"


def test_what_a_check_proves_no_hand_ticks_but_a_skip_is_taken_back(room):
    for command in (cmd.Tick(item="page"), cmd.Fail(item="page", text="no")):
        assert "check" in room.refused("lead", command)
    room.does("lead", cmd.Skip(item="page", text="not reachable from here"))
    room.does("lead", cmd.Untick(item="page"))
    assert room.state.items["page"].status == "open"


def test_a_check_is_asked_for_once(room):
    assert not room.does("eva", cmd.RequestCheck(item="page")).already
    assert room.does("lead", cmd.RequestCheck(item="page")).already
    room.engine(ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=room.store.now()))
    assert not room.does("lead", cmd.RequestCheck(item="page")).already


def test_what_changed_since_it_was_seen_is_a_conflict(room):
    seen = room.state.items["dns"].seq
    room.does("eva", cmd.Assign(item="dns", assignee="eva"))
    for command in (cmd.Tick(item="dns", expect=seen), cmd.Skip(item="dns", text="x", expect=seen)):
        assert "item:dns" in room.refused("lead", command, kind=Conflict)
    room.does("eva", cmd.Comment(item="dns", text="a remark collides with nothing"))
    room.does("lead", cmd.Tick(item="dns", expect=room.state.items["dns"].seq))


@pytest.mark.parametrize(
    "command",
    [
        cmd.Tick(item="\x1b[2Jnothing"),
        cmd.Assign(item="dns", assignee="stranger"),
        cmd.Comment(item="dns", text="\x1b[31m\n "),
        cmd.WriteNote(text="x" * 4001),
        cmd.Acknowledge(alert="nothing"),
        cmd.RequestRun(action="nothing"),
        cmd.RequestRun(action="deploy", params={"\ud800": "x"}),
        cmd.RequestRun(action="deploy", params={"a": "x" * 201}),
        cmd.RequestRun(action="deploy", params={"a": "x\ny"}),
        cmd.RequestRun(action="deploy", params={"a": "\x1b[2Jx"}),
        cmd.ApproveRun(run="nothing-1", digest=""),
        cmd.Lock(target="nowhere", text="x", seconds=1.0),
        cmd.Lock(target="site", text="x", seconds=0.0),
        cmd.Redact(seq=0, text="x"),
        cmd.Redact(seq=99, text="x"),
        cmd.AcceptLoss(head="5f1c", text="x"),
        cmd.Redact(seq=1, text="the wrong number"),
        cmd.OpenLaunch(launch="another", definition=definition()),
    ],
)
def test_what_does_not_exist_or_can_not_be_kept_is_bad_input(room, command):
    room.refused("lead", command, kind=BadInput)


# Runs


def test_a_run_goes_its_way(room):
    run, digest = room.planned()
    assert "director" in room.refused("ops", cmd.ConfirmRun(run=run, digest=digest, override="must"))
    assert "NO-GO" in room.refused("ops", cmd.ConfirmRun(run=run, digest=digest))
    room.does("ops", cmd.RetractRun(run=run))
    run, digest = room.planned(who="lead")
    assert run == "deploy-2"
    room.does("lead", cmd.ConfirmRun(run=run, digest=digest, override="it must be"))
    assert room.state.runs[run].overridden_by == "lead"
    assert room.state.runs[run].override_reason == "it must be"
    room.does("opal", cmd.ApproveRun(run=run, digest=digest))
    assert room.state.runs[run].status == "approved"


def test_who_may_not_approve(room):
    run, digest = room.planned("rollback")
    assert "not confirmed" in room.refused("opal", cmd.ApproveRun(run=run, digest=digest))
    assert "requested" in room.refused("opal", cmd.ConfirmRun(run=run, digest=digest))
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert "yourself" in room.refused("ops", cmd.ApproveRun(run=run, digest=digest))
    assert "--as" in room.refused("claimed", cmd.ApproveRun(run=run, digest=digest))
    assert digest in room.refused("opal", cmd.ApproveRun(run=run, digest="older"))
    assert "engineer" in room.refused("eva", cmd.ApproveRun(run=run, digest=digest))
    room.does("opal", cmd.ApproveRun(run=run, digest=digest))


def test_who_asks_as_somebody_else_does_not_approve_as_themselves(room):
    run, digest = room.planned("rollback", "claimed")
    assert "--as" in room.refused("claimed", cmd.ConfirmRun(run=run, digest=digest))
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert room.session.view().run.waits_for == "1 approval by others than claimed and ops"
    assert "confirmed" in room.refused("ops", cmd.ApproveRun(run=run, digest=digest))
    real = Identity(name="claimed", role="director")
    assert "requested" in room.refused(real, cmd.ApproveRun(run=run, digest=digest))
    room.does("opal", cmd.ApproveRun(run=run, digest=digest))
    assert room.state.runs[run].status == "approved"


def test_a_plan_that_needs_no_approval_is_confirmed_under_any_name(room):
    run, digest = room.planned("backup", "claimed")
    assert "requested" in room.refused(
        Identity(name="other", role="operator", auth="claimed"), cmd.ConfirmRun(run=run, digest=digest)
    )
    room.does("claimed", cmd.ConfirmRun(run=run, digest=digest))
    assert room.state.runs[run].status == "approved"


def test_one_person_does_not_carry_an_engines_request_alone(room):
    plan_run = ev.RunRequested(run="rollback-1", action="rollback")
    room.engine(plan_run)
    plan = plan_of(definition(), room.state.runs["rollback-1"])
    room.engine(
        ev.RunPlanned(run="rollback-1", plan=plan, digest="d", gate=None, expires_at=room.store.now() + 10**9)
    )
    room.does("ops", cmd.ConfirmRun(run="rollback-1", digest="d"))
    assert "yourself" in room.refused("ops", cmd.ApproveRun(run="rollback-1", digest="d"))
    room.does("opal", cmd.ApproveRun(run="rollback-1", digest="d"))


def test_approving_twice_counts_once_and_is_taken_back(room):
    run, digest = room.planned("backup", approvals=2)
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    room.does("opal", cmd.ApproveRun(run=run, digest=digest))
    assert room.does("opal", cmd.ApproveRun(run=run, digest=digest)).already
    assert "neither" in room.refused("deputy", cmd.RetractRun(run=run))
    room.does("opal", cmd.RetractRun(run=run))
    assert room.state.runs[run].approvals == ()


def test_a_used_approval_is_not_taken_back(room):
    run, _ = room.running()
    assert "used" in room.refused("opal", cmd.RetractRun(run=run))
    assert "abort" in room.refused("ops", cmd.RetractRun(run=run))


def test_only_the_plan_that_was_read_is_agreed_to(room):
    run, digest = room.planned("rollback")
    assert "another plan now" in room.refused("ops", cmd.ConfirmRun(run=run, digest="another"))
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert "another plan now" in room.refused("opal", cmd.ApproveRun(run=run, digest="another"))
    unseen = cmd.BreakGlass(run=run, digest="another", text="we must")
    assert "another plan now" in room.refused("lead", unseen)
    assert room.state.runs[run].status == "planned"


def test_nobody_rejects_what_they_asked_for_themselves(room):
    run, _ = room.planned("rollback")
    assert "retract it" in room.refused("ops", cmd.RejectRun(run=run))
    room.does("opal", cmd.RejectRun(run=run))
    assert "ended" in room.refused("opal", cmd.ApproveRun(run=run, digest=room.state.runs[run].digest))


def test_what_has_ended_is_neither_agreed_to_nor_said_to_have_been(room):
    run, digest = room.running()
    room.engine(ev.RunSucceeded(run=run))
    assert "it has ended" in room.refused("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert "it has ended" in room.refused("opal", cmd.ApproveRun(run=run, digest=digest))


def test_a_plan_whose_gate_is_met_takes_no_override(room):
    run, digest = room.planned("rollback")
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest, override="we must"))
    confirmed = room.session.events[-1]
    assert (confirmed.event.overridden, confirmed.text) == (False, "")


def test_who_decides_on_an_older_state_of_a_run_is_told(room):
    run = interrupted(room)
    seen = room.state.runs[run].seq
    stale = cmd.ResolveRun(run=run, resolution="retry", expect=seen - 1)
    assert room.refused("ops", stale, kind=Conflict)
    room.does("ops", cmd.ResolveRun(run=run, resolution="retry", expect=seen))
    assert room.state.runs[run].status == "running"


def test_an_expired_plan_is_worth_nothing_and_stands_in_nobodys_way(room):
    room.does("ops", cmd.RequestRun(action="rollback"))
    plan = plan_of(definition(), room.state.runs["rollback-1"])
    room.engine(
        ev.RunPlanned(run="rollback-1", plan=plan, digest="d", gate=None, expires_at=room.store.now() - 1)
    )
    assert "expired" in room.refused("ops", cmd.ConfirmRun(run="rollback-1", digest="d"))
    room.engine(ev.RunConfirmed(run="rollback-1", digest="d"))
    assert "expired" in room.refused("opal", cmd.ApproveRun(run="rollback-1", digest="d"))
    assert "expired" in room.refused("lead", cmd.BreakGlass(run="rollback-1", digest="d", text="we must"))
    assert room.planned("rollback")[0] == "rollback-2"


@pytest.mark.parametrize(
    "secret", ["ghp_" + "a1" * 18, "postgresql://app:hunter2@db/shop", "deploy with xoxb-1234567890-abc"]
)
def test_a_parameter_that_looks_like_a_secret_never_reaches_the_journal(room, secret):
    said = room.refused("ops", cmd.RequestRun(action="backup", params={"to": secret}), kind=BadInput)
    assert said.startswith("parameter to looks like a secret")
    assert secret not in said
    room.does("ops", cmd.RequestRun(action="backup", params={"to": "https://files.example/a:b"}))


def test_one_run_of_an_action_at_a_time(room):
    room.planned("backup")
    assert "backup-1" in room.refused("opal", cmd.RequestRun(action="backup"))


def test_a_lock_keeps_others_out_and_never_an_abort(room):
    run, _ = room.running()
    room.does("opal", cmd.Lock(target="*", text="we look first", seconds=60.0))
    assert "we look first" in room.refused("ops", cmd.RequestRun(action="backup"))
    assert "opal" in room.refused("ops", cmd.Lock(target="*", text="me too", seconds=60.0))
    room.does("eva", cmd.AbortRun(run=run))
    assert room.state.runs[run].status == "aborting"
    assert room.does("opal", cmd.AbortRun(run=run)).already
    assert "director" in room.refused("ops", cmd.Unlock(target="*"))
    room.does("lead", cmd.Unlock(target="*"))
    assert room.does("opal", cmd.Unlock(target="*")).already


@pytest.mark.parametrize("target", ["db/android", going_back("db"), going_back("db/android")])
def test_what_a_run_locked_beside_a_provider_is_unlocked_by_its_name(room, target):
    assert "there is no provider" in room.refused("lead", cmd.Unlock(target=target), kind=BadInput)
    room.store.take_lock(
        room.session.launch, target, run_owner("another", "rollback-1"), "is under way", 60.0
    )
    assert "director" in room.refused("ops", cmd.Unlock(target=target, text="its engine is gone"))
    done = room.does("lead", cmd.Unlock(target=target, text="its engine is gone"))
    assert (done.message, room.store.locks(room.session.launch)) == (f"unlocked {target}", ())
    room.store.take_lock(room.session.launch, going_back("elsewhere"), "eva", "incident 42", 60.0)
    elsewhere = cmd.Unlock(target=going_back("elsewhere"), text="mine")
    assert "no provider elsewhere" in room.refused("lead", elsewhere, kind=BadInput)


@pytest.mark.parametrize("how", ["requested", "planned", "approved", "running", "interrupted"])
def test_an_engineer_aborts_whatever_has_not_ended(room, how):
    match how:
        case "requested":
            room.does("ops", cmd.RequestRun(action="rollback"))
        case "planned":
            room.planned("rollback")
        case "approved":
            room.approved()
        case _:
            room.running()
            if how == "interrupted":
                room.engine(ev.RunInterrupted(run="rollback-1", reason="lost"))
    room.does("eva", cmd.AbortRun(run="rollback-1", text="stop"))
    assert room.state.runs["rollback-1"].status in ("aborted", "aborting")
    assert room.state.runs["rollback-1"].aborted_by == "eva"


def test_an_abort_that_comes_too_late_says_so(room):
    run, _ = room.running()
    room.engine(ev.RunSucceeded(run=run))
    assert "succeeded" in room.refused("eva", cmd.AbortRun(run=run))
    assert room.state.anomalies == 0


def interrupted(room):
    run, digest = room.planned(who="lead")
    room.does("lead", cmd.ConfirmRun(run=run, digest=digest, override="must"))
    room.does("ops", cmd.ApproveRun(run=run, digest=digest))
    room.engine(ev.RunStarted(run=run, epoch=1), ev.RunInterrupted(run=run, reason="lost"))
    return run


def test_a_run_is_given_up_for_the_action_that_repairs_it(room):
    run = interrupted(room)
    done = room.does("ops", cmd.ResolveRun(run=run, resolution="roll-back"))
    assert done.message == "deploy-1 is given up; requested rollback-1"
    assert room.state.runs[run].status == "failed"
    assert room.state.runs["rollback-1"].requested_by == "ops"
    # Or it would go back from what the run never replaced.
    assert room.state.runs["rollback-1"].params == {"repairs": run}


def test_a_run_is_given_up_beside_the_repair_that_is_under_way(room):
    run = interrupted(room)
    room.does("opal", cmd.RequestRun(action="rollback"))
    done = room.does("ops", cmd.ResolveRun(run=run, resolution="roll-back"))
    assert done.message == "deploy-1 is given up; rollback-1 is requested"
    assert list(room.state.runs) == [run, "rollback-1"]
    assert room.state.runs[run].status == "failed"
    assert room.state.anomalies == 0


@pytest.mark.parametrize(
    "command",
    [
        cmd.WriteNote(text="x" * 4000),
        cmd.SilenceAlert(alert="slow", text="x", seconds=7 * 86400.0),
        cmd.Lock(target="site", text="x", seconds=366 * 86400.0),
        cmd.CallPoll(teams=tuple(f"team-{n}" for n in range(50))),
        cmd.AddItem(title="x", due=100 * 366 * 86400.0),
    ],
)
def test_the_most_that_is_said_is_what_is_taken(room, command):
    assert not room.does("lead", command).already


# The launch


def test_a_phase_is_entered_in_order_by_its_gate_or_with_a_reason(room):
    assert "gate launch is NO-GO" in room.refused("lead", cmd.EnterPhase(phase="launch"))
    assert "launch" in room.refused("lead", cmd.EnterPhase(phase="post-launch"))
    room.does("lead", cmd.EnterPhase(phase="launch", override="the show begins"))
    entered = room.session.events[-1]
    assert entered.event.overridden
    assert entered.event.gate.verdict == "NO-GO"
    assert entered.text == "the show begins"
    assert room.does("lead", cmd.EnterPhase(phase="launch")).already
    assert room.refused("lead", cmd.EnterPhase(phase="post-launch", expect=0), kind=Conflict)


def test_a_gate_that_is_met_takes_no_override(room):
    for item, evidence in (("dns", ""), ("legal", "signed")):
        room.does("eva", cmd.Tick(item=item, evidence=evidence))
    assert "HOLD" in room.refused("lead", cmd.EnterPhase(phase="launch"))
    room.engine(ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=room.store.now()))
    room.does("lead", cmd.CallPoll())
    room.does("lead", cmd.AnswerPoll(answer="go"))
    room.does("eva", cmd.AnswerPoll(answer="go"))
    room.does("lead", cmd.EnterPhase(phase="launch", override="just in case"))
    assert not room.session.events[-1].event.overridden


@pytest.mark.parametrize("status", ["approved", "running", "interrupted", "aborting"])
def test_a_launch_is_not_closed_over_a_run_at_work(room, status):
    run, _ = room.approved() if status == "approved" else room.running()
    if status == "interrupted":
        room.engine(ev.RunInterrupted(run=run, reason="lost"))
    if status == "aborting":
        room.does("eva", cmd.AbortRun(run=run))
    assert status in room.refused("lead", cmd.CloseLaunch(outcome="success"))


def test_a_closed_launch_takes_nothing_but_a_redaction_and_a_last_word(room):
    room.does("eva", cmd.WriteNote(text="hunter2"))
    room.does("lead", cmd.CloseLaunch(outcome="success"))
    for verb, command in ONE_OF_EACH.items():
        if verb not in AFTERWARDS:
            with pytest.raises(LaunchpadError, match="closed"):
                room.does("lead", command)
    room.does("lead", cmd.Redact(seq=2, text="a password"))
    room.does("eva", cmd.NoteForReport(section="lesson", text="say it earlier"))
    assert room.state.closed_at is not None
    assert room.state.report_notes[-1].text == "say it earlier"


def test_a_redaction_removes_a_text_once_and_says_where_there_is_none(room):
    note = room.does("eva", cmd.WriteNote(text="hunter2")).seq
    room.does("lead", cmd.Redact(seq=note, text="a password"))
    again = room.does("lead", cmd.Redact(seq=note, text="a password"))
    assert (again.already, room.state.seq) == (True, note + 1)
    assert "has no text" in room.refused("lead", cmd.Redact(seq=1, text="x"), kind=BadInput)


def test_a_launch_of_the_future_is_left_alone(room):
    room.engine(ev.Unknown(kind="rollout.bumped", raw='{"kind":"rollout.bumped"}'))
    for command in ONE_OF_EACH.values():
        with pytest.raises(Refused, match="newer Launchpad"):
            room.does("lead", command)
    assert room.session.view().state.read_only


def test_opening_twice_finds_the_launch(room):
    opening = cmd.OpenLaunch(launch=LAUNCH, definition=definition())
    assert open_launch(room.store, PEOPLE["deputy"], opening).already
    with pytest.raises(Refused, match="director"):
        open_launch(room.store, PEOPLE["ops"], cmd.OpenLaunch(launch="new", definition=definition()))
    assert room.store.head("new").seq == 0


def test_approvals_by_role_and_team_take_the_right_people(room):
    run, digest = room.planned("rollback", "ops", approvals=2, approvers={"director": 1, "qa": 1})
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert room.session.view().run.waits_for == "approval by 1 director, 1 of qa, not ops"
    done = room.does("opal", cmd.ApproveRun(run=run, digest=digest))
    assert done.message.endswith("it waits for 1 director")
    assert room.state.runs[run].status == "planned"
    room.does("lead", cmd.ApproveRun(run=run, digest=digest))
    assert room.state.runs[run].status == "approved"
    room.does("opal", cmd.RetractRun(run=run))
    assert room.session.view().run.waits_for == "approval by 1 of qa, not ops"


def test_the_glass_is_broken_by_a_director_with_a_reason_and_leaves_the_gate(room):
    run, digest = room.planned("deploy", "ops", approvals=2)
    wish = cmd.BreakGlass(run=run, digest=digest, text="nobody else is awake")
    assert "not confirmed" in room.refused("lead", wish)
    blocked = room.refused("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert "gate deploy" in blocked
    run, digest = room.planned("rollback", "ops", approvals=2)
    wish = replace(wish, run=run, digest=digest)
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    assert "takes a director" in room.refused("ops", wish)
    assert "only claimed" in room.refused("claimed", wish)
    assert "another plan" in room.refused("lead", replace(wish, digest="older"))
    room.refused("lead", replace(wish, text=""), kind=BadInput)
    room.does("opal", cmd.ApproveRun(run=run, digest=digest))
    done = room.does("lead", wish)
    assert done.message == f"{run} runs without 1 approving"
    state = room.state.runs[run]
    assert (state.status, state.glass_broken_by, state.glass_reason) == (
        "approved",
        "lead",
        "nobody else is awake",
    )
    assert room.does("lead", wish).already


def test_items_are_added_in_the_night(room):
    room.does("eva", cmd.AddItem(title="Call the bank!"))
    room.does("eva", cmd.AddItem(title="call the  bank", phase="launch", team="qa", due=1800.0))
    first, second = (room.state.items[name] for name in ("call-the-bank", "call-the-bank-2"))
    assert (first.item.title, first.item.phase, first.status) == ("Call the bank!", "pre-launch", "open")
    assert (second.item.phase, second.item.team, second.item.due) == ("launch", "qa", 1800.0)
    room.does("eva", cmd.Tick(item="call-the-bank"))
    assert room.state.items["call-the-bank"].status == "done"
    assert "director" in room.refused("eva", cmd.AddItem(title="Must", required=True))
    room.does("lead", cmd.AddItem(title="Must", required=True))
    assert "must" in room.refused("lead", cmd.EnterPhase(phase="launch"))
    room.refused("eva", cmd.AddItem(title="x", id="dns"), kind=BadInput)
    room.refused("eva", cmd.AddItem(title="x", id="a b"), kind=BadInput)
    room.refused("eva", cmd.AddItem(title="x", due=float("nan")), kind=BadInput)
    room.refused("eva", cmd.AddItem(title=" "), kind=BadInput)


def test_a_deputy_in_the_seat_approves_as_a_director(room):
    run, digest = room.planned("rollback", "ops", approvals=1, approvers={"director": 1})
    room.does("ops", cmd.ConfirmRun(run=run, digest=digest))
    room.does("opal", cmd.TakeSeat(text="lead is gone"))
    room.does("opal", cmd.ApproveRun(run=run, digest=digest))
    assert room.state.runs[run].status == "approved"


def test_a_launch_that_is_closed_is_not_said_to_be_open(room):
    again = cmd.OpenLaunch(launch=LAUNCH, definition=definition())
    assert open_launch(room.store, PEOPLE["lead"], again).message == f"{LAUNCH} is open"
    room.does("lead", cmd.CloseLaunch(outcome="failed"))
    done = open_launch(room.store, PEOPLE["lead"], again)
    assert (done.message, done.already) == (f"{LAUNCH} is closed", True)


def test_a_lock_that_is_called_like_a_smoke_test_keeps_nobody_off(room):
    """Another launch has a provider of that name; a smoke test itself takes no lock and heeds none."""
    made = definition()
    walking = replace(made.actions["backup"], steps=(Step(verb="smoke", provider="shop"),))
    walks = replace(made, actions={**made.actions, "walk": walking})
    room.does("lead", cmd.Amend(definition=walks, base=made.digest(), text="walk through it"))
    room.store.take_lock(room.session.launch, "shop", "other-1.0/rollback-1, ended", "rolled back", 60.0)
    room.does("ops", cmd.RequestRun(action="walk"))
    assert "walk-1" in room.state.runs
