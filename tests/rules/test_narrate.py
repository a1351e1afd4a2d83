"""There is a sentence for every event."""

import pytest

from launchpad.model import events as ev
from launchpad.model.backups import BackupFact
from launchpad.model.events import EVENTS, Event
from launchpad.model.journal import Recorded
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.plan import GateReport
from launchpad.model.rollouts import RolloutReading
from launchpad.model.smoke import SmokeFact, SmokeStepFact
from launchpad.rules.narrate import TELLERS, narrate
from tests.support import launches

DEFINITION = launches.definition()
PLAN = launches.plan()
GATE = GateReport(gate="deploy", verdict="HOLD", conditions=())

EXAMPLES: dict[type[Event], Event] = {
    type(event): event
    for event in (
        ev.LaunchOpened(definition=DEFINITION, format=1),
        ev.LaunchClosed(outcome="success"),
        ev.PhaseEntered(phase="launch", gate=GATE, overridden=True),
        ev.CountdownHeld(),
        ev.CountdownResumed(),
        ev.CountdownSlipped(seconds=-600.0),
        ev.ItemTicked(item="dns"),
        ev.ItemReopened(item="dns"),
        ev.ItemFailed(item="dns"),
        ev.ItemSkipped(item="dns"),
        ev.ItemAssigned(item="dns", assignee=None),
        ev.ItemCommented(item="dns"),
        ev.EvidenceAdded(item="dns"),
        ev.CheckRequested(item="dns"),
        ev.ItemChecked(item="dns", verdict="bad", reason="HTTP 500", observed_at=1),
        ev.NoteWritten(),
        ev.ObjectiveChanged(objective="checkout", verdict="bad", value=0.023, limit=0.01, n=60, window=300.0),
        ev.AlertChanged(alert="slow", status="firing", severity="medium", value=1.5, n=60),
        ev.AlertSilenced(alert="slow", until=9),
        ev.AlertUnsilenced(alert="slow"),
        ev.AlertEased(alert="slow", eased=True, value=0.5, n=60),
        ev.AlertAcknowledged(alert="slow"),
        ev.AlertEscalated(alert="slow", firing=7, step=1, notify=("lead",), skipped=(0,)),
        ev.MessageIntended(
            message="slow/7/lead/sms/2",
            alert="slow",
            firing=7,
            to="lead",
            channel="sms",
            step=1,
            stage="firing",
            attempt=2,
            epoch=1,
        ),
        ev.MessageAnswered(message="slow/7/lead/sms/2", outcome="rejected", detail="no such number"),
        ev.ChannelTested(channel="slack", to="slack", outcome="confirmed"),
        ev.CriterionMarked(criterion="lost-orders", met=True),
        ev.RollbackAdvised(recommended=True, met=("slow",), unknown=("a",), at_least=1, of=3),
        ev.PollCalled(teams=("qa", "legal")),
        ev.PollAnswered(team="qa", answer="no-go", proxy=True),
        ev.PollClosed(),
        ev.SeatTaken(holder="ops"),
        ev.SeatReturned(),
        ev.ItemAdded(item="bank", added=DEFINITION.items[0]),
        ev.RunGlassBroken(run="deploy-1", digest="d"),
        ev.ActionProbed(action="rollback", verdict="bad", reason="no release before this", observed_at=1),
        ev.EngineStarted(holder="e", epoch=2, host="ops-1", version="1"),
        ev.EngineStopped(holder="e", epoch=2),
        ev.RunRequested(run="deploy-1", action="deploy", params={"region": "eu"}),
        ev.RunPlanned(run="deploy-1", plan=PLAN, digest=PLAN.digest(), gate=GATE, expires_at=1),
        ev.RunRefused(run="deploy-1", reason="no such verb"),
        ev.RunConfirmed(run="deploy-1", digest="d", overridden=True),
        ev.RunApproved(run="deploy-1", digest="d"),
        ev.RunRejected(run="deploy-1"),
        ev.RunRetracted(run="deploy-1", what="request"),
        ev.RunStarted(run="deploy-1", epoch=1),
        ev.StepIntended(run="deploy-1", step=0, epoch=1, nonce="n", attempt=2),
        ev.StepRunning(run="deploy-1", step=0, provider_id="pid 7"),
        ev.StepSucceeded(run="deploy-1", step=0, detail="exit 0"),
        ev.StepFailed(run="deploy-1", step=0, reason="exit 1"),
        ev.StepInterrupted(run="deploy-1", step=0, reason="engine gone"),
        ev.StepAborted(run="deploy-1", step=0),
        ev.RunSucceeded(run="deploy-1"),
        ev.RunFailed(run="deploy-1", reason="exit 1"),
        ev.RunInterrupted(run="deploy-1", reason="engine gone"),
        ev.RunResolved(run="deploy-1", resolution="retry"),
        ev.AbortRequested(run="deploy-1"),
        ev.RunAborted(run="deploy-1"),
        ev.LockChanged(target="*", held=True),
        ev.LockChanged(target="site", held=True, run="rollback-1"),
        ev.ReportNoted(section="action-item", owner="ada"),
        ev.TextRedacted(seq=7),
        ev.LossAccepted(head="5f" * 32),
        ev.LaunchAmended(definition=DEFINITION, digest="d", base="b", format=1),
        ev.EngineFollowed(epoch=2, lacking=("env:TOKEN is not set",)),
        ev.IncidentDeclared(incident="incident-1", severity="critical", alert="slow"),
        ev.IncidentImpactStated(incident="incident-1"),
        ev.IncidentGraded(incident="incident-1", severity="high"),
        ev.IncidentCommanded(incident="incident-1", commander="ada"),
        ev.IncidentUpdated(incident="incident-1", next_at=9),
        ev.IncidentTaskAdded(incident="incident-1", task=1, assignee="bob"),
        ev.IncidentTaskDone(incident="incident-1", task=1),
        ev.IncidentMitigating(incident="incident-1"),
        ev.IncidentResolved(incident="incident-1"),
        ev.IncidentReviewed(incident="incident-1"),
        ev.MentionsRead(upto=7),
        ev.RolloutObserved(
            rollout="android",
            reading=RolloutReading(status="rolling", percent=50.0, users=120000),
            observed_at=1,
            outside=True,
        ),
        ev.RolloutJudged(rollout="android", verdict="bad", reason="errors", soaked=9.0, lasted=12.5),
        ev.RolloutAdvanceAnnounced(rollout="android", percent=50.0, due_at=1),
        ev.RolloutAdvanceWithdrawn(rollout="android", reason="gate deploy is NO-GO"),
        ev.RolloutVetoed(rollout="android"),
        ev.BackupTaken(
            provider="db",
            run="backup-1",
            vault="vault",
            backup=BackupFact(name="db/a", size=9, sha256="00", taken_at=1, verified_at=2),
        ),
        ev.BackupFoundDamaged(provider="db", run="restore-1", backup="db/a"),
        ev.SmokeRequested(suite="shop"),
        ev.SmokeRan(
            suite="shop",
            result=SmokeFact(
                verdict="bad",
                steps=(SmokeStepFact(title="Sign in", asks="GET /", verdict="bad", reason="status 500"),),
            ),
            observed_at=1,
            cause="schedule",
        ),
        ev.MigrationsRead(provider="db", observed_at=1, reading=MigrationsReading(version="41")),
        ev.MigrationsApplied(
            provider="db",
            run="deploy-1",
            fact=MigrationFact(before="40", after=MigrationsReading(version="41", pending=("42",))),
        ),
    )
}


