"""Each event as one sentence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from launchpad.model import events as ev
from launchpad.model.definition import Definition
from launchpad.model.differences import summary
from launchpad.model.journal import Recorded
from launchpad.model.migrations import NONE_YET
from launchpad.model.plan import GateReport
from launchpad.model.state.amendments import Amendment
from launchpad.model.values import format_duration, format_quantity
from launchpad.rules import alerts


class Sentence(NamedTuple):
    """What happened, without who and when; `style` tells how grave it is."""

    text: str
    style: str = "text"


def narrate(recorded: Recorded, definition: Definition, amendments: Sequence[Amendment] = ()) -> Sentence:
    """The sentence for an event, with its free text where it has one. `amendments` are the launch's: what
    differs is derived."""
    event = recorded.event
    if isinstance(event, ev.Unknown):
        return Sentence(f"an event of a later version: {event.kind}", "unknown")
    if isinstance(event, ev.ObjectiveChanged | ev.AlertChanged | ev.AlertEased):
        sentence = _measured(event, definition)
    elif isinstance(event, ev.LaunchAmended):
        sentence = _amended(next((a for a in amendments if a.seq == recorded.seq), None))
    else:
        sentence = TELLERS[type(event)](event)
    if isinstance(event, ev.MessageIntended):
        return sentence  # its text, in lines, is what the recipient reads
    text = "(text removed)" if recorded.redacted else " ".join(recorded.text.split())
    return Sentence(f"{sentence.text}: {text}", sentence.style) if text else sentence


def _gate(gate: GateReport | None) -> str:
    return f" (gate {gate.verdict} {gate.met}/{len(gate.conditions)})" if gate else ""


def _opened(e: ev.LaunchOpened) -> Sentence:
    launch = e.definition.launch
    return Sentence(f"opened {launch.product} {launch.version} for {launch.environment}", "accent")


def _amended(amendment: Amendment | None) -> Sentence:
    if amendment is None:
        return Sentence("AMENDED THE DEFINITION", "warn")
    lapsed = f" ({len(amendment.lapsed)} lapsed)" if amendment.lapsed else ""
    return Sentence(f"AMENDED{lapsed}: {summary(amendment.differences)}", "warn")


def _first_of(names: Sequence[str], most: int = 2) -> str:
    """The first of the names, and how many more there are."""
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def _followed(e: ev.EngineFollowed) -> Sentence:
    if e.lacking:
        return Sentence(f"engine {e.epoch} lacks something: {_first_of(e.lacking)}", "bad")
    return Sentence(f"engine {e.epoch} watches by the definition as it stands", "dim")


def _phase(e: ev.PhaseEntered) -> Sentence:
    against = " AGAINST THE GATE" if e.overridden else ""
    return Sentence(f"entered {e.phase}{against}{_gate(e.gate)}", "warn" if e.overridden else "accent")


def _ticked(e: ev.ItemTicked) -> Sentence:
    return Sentence(
        f"ticked {e.item}" + (f", occurrence {e.occurrence + 1}" if e.occurrence is not None else "")
    )


def _checked(e: ev.ItemChecked) -> Sentence:
    style = {"ok": "text", "bad": "bad", "unknown": "unknown"}[e.verdict]
    why = f" ({e.reason})" if e.reason else ""
    return Sentence(f"checked {e.item}: {e.verdict}{why}", style)


def _measured(
    event: ev.ObjectiveChanged | ev.AlertChanged | ev.AlertEased, definition: Definition
) -> Sentence:
    """Events that carry a number: its unit stands in the definition."""
    if isinstance(event, ev.ObjectiveChanged):
        return _judged(event, definition)
    rule = definition.alerts.get(event.alert)
    value = alerts.shown(rule, event.value) if rule else "no data"
    if isinstance(event, ev.AlertEased):
        what, style = ("eases", "ok") if event.eased else ("no longer eases", "warn")
        return Sentence(f"alert {event.alert} {what} at {value}, n={event.n}", style)
    style = {"firing": "bad", "pending": "warn"}.get(event.status, "ok")
    return Sentence(f"alert {event.alert} {event.status} ({event.severity}) at {value}, n={event.n}", style)


def _judged(event: ev.ObjectiveChanged, definition: Definition) -> Sentence:
    objective = definition.objectives.get(event.objective)
    unit = objective.unit if objective else ""
    value = "no data" if event.value is None else format_quantity(event.value, unit)
    style = {"ok": "ok", "bad": "bad", "unknown": "unknown"}[event.verdict]
    limit = format_quantity(event.limit, unit)
    why = f"; {event.reason}" if event.reason else ""
    window = f", n={event.n} in {format_duration(event.window)}" if event.window else ""
    told = f"{event.objective} is {event.verdict}: {value}, limit {limit}{window}{why}"
    return Sentence(told, style)


def _planned(e: ev.RunPlanned) -> Sentence:
    count = len(e.plan.steps)
    return Sentence(f"planned {e.run}: {count} step{'s' * (count != 1)}, digest {e.digest}{_gate(e.gate)}")


def _confirmed(e: ev.RunConfirmed) -> Sentence:
    if e.overridden:
        return Sentence(f"confirmed {e.run} AGAINST THE GATE", "warn")
    return Sentence(f"confirmed {e.run}")


def _requested(e: ev.RunRequested) -> Sentence:
    if e.aim is not None:
        style = "warn" if e.aim.verb == "halt" else "text"
        return Sentence(f"requested {e.run} ({e.aim.sentence}){_detail(e.aim.why)}", style)
    params = "".join(f" {key}={value}" for key, value in e.params.items())
    return Sentence(f"requested {e.run} ({e.action}{params})")


def _intended(e: ev.StepIntended) -> Sentence:
    again = f", attempt {e.attempt}" if e.attempt > 1 else ""
    return Sentence(f"{e.run} step {e.step + 1} begins{again}{_gate(e.gate)}")


def _answered(e: ev.PollAnswered) -> Sentence:
    proxy = " as proxy" if e.proxy else ""
    return Sentence(f"says {e.answer.upper()} for {e.team}{proxy}", "ok" if e.answer == "go" else "bad")


def _probed(e: ev.ActionProbed) -> Sentence:
    said = {"ok": "could be run now", "bad": "can't be run now", "unknown": "may not be runnable"}[e.verdict]
    style = {"ok": "dim", "bad": "bad", "unknown": "unknown"}[e.verdict]
    return Sentence(f"{e.action} {said}{_detail(e.reason)}", style)


def _escalated(e: ev.AlertEscalated) -> Sentence:
    skipped = f"; {len(e.skipped)} before it skipped, as nobody watched" if e.skipped else ""
    why = f"nobody acknowledged {e.alert}: " if e.step else ""
    of = "" if e.step else f" for {e.alert}"
    return Sentence(f"{why}wakes {', '.join(e.notify)}{of}{skipped}", "warn")


def _intended_message(e: ev.MessageIntended) -> Sentence:
    again = f", attempt {e.attempt}" if e.attempt > 1 else ""
    beside = f", in its message of {e.under.partition('/')[0]}" if e.under else ""
    stage = "open" if e.incident and e.stage == "firing" else e.stage
    about = e.incident or e.alert
    return Sentence(f"tells {_recipient(e.to, e.channel)} that {about} is {stage}{beside}{again}", "dim")


def _answered_message(e: ev.MessageAnswered) -> Sentence:
    alert, _, to, channel = e.message.split("/")[:4]
    style = {"accepted": "dim", "confirmed": "dim", "unknown": "unknown"}.get(e.outcome, "bad")
    style = "dim" if e.attempt > 1 and e.outcome in ("deferred", "unknown") else style
    words = {"confirmed": "has it", "accepted": "is told", "deferred": "can't be told yet"}
    said = {**words, "rejected": "CAN'T BE TOLD", "unknown": "may not have been told"}[e.outcome]
    detail = "" if e.outcome in ("accepted", "confirmed") else _detail(e.detail)
    return Sentence(f"{_recipient(to, channel)} {said} of {alert}{detail}", style)


def _channel_tested(e: ev.ChannelTested) -> Sentence:
    style = "text" if e.outcome in ("accepted", "confirmed") else "bad"
    return Sentence(f"tested {_recipient(e.to, e.channel)}: {e.outcome}{_detail(e.detail)}", style)


def _recipient(to: str, channel: str) -> str:
    return channel if to == channel else f"{to} by {channel}"


def _report_noted(e: ev.ReportNoted) -> Sentence:
    owner = f" for {e.owner}" if e.owner else ""
    return Sentence(f"reports {e.section.replace('-', ' ')}{owner}", "accent")


def _marked(e: ev.CriterionMarked) -> Sentence:
    said, style = ("MET", "bad") if e.met else ("not met", "ok")
    return Sentence(f"rollback criterion {e.criterion} is {said}", style)


def _advised(e: ev.RollbackAdvised) -> Sentence:
    unknown = f", {len(e.unknown)} unknown" if e.unknown else ""
    count = f"met {len(e.met)} of {e.of}{unknown}"
    if not e.recommended:
        return Sentence(f"the rollback criteria no longer recommend to roll back: {count}", "ok")
    return Sentence(f"THE CRITERIA RECOMMEND TO ROLL BACK: {count} ({', '.join(e.met)})", "bad")


def _seen(e: ev.RolloutObserved) -> Sentence:
    users = e.reading.users if e.reading.status in ("rolling", "halted") else None
    people = f" of {users:,} people".replace(",", " ") if users is not None else ""
    by = f" ({e.run})" if e.run else ", CHANGED PAST LAUNCHPAD" if e.outside else ""
    style = {"halted": "warn", "complete": "ok", "rejected": "bad", "removed": "bad", "rolled back": "warn"}
    said = f"{e.rollout} is {e.reading.sentence}{people}{by}{_detail(e.reading.detail)}"
    return Sentence(said, "warn" if e.outside else style.get(e.reading.status, "accent"))


def _rollout_judged(e: ev.RolloutJudged) -> Sentence:
    words = {"ok": "is well", "bad": "IS BROKEN", "unknown": "is not known to be well"}
    style = {"ok": "ok", "bad": "bad", "unknown": "unknown"}[e.verdict]
    soaked = f", {format_duration(e.soaked // 1)} of {format_duration(e.lasted // 1)} counted so far"
    return Sentence(f"{e.rollout} {words[e.verdict]}{_detail(e.reason)}{soaked}", style)


def _rollout_announced(e: ev.RolloutAdvanceAnnounced) -> Sentence:
    return Sentence(f"takes {e.rollout} to {e.percent:g}% soon, unless it is vetoed", "accent")


def _backup_taken(e: ev.BackupTaken) -> Sentence:
    proof = ", restored and compared" if e.backup.verified_at is not None else ", NOT RESTORED to try it"
    return Sentence(f"{e.provider} is saved as {e.backup.name}{proof}", "ok")


def _smoke_ran(e: ev.SmokeRan) -> Sentence:
    style = {"ok": "ok", "bad": "bad", "unknown": "unknown"}[e.result.verdict]
    given = "".join(f", {name} = {value}" for name, value in e.result.given.items())
    return Sentence(f"smoke test {e.suite}{given}: {e.result.verdict}{_detail(e.result.sentence)}", style)


def _migrations_read(e: ev.MigrationsRead) -> Sentence:
    if e.reading is None:
        return Sentence(f"migrations of {e.provider} can't be read{_detail(e.reason)}", "unknown")
    return Sentence(f"{e.provider} is {e.reading.sentence}", "dim")


def _migrations_applied(e: ev.MigrationsApplied) -> Sentence:
    if not e.fact.moved and not e.fact.destroyed:
        return Sentence(f"{e.provider} is {e.fact.after.sentence}", "dim")
    way = "put back" if e.fact.backwards else "migrated"
    lost = f"; {', '.join(e.fact.destroyed)} destroyed data" if e.fact.destroyed else ""
    return Sentence(
        f"{e.provider} was {way} from {e.fact.before or NONE_YET}, is {e.fact.after.sentence}{lost}", "accent"
    )


def _lock(e: ev.LockChanged) -> Sentence:
    target = "all targets" if e.target == "*" else e.target
    after = f" after {e.run}" if e.run else ""
    return Sentence(f"locked {target}{after}", "warn") if e.held else Sentence(f"unlocked {target}")


def _slipped(e: ev.CountdownSlipped) -> Sentence:
    way = "later" if e.seconds > 0 else "earlier"
    return Sentence(f"moved T-0 {format_duration(abs(e.seconds))} {way}", "warn")


def _detail(text: str) -> str:
    return f": {text}" if text else ""


TELLERS: Mapping[type[ev.Event], Callable[[Any], Sentence]] = {
    ev.LaunchOpened: _opened,
    ev.LaunchClosed: lambda e: Sentence(f"closed the launch as {e.outcome}", "accent"),
    ev.PhaseEntered: _phase,
    ev.CountdownHeld: lambda _e: Sentence("holds the countdown", "warn"),
    ev.CountdownResumed: lambda _e: Sentence("resumed the countdown", "accent"),
    ev.CountdownSlipped: _slipped,
    ev.ItemTicked: _ticked,
    ev.ItemReopened: lambda e: Sentence(f"reopened {e.item}", "warn"),
    ev.ItemFailed: lambda e: Sentence(f"marked {e.item} as failed", "bad"),
    ev.ItemSkipped: lambda e: Sentence(f"skipped {e.item}", "warn"),
    ev.ItemAssigned: lambda e: Sentence(f"assigned {e.item} to {e.assignee or 'nobody'}"),
    ev.ItemCommented: lambda e: Sentence(f"on {e.item}"),
    ev.EvidenceAdded: lambda e: Sentence(f"evidence for {e.item}"),
    ev.CheckRequested: lambda e: Sentence(f"asked for a check of {e.item}", "dim"),
    ev.ItemChecked: _checked,
    ev.NoteWritten: lambda _e: Sentence("notes", "accent"),
    ev.AlertSilenced: lambda e: Sentence(f"silenced {e.alert}", "warn"),
    ev.AlertUnsilenced: lambda e: Sentence(f"ended the silence of {e.alert}"),
    ev.AlertAcknowledged: lambda e: Sentence(f"acknowledged {e.alert}"),
    ev.EngineStarted: lambda e: Sentence(f"engine {e.epoch} watches from {e.host}", "dim"),
    ev.EngineStopped: lambda e: Sentence(f"engine {e.epoch} stopped", "warn"),
    ev.RunRequested: _requested,
    ev.RunPlanned: _planned,
    ev.RunRefused: lambda e: Sentence(f"{e.run} refused: {e.reason}", "warn"),
    ev.RunConfirmed: _confirmed,
    ev.RunApproved: lambda e: Sentence(f"approved {e.run} (digest {e.digest})"),
    ev.RunRejected: lambda e: Sentence(f"rejected {e.run}", "warn"),
    ev.RunRetracted: lambda e: Sentence(f"took back the {e.what} of {e.run}"),
    ev.RunStarted: lambda e: Sentence(f"{e.run} started{_gate(e.gate)}", "accent"),
    ev.StepIntended: _intended,
    ev.StepRunning: lambda e: Sentence(f"{e.run} step {e.step + 1} runs as {e.provider_id}", "dim"),
    ev.StepSucceeded: lambda e: Sentence(f"{e.run} step {e.step + 1} done{_detail(e.detail)}"),
    ev.StepFailed: lambda e: Sentence(f"{e.run} step {e.step + 1} failed: {e.reason}", "bad"),
    ev.StepInterrupted: lambda e: Sentence(f"{e.run} step {e.step + 1} interrupted: {e.reason}", "warn"),
    ev.StepAborted: lambda e: Sentence(f"{e.run} step {e.step + 1} aborted{_detail(e.detail)}", "warn"),
    ev.RunSucceeded: lambda e: Sentence(f"{e.run} succeeded", "ok"),
    ev.RunFailed: lambda e: Sentence(f"{e.run} failed: {e.reason}", "bad"),
    ev.RunInterrupted: lambda e: Sentence(f"{e.run} interrupted: {e.reason}", "warn"),
    ev.RunResolved: lambda e: Sentence(f"decided on {e.run}: {e.resolution}", "warn"),
    ev.AbortRequested: lambda e: Sentence(f"wants {e.run} aborted", "warn"),
    ev.RunAborted: lambda e: Sentence(f"{e.run} aborted", "warn"),
    ev.LockChanged: _lock,
    ev.PollCalled: lambda e: Sentence(f"called the roll for {', '.join(e.teams)}", "accent"),
    ev.PollAnswered: _answered,
    ev.SeatTaken: lambda e: Sentence(f"THE DIRECTOR'S SEAT IS WITH {e.holder}", "warn"),
    ev.ItemAdded: lambda e: Sentence(f"added {e.item}: {e.added.title}", "accent"),
    ev.RunGlassBroken: lambda e: Sentence(f"BROKE THE GLASS: {e.run} RUNS WITHOUT APPROVAL", "warn"),
    ev.SeatReturned: lambda _e: Sentence("the director's seat is with the directors again", "accent"),
    ev.PollClosed: lambda _e: Sentence("closed the roll", "accent"),
    ev.ActionProbed: _probed,
    ev.AlertEscalated: _escalated,
    ev.MessageIntended: _intended_message,
    ev.MessageAnswered: _answered_message,
    ev.ChannelTested: _channel_tested,
    ev.ReportNoted: _report_noted,
    ev.CriterionMarked: _marked,
    ev.RollbackAdvised: _advised,
    ev.EngineFollowed: _followed,
    ev.TextRedacted: lambda e: Sentence(f"removed the text of event {e.seq}", "warn"),
    ev.LossAccepted: lambda e: Sentence(f"ACCEPTS that the journal lost events up to {e.head[:12]}", "bad"),
    ev.IncidentDeclared: lambda e: Sentence(
        f"DECLARES {e.incident} {e.severity.upper()}" + (f" from {e.alert}" if e.alert else ""), "bad"
    ),
    ev.IncidentImpactStated: lambda e: Sentence(f"{e.incident} hits", "warn"),
    ev.IncidentGraded: lambda e: Sentence(f"{e.incident} is {e.severity} now", "warn"),
    ev.IncidentCommanded: lambda e: Sentence(f"{e.commander} commands {e.incident}", "accent"),
    ev.IncidentUpdated: lambda e: Sentence(f"update on {e.incident}", "accent"),
    ev.IncidentTaskAdded: lambda e: Sentence(
        f"task {e.task} of {e.incident}" + (f" for {e.assignee}" if e.assignee else "")
    ),
    ev.IncidentTaskDone: lambda e: Sentence(f"did task {e.task} of {e.incident}"),
    ev.IncidentMitigating: lambda e: Sentence(f"{e.incident} is being mitigated", "warn"),
    ev.IncidentResolved: lambda e: Sentence(f"resolved {e.incident}", "ok"),
    ev.IncidentReviewed: lambda e: Sentence(f"reviewed {e.incident}"),
    ev.MentionsRead: lambda _e: Sentence("has read what mentions them", "dim"),
    ev.RolloutObserved: _seen,
    ev.RolloutJudged: _rollout_judged,
    ev.RolloutAdvanceAnnounced: _rollout_announced,
    ev.RolloutAdvanceWithdrawn: lambda e: Sentence(f"step of {e.rollout} withdrawn: {e.reason}", "warn"),
    ev.BackupTaken: _backup_taken,
    ev.SmokeRequested: lambda e: Sentence(f"asked for the smoke test {e.suite}", "dim"),
    ev.SmokeRan: _smoke_ran,
    ev.MigrationsRead: _migrations_read,
    ev.MigrationsApplied: _migrations_applied,
    ev.BackupFoundDamaged: lambda e: Sentence(f"{e.backup} of {e.provider} IS DAMAGED", "bad"),
    ev.RolloutVetoed: lambda e: Sentence(f"VETOED the next step of {e.rollout}", "warn"),
}