def _recorded(event: Event | ev.Unknown, text: str = "", *, redacted: bool = False) -> Recorded:
    return Recorded(
        launch="l", seq=1, id="1", at=1, actor="ada", auth="os", event=event, text=text, redacted=redacted
    )


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_every_event_has_a_sentence(kind: str) -> None:
    told = narrate(_recorded(EXAMPLES[EVENTS[kind]]), DEFINITION)
    assert told.text
    assert "\n" not in told.text


def test_no_teller_is_left_over() -> None:
    assert set(TELLERS) | {ev.ObjectiveChanged, ev.AlertChanged, ev.AlertEased, ev.LaunchAmended} == set(
        EVENTS.values()
    )


def test_numbers_carry_their_units() -> None:
    objective = narrate(_recorded(EXAMPLES[ev.ObjectiveChanged]), DEFINITION).text
    assert "2.3%, limit 1%, n=60 in 5m" in objective
    assert "at 1.5 s" in narrate(_recorded(EXAMPLES[ev.AlertChanged]), DEFINITION).text


def test_free_text_follows_and_redacted_text_is_gone() -> None:
    assert narrate(_recorded(ev.NoteWritten(), "two\nlines"), DEFINITION).text == "notes: two lines"
    told = narrate(_recorded(ev.NoteWritten(), redacted=True), DEFINITION).text
    assert told == "notes: (text removed)"


def test_a_migration_that_found_nothing_to_do_is_not_told_as_one() -> None:
    fact = MigrationFact(before="41", after=MigrationsReading(version="41"))
    event = ev.MigrationsApplied(provider="db", run="deploy-1", fact=fact)
    assert narrate(_recorded(event), DEFINITION).text == "db is at 41, none pending"


def test_going_against_a_gate_is_loud() -> None:
    told = narrate(_recorded(EXAMPLES[ev.PhaseEntered], "we know why"), DEFINITION)
    assert "AGAINST THE GATE" in told.text
    assert told.text.endswith("we know why")
    assert told.style == "warn"


def test_events_of_the_future_are_told_as_such() -> None:
    assert (
        "later version: war.declared"
        in narrate(_recorded(ev.Unknown(kind="war.declared", raw="{}")), DEFINITION).text
    )
