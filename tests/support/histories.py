"""Made-up launch days: several people at real desks over a real store, and what an engine would do.

Choices are even and repeat for a seed: left to Hypothesis they dwell on the simplest, and no day gets far.
"""

import contextlib
import tempfile
from random import Random
from typing import Self

from msgspec.structs import replace

from launchpad.desk import LocalDesk, allows, open_launch
from launchpad.errors import LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.backups import BackupFact
from launchpad.model.commands import Command, Done, Identity
from launchpad.model.definition import (
    Action,
    Alert,
    AlertCondition,
    AlertCriterion,
    Channel,
    CheckCondition,
    CountdownCondition,
    Definition,
    EscalationStep,
    HandCriterion,
    HttpProof,
    HttpSignal,
    HttpStep,
    IncidentCalls,
    Item,
    ItemsCondition,
    KeepGuard,
    Launch,
    Objective,
    ObjectiveCondition,
    ObjectiveCriterion,
    ObjectiveGuard,
    OnFailure,
    Operator,
    PhaseCondition,
    PollCondition,
    PresentCondition,
    Provider,
    QuietGuard,
    ReadyCondition,
    RollbackCriteria,
    Rollout,
    RolloutCondition,
    RolloutStage,
    SmokeCondition,
    SmokeSuite,
    Step,
    Threshold,
    UnlockedCondition,
    Wait,
    Window,
    WindowCondition,
)
from launchpad.model.fold import Fold
from launchpad.model.journal import Draft, Recorded
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.rollouts import RolloutReading
from launchpad.model.smoke import SmokeFact, SmokeStepFact
from launchpad.model.state import RunState, State
from launchpad.model.values import SECOND, Quantity, ZonedTime
from launchpad.rules.delivery import intended
from launchpad.rules.escalation import escalations
from launchpad.rules.parcels import parcels
from launchpad.rules.seat import acting
from launchpad.session import Session
from launchpad.store import open_store

LAUNCH = "acme-1"
PEOPLE = {
    person.name: person
    for person in (
        Identity(name="lead", role="director", auth="key", teams=("engineering",)),
        Identity(name="deputy", role="director"),
        Identity(name="ops", role="operator"),
        Identity(name="opal", role="operator", auth="key", teams=("engineering", "qa")),
        Identity(name="claimed", role="director", auth="claimed"),
        Identity(name="eva", role="engineer", teams=("qa",)),
        Identity(name="guest", role="viewer"),
    )
}
URL = "http://127.0.0.1:1/"


BANK = Item(id="bank", title="Call the bank", needs=("dns",))


def definition() -> Definition:
    """Something of everything that a definition can hold."""
    check = HttpProof(url=URL, every=60.0, valid_for=900.0)
    return Definition(
        launch=Launch(
            product="Acme",
            version="1",
            t0=ZonedTime(at=1_800_000_000 * SECOND, zone="Europe/Berlin"),
            deputies=("opal", "eva", "a-operator", "a-engineer"),
        ),
        operators=tuple(Operator(name=p.name, role=p.role, teams=p.teams) for p in PEOPLE.values()),
        items=(
            Item(id="dns", title="DNS", required=True, due=-3600.0),
            Item(id="legal", title="Legal", required=True, needs=("dns",), evidence="required"),
            Item(id="video", title="A video", due=3600.0),
            Item(id="page", title="The page answers", check=check, required=True),
            Item(id="watch", title="Watch", phase="launch", needs=("video",)),
            Item(id="rounds", title="Rounds", due=-5_200_000.0, every=1800.0, until=0.0),
        ),
        providers={"site": Provider(kind="command"), "db": Provider(kind="command")},
        signals={"homepage": HttpSignal(url=URL, every=5.0, timeout=3.0)},
        objectives={
            "availability": Objective(signal="homepage", window=3600.0, target=0.999),
            "latency": Objective(
                signal="homepage", window=600.0, percentile=95.0, below=Quantity(value=2.0, unit="s")
            ),
            "errors": Objective(
                signal="homepage",
                window=300.0,
                error_rate=True,
                below=Quantity(value=0.001, unit="%"),
                at_least=3,
            ),
        },
        alerts={
            "high_errors": Alert(
                when=Threshold(objective="errors", op=">", limit=Quantity(value=0.01, unit="%")),
                for_=60.0,
                severity="critical",
                notify=("slack",),
                escalate="oncall",
            ),
            "slow": Alert(
                when=Threshold(objective="latency", op=">", limit=Quantity(value=3.0, unit="s")),
                severity="medium",
            ),
        },
        channels={
            "slack": Channel(kind="slack", settings={"token": "env:T"}, address="C1"),
            "pager": Channel(kind="webhook", settings={"url": "env:U"}),
        },
        contacts={"eva": {"pager": "+1"}},
        incidents=IncidentCalls(notify=("eva",)),
        escalations={"oncall": (EscalationStep(after=Wait(), notify=("eva",)),)},
        gates={
            "launch": (
                ItemsCondition(items="required"),
                ObjectiveCondition(objective="latency", advisory=True),
                PollCondition(poll=("engineering", "qa")),
            ),
            "deploy": (
                PhaseCondition(phase="launch"),
                AlertCondition(no_alert="critical"),
                WindowCondition(window=Window(not_on=("sun",), between="22:00-06:00"), advisory=True),
                PresentCondition(present={"director": 1}),
                ReadyCondition(ready="rollback"),
                RolloutCondition(rollout="android", percent=50.0, advisory=True),
                UnlockedCondition(unlocked=("site",)),
                CheckCondition(check=("page",)),
                CountdownCondition(countdown="counting", advisory=True),
                SmokeCondition(smoke="shop", within=600.0, advisory=True),
            ),
        },
        actions={
            "deploy": Action(
                steps=(Step(verb="migrate", provider="db"), Step(verb="deploy", provider="site")),
                gate="deploy",
                approvals=1,
                on_failure=OnFailure(run="rollback"),
            ),
            "backup": Action(steps=(Step(verb="backup", provider="db"),)),
            "rollback": Action(steps=(Step(verb="rollback", provider="site"),), approvals=1),
        },
        rollouts={
            "android": Rollout(
                provider="site",
                stages=(
                    RolloutStage(percent=10.0, soak=600.0),
                    RolloutStage(percent=50.0, soak=600.0),
                    RolloutStage(percent=100.0),
                ),
                guards=(
                    KeepGuard(
                        keep=Threshold(objective="errors", op="<", limit=Quantity(value=0.05, unit="%"))
                    ),
                    ObjectiveGuard(objective="latency"),
                    QuietGuard(quiet="slow"),
                ),
                gate="deploy",
                advance="automatic",
            )
        },
        smoke={"shop": SmokeSuite(steps=(HttpStep(url="https://shop.example/"),))},
        rollback_criteria=RollbackCriteria(
            at_least=2,
            of=(
                AlertCriterion(alert="high_errors"),
                ObjectiveCriterion(objective="errors"),
                HandCriterion(hand="lost-orders", title="Orders are lost"),
            ),
        ),
    )


def amended() -> tuple[Definition, ...]:
    """What that definition may become in the course of the launch; the last is another launch."""
    made = definition()
    errors, deploy = made.objectives["errors"], made.actions["deploy"]
    by_name = {person.name: person for person in made.operators}
    crew = {**by_name, "opal": replace(by_name["opal"], role="engineer")}
    del crew["guest"]
    return (
        made,
        replace(
            made,
            signals={"homepage": HttpSignal(url=f"{URL}new", every=5.0, timeout=3.0)},
            items=(*(item for item in made.items if item.id not in ("video", "watch")), BANK),
        ),
        replace(
            made,
            objectives={**made.objectives, "errors": replace(errors, at_least=9)},
            alerts={"slow": replace(made.alerts["slow"], severity="low")},
            rollback_criteria=None,
            operators=tuple(crew.values()),
        ),
        replace(made, actions={**made.actions, "deploy": replace(deploy, approvals=2)}),
        replace(
            made,
            launch=replace(made.launch, t0=None),
            gates={},
            actions={**made.actions, "deploy": replace(deploy, gate=None)},
        ),
        replace(made, launch=replace(made.launch, version="2")),
    )


def plan_of(made: Definition, run: RunState) -> Plan:
    """What an engine would plan."""
    if run.aim is not None:
        step = PlannedStep(verb=run.aim.verb, provider="site", does="it", command="make it")
        return Plan(action=run.action, title="it", version="1", environment="production", steps=(step,))
    action = made.actions[run.action]
    return Plan(
        action=run.action,
        title=run.action,
        version="1",
        environment="production",
        steps=tuple(
            PlannedStep(verb=s.verb, provider=s.provider, does="it", command="make it") for s in action.steps
        ),
        params=run.params,
        approvals=action.approvals,
        gate=action.gate,
    )


WORDS = ["because", "because", "\x1b[31mred\x1b[0m", "two\nlines", "", " ", "x" * 5000]
OUTCOMES: list[ev.Delivery] = ["accepted", "confirmed", "rejected", "deferred", "unknown"]
ITEMS = ["dns", "legal", "video", "page", "watch", "rounds", "nothing"]
VERDICTS: list[ev.ReadingVerdict] = ["ok", "bad", "unknown"]
TARGETS = ["site", "db", "*", "nowhere"]


def any_command(random: Random, state: State) -> Command:
    """Any command, mostly about things that are there."""
    draw = random.choice
    run_id = draw([*state.runs, "deploy-9"])
    run = state.runs.get(run_id)
    digest = draw([run.digest if run else "", run.digest if run else "", "another"])
    words, expect = draw(WORDS), draw([None, None, None, None, random.randrange(30)])
    item = draw(ITEMS)
    of_items = [
        cmd.Tick(item=item, evidence=words, expect=expect),
        cmd.Untick(item=item, text=words, expect=expect),
        cmd.Fail(item=item, text=words, expect=expect),
        cmd.Skip(item=item, text=words, expect=expect),
        cmd.Assign(item=item, assignee=draw([None, "eva", "stranger"]), expect=expect),
        cmd.Comment(item=item, text=words),
        cmd.AddEvidence(item=item, text=words),
        cmd.RequestCheck(item=item),
        cmd.RequestChecks(phase=draw([None, "pre-launch", "launch"]), team=draw([None, "nobody"])),
        cmd.AddItem(
            title=words,
            required=draw([True, False]),
            due=draw([None, -60.0, float("nan")]),
            every=draw([None, None, 60.0, 0.0]),
            until=draw([None, None, 600.0]),
        ),
    ]
    of_runs = [
        cmd.RequestRun(
            action=draw(["deploy", "backup", "rollback", "nothing"]),
            params=draw([{}, {"region": "eu"}, {"\x1b": ""}, {"a": "b\nc"}]),
        ),
        cmd.ConfirmRun(run=run_id, digest=digest, override=words),
        cmd.ApproveRun(run=run_id, digest=digest),
        cmd.RejectRun(run=run_id, text=words),
        cmd.BreakGlass(run=run_id, digest=digest, text=words),
        cmd.RetractRun(run=run_id),
        cmd.AbortRun(run=run_id, text=words),
        cmd.ResolveRun(
            run=run_id,
            resolution=draw(["retry", "skip", "done", "roll-back"]),
            text=words,
            expect=draw([None, run.seq if run else 0, 1]),
        ),
    ]
    of_launch = [
        cmd.OpenLaunch(launch=draw([LAUNCH, "other"]), definition=definition()),
        cmd.EnterPhase(
            phase=draw(["pre-launch", "launch", "post-launch"]),
            override=words,
            expect=expect,
        ),
        cmd.WriteNote(text=words),
        cmd.ReadMentions(upto=draw([0, 1, 2, 10_000])),
        cmd.Acknowledge(alert=draw(["high_errors", "slow", "nothing"]), text=words),
        cmd.SilenceAlert(alert=draw(["slow", "nothing"]), text=words, seconds=draw([-1.0, 0.001, 60.0])),
        cmd.UnsilenceAlert(alert=draw(["slow", "nothing"])),
        cmd.NoteForReport(
            section=draw(["impact", "lesson", "action-item"]), text=words, owner=draw(["", "eva"])
        ),
        cmd.RecordChannelTest(
            channel=draw(["slack", "nothing"]),
            to=draw(["slack", "eva", "nobody"]),
            outcome="deferred",
            detail=words,
        ),
        cmd.MarkCriterion(
            criterion=draw(["lost-orders", "lost-orders", "high_errors"]),
            met=draw([True, False]),
            text=words,
            expect=expect,
        ),
        cmd.Lock(target=draw(TARGETS), text=words, seconds=draw([-1.0, 60.0])),
        cmd.Unlock(target=draw(TARGETS)),
        cmd.HoldCountdown(text=words),
        cmd.ResumeCountdown(expect=expect),
        cmd.SlipCountdown(seconds=draw([-600.0, 0.0, 1800.0]), text=words, expect=expect),
        cmd.Redact(seq=random.randrange(-1, state.seq + 2), text=words),
        _amendment(random, state),
        _amendment(random, state),
    ]
    of_polls = [
        cmd.CallPoll(teams=draw([(), ("qa",), ("qa", "qa", "legal")]), text=words, expect=expect),
        cmd.AnswerPoll(
            answer=draw(["go", "go", "no-go"]),
            team=draw(["", "qa", "engineering", "legal"]),
            text=words,
            expect=expect,
        ),
        cmd.ClosePoll(expect=expect),
        cmd.TakeSeat(text=words, expect=expect),
        cmd.HandSeat(to=draw(["ops", "lead", "eva", "guest", "nobody"]), text=words, expect=expect),
    ]
    incident = draw(["", "", *state.incidents, "incident-9"])
    of_incidents = [
        cmd.DeclareIncident(
            text=words,
            severity=draw([None, "critical", "low"]),
            alert=draw(["", "slow", "high_errors", "nothing"]),
            impact=draw(WORDS),
            commander=draw(["", "eva", "nobody"]),
        ),
        cmd.UpdateIncident(
            incident=incident,
            text=words,
            impact=draw(["", "cards"]),
            severity=draw([None, "critical", "medium"]),
            next_in=draw([None, 600.0, 0.0, float("inf")]),
        ),
        cmd.CommandIncident(incident=incident, commander=draw(["", "ops", "nobody"]), expect=expect),
        cmd.AddIncidentTask(incident=incident, text=words, assignee=draw([None, "eva", "nobody"])),
        cmd.FinishIncidentTask(incident=incident, task=draw([1, 1, 2, 99])),
        cmd.MitigateIncident(incident=incident, text=words, expect=expect),
        cmd.ResolveIncident(incident=incident, text=words, expect=expect),
        cmd.ReviewIncident(incident=incident, text=words, expect=expect),
    ]
    of_rollouts = [
        cmd.BumpRollout(
            rollout=draw(["android", "nothing"]), percent=draw([None, 20.0, 100.0, 0.0, 500.0]), expect=expect
        ),
        cmd.HaltRollout(rollout=draw(["android", "*", "nothing"]), text=words),
        cmd.ResumeRollout(rollout="android", expect=expect),
        cmd.CompleteRollout(rollout="android", expect=expect),
        cmd.VetoRollout(rollout="android", text=words),
        cmd.RunSmoke(suite=draw(["shop", "nothing"])),
    ]
    group = draw([of_items, of_items, of_runs, of_launch, of_polls, of_incidents, of_rollouts])
    return draw(group)


def _amendment(random: Random, state: State) -> Command:
    held = state.definition.digest() if state.definition else ""
    return cmd.Amend(
        definition=random.choice(amended()), base=random.choice([held, held, "another"]), text="we know more"
    )


class LaunchDay:
    """One launch in a temporary SQLite store. What is accepted must fold; a refusal must leave no trace."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._room = contextlib.ExitStack()
        folder = self._room.enter_context(tempfile.TemporaryDirectory())
        self.store = open_store(f"sqlite:///{folder}/journal.db")
        self._room.callback(self.store.close)
        open_launch(self.store, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
        self.session = Session(self.store, LAUNCH)
        self.desks = {
            name: LocalDesk(self.store, Session(self.store, LAUNCH), person)
            for name, person in PEOPLE.items()
        }
        self.builder = Fold()
        self.folded = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.close()

    def live(self, steps: int) -> None:
        """So many acts of people and the engine, each held against what must always be so."""
        acts = [self.act] * 4 + [self.go_forward] * 3 + [self.carry] * 4
        acts += [self.check, self.alert, self.judge, self.advise, self.engine_starts, self.enter_phase]
        acts += [self.tell, self.look, self.saved, self.smoked, self.migrated]
        for _ in range(steps):
            self.random.choice(acts)()
            self.everything_fits()
        if self.random.random() < 0.5:
            self.perform("lead", cmd.CloseLaunch(outcome="success"))
            for _ in range(5):
                self.act()
            self.everything_fits()

    @property
    def state(self) -> State:
        self.session.refresh()
        return self.session.state

    # People

    def act(self) -> None:
        self.perform(self.random.choice(list(PEOPLE)), any_command(self.random, self.state))

    def go_forward(self) -> None:
        """The next thing that a willing crew would do about some run."""
        waiting = [run for run in self.state.runs.values() if run.status in ("planned", "interrupted")]
        if not waiting:
            name = self.random.choice(["lead", "ops", "opal"])
            self.perform(name, cmd.RequestRun(action=self.random.choice(["deploy", "backup", "rollback"])))
            return
        run = self.random.choice(waiting)
        crew = ["lead", "opal", "ops", "claimed"]
        name = self.random.choice(crew)
        if run.requested_by in PEOPLE and not run.confirmed:
            name = run.requested_by
        if run.status == "interrupted":
            self.perform("opal", cmd.ResolveRun(run=run.id, resolution=self.random.choice(["retry", "done"])))
        elif run.confirmed:
            self.perform(name, cmd.ApproveRun(run=run.id, digest=run.digest))
        else:
            self.perform(name, cmd.ConfirmRun(run=run.id, digest=run.digest, override="it must be"))

    def enter_phase(self) -> None:
        self.perform("lead", cmd.EnterPhase(phase="launch", override=self.random.choice(["", "it must be"])))

    def perform(self, name: str, command: Command) -> None:
        person, before = PEOPLE[name], self.state
        answer = self._answer(name, command)
        after = self.state
        if isinstance(answer, LaunchpadError):
            assert after.seq == before.seq, f"{command} was refused, and yet something was written"
            assert "\n" not in str(answer)
            assert not _must_go(person, command, before), f"{command} was refused: {answer}"
        elif answer.already:
            assert after.seq == before.seq
        else:
            assert before.seq < answer.seq <= after.seq
            for recorded in self.session.events[before.seq :]:
                _check(recorded, before)

    def _answer(self, name: str, command: Command) -> Done | LaunchpadError:
        try:
            return self.desks[name].perform(command)
        except LaunchpadError as refusal:
            return refusal

    # The engine

    def carry(self) -> None:
        """What an engine may do next about some run."""
        unfinished = [run for run in self.state.runs.values() if not run.ended]
        if not unfinished:
            return
        choices = self._moves(self.random.choice(unfinished))
        if choices:
            self.engine(*self.random.choice(choices))

    def _moves(self, run: RunState) -> list[list[ev.Event]]:
        match run.status:
            case "requested":
                plan = plan_of(definition(), run)
                planned = ev.RunPlanned(
                    run=run.id, plan=plan, digest=plan.digest(), gate=None, expires_at=4_000_000_000 * SECOND
                )
                return [[planned], [planned], [planned], [ev.RunRefused(run=run.id, reason="no provider")]]
            case "approved":
                assert run.plan is not None
                others = {a.by for a in run.approvals} - {run.requested_by, run.confirmed_by, "claimed"}
                assert len(others) >= run.plan.approvals or run.glass_broken_by, run
                return [[ev.RunStarted(run=run.id, epoch=1)]]
            case "running" | "aborting":
                return self._step_moves(run)
            case _:
                return []

    def _step_moves(self, run: RunState) -> list[list[ev.Event]]:
        index = run.current_step
        if index is None:
            return [[ev.RunSucceeded(run=run.id)]]
        step, aborting = {"run": run.id, "step": index}, run.status == "aborting"
        stopped: list[ev.Event] = (
            [ev.RunAborted(run=run.id)] if aborting else [ev.RunInterrupted(run=run.id, reason="lost")]
        )
        if run.steps[index].status == "pending":
            intended = ev.StepIntended(**step, epoch=1, nonce="n", attempt=run.steps[index].attempt + 1)
            return [stopped] if aborting else [[intended], [intended], stopped]
        if run.steps[index].status in ("intended", "running"):
            failed = [ev.StepFailed(**step, reason="no"), ev.RunFailed(run=run.id, reason="no")]
            if not aborting and not any(
                r.action == "rollback" and not r.ended for r in self.state.runs.values()
            ):
                repair = self.state.next_run_id("rollback")
                failed.append(ev.RunRequested(run=repair, action="rollback", params={"repairs": run.id}))
            ends: list[list[ev.Event]] = [
                [ev.StepSucceeded(**step)],
                [ev.StepSucceeded(**step)],
                failed,
                [ev.StepInterrupted(**step, reason="died"), *stopped],
                [ev.StepRunning(**step, provider_id="17")],
            ]
            return [*ends, [ev.StepAborted(**step), ev.RunAborted(run=run.id)]] if aborting else ends
        return [stopped]

    def check(self) -> None:
        verdict = self.random.choice(VERDICTS)
        at = self.store.now()
        self.engine(ev.ItemChecked(item="page", verdict=verdict, reason="seen", observed_at=at))

    def alert(self) -> None:
        name = self.random.choice(["high_errors", "slow"])
        before = self.state.alerts.get(name)
        onward: dict[str, list[ev.AlertStatus]] = {"pending": ["firing", "inactive"], "firing": ["resolved"]}
        status = self.random.choice(onward.get(before.status if before else "", ["pending", "firing"]))
        if status == "resolved" and self.random.random() < 0.5:
            self.engine(ev.AlertEased(alert=name, eased=self.random.random() < 0.7, value=0.1, n=9))
            return
        self.engine(ev.AlertChanged(alert=name, status=status, severity="high", value=0.5, n=9))

    def tell(self) -> None:
        """What an outbox may do next: wake somebody, send, hear."""
        state, now = self.state, self.store.now()
        made = state.definition
        assert made is not None
        events: list[ev.Event] = list(escalations(state, made, now))
        epoch = state.engine.epoch if state.engine else 0
        events += [
            intended(e, epoch, parcel.message) for parcel in parcels(state, made, now) for e in parcel.errands
        ]
        for message in state.messages.values():
            if message.outcome is None and self.random.random() < 0.7:
                outcome = self.random.choice(OUTCOMES)
                events.append(
                    ev.MessageAnswered(message=message.id, outcome=outcome, detail="so", retry_at=now)
                )
        if events:
            self.engine(self.random.choice(events))

    def look(self) -> None:
        """What a rollout's watch may do next."""
        draw = self.random.choice
        made, seen = self.state.definition, self.state.rollouts.get("android")
        if made is None or "android" not in made.rollouts:
            return
        status = draw(["rolling", "rolling", "halted", "in review"])
        reading = RolloutReading(status=status, percent=draw([10.0, 50.0]))
        events: list[ev.Event] = [ev.RolloutObserved(rollout="android", reading=reading, observed_at=1)]
        if seen is not None:
            events.append(
                ev.RolloutJudged(
                    rollout="android", verdict=draw(VERDICTS), reason="so", soaked=1.0, lasted=2.0
                )
            )
            if seen.vetoed_by is None:
                events.append(ev.RolloutAdvanceAnnounced(rollout="android", percent=50.0, due_at=1))
            if seen.announced is not None:
                events.append(ev.RolloutAdvanceWithdrawn(rollout="android", reason="gate"))
        self.engine(draw(events))

    def saved(self) -> None:
        """A backup that a run made."""
        now = self.state.at
        made = BackupFact(
            name="db/a", size=9, sha256="00", taken_at=now, verified_at=self.random.choice([None, now])
        )
        self.engine(ev.BackupTaken(provider="db", run="backup-1", vault="vault", backup=made))
        if self.random.random() < 0.3:
            self.engine(ev.BackupFoundDamaged(provider="db", run="restore-1", backup="db/a"))

    def migrated(self) -> None:
        """What is read of a database, or done to it."""
        draw = self.random.choice
        reading = MigrationsReading(version=draw(["1", "2"]), pending=draw([(), ("3",)]))
        fact = MigrationFact(before="1", after=reading, backwards=draw([True, False]))
        self.engine(
            draw(
                [
                    ev.MigrationsRead(provider="db", observed_at=1, reading=draw([reading, None])),
                    ev.MigrationsApplied(provider="db", run="deploy-1", fact=fact),
                ]
            )
        )

    def smoked(self) -> None:
        """A smoke test that was run."""
        draw = self.random.choice
        verdict, cause = draw(VERDICTS), draw(["request", "schedule", "check"])
        step = SmokeStepFact(title="Home", asks="GET /", verdict=verdict, reason="so")
        result = SmokeFact(verdict=verdict, steps=(step,), seconds=0.1)
        self.engine(ev.SmokeRan(suite="shop", result=result, observed_at=self.state.at, cause=cause))

    def judge(self) -> None:
        verdict = self.random.choice(VERDICTS)
        self.engine(
            ev.ObjectiveChanged(
                objective="errors", verdict=verdict, value=None, limit=0.001, n=0, window=300.0
            )
        )

    def advise(self) -> None:
        """As an engine would that sees every sample."""
        before = self.state.advice
        if self.state.launched_at is not None:
            recommended = not (before and before.recommended)
            self.engine(
                ev.RollbackAdvised(
                    recommended=recommended, met=("lost-orders",), unknown=(), at_least=2, of=3
                )
            )

    def engine_starts(self) -> None:
        engine = self.state.engine
        if engine is not None and engine.stopped_at is None:
            if self.random.random() < 0.3:
                lease = self.store.lease(LAUNCH)
                assert lease is not None
                self.store.release_lease(lease)
                self.engine(ev.EngineStopped(holder=engine.holder, epoch=engine.epoch))
            return
        lease = self.store.take_lease(LAUNCH, "engine", 600.0)
        if lease is not None:
            self.engine(ev.EngineStarted(holder="engine", epoch=lease.epoch, host="here", version="1"))

    def engine(self, *events: ev.Event) -> None:
        """Appends as the engine does, until the launch is closed."""
        if self.state.outcome is None:
            number = self.state.seq
            self.store.append(
                LAUNCH,
                [
                    Draft(id=f"e{number}-{i}", event=e, actor="engine", auth="engine")
                    for i, e in enumerate(events)
                ],
            )

    # What always holds

    def everything_fits(self) -> None:
        state = self.state
        assert state.anomalies == 0
        assert state.read_only == "" or state.outcome is not None
        for recorded in self.session.events[self.folded :]:
            self.builder.apply(recorded)
        self.folded = state.seq


def _must_go(person: Identity, command: Command, state: State) -> bool:
    """Whether nothing but a missing role may keep this from happening: stopping and acknowledging."""
    if state.outcome is not None or not allows(acting(person, state).role, "engineer"):
        return False
    if getattr(command, "text", "").startswith("xxx"):
        return False  # too long to keep
    if isinstance(command, cmd.HaltRollout):
        return state.definition is not None and command.rollout in state.definition.rollouts
    if isinstance(command, cmd.AbortRun):
        return command.run in state.runs and not state.runs[command.run].ended
    if isinstance(command, cmd.Acknowledge):
        alert = state.alerts.get(command.alert)
        return alert is not None and alert.status in ("pending", "firing")
    return False


def _check(recorded: Recorded, before: State) -> None:
    """The rules that never bend, held against what a desk let through."""
    role = acting(PEOPLE[recorded.actor], before).role
    match recorded.event:
        case ev.RunApproved(run=name, digest=digest):
            run = before.runs[name]
            assert recorded.actor not in (run.requested_by, run.confirmed_by)
            assert recorded.auth != "claimed"
            assert digest == run.digest
            assert allows(role, "operator")
        case ev.RunConfirmed(run=name, overridden=overridden):
            run = before.runs[name]
            proven = recorded.auth != "claimed"
            asked = run.requested_by if run.requested_auth in ("key", "os") else recorded.actor
            assert recorded.actor in (asked, run.requested_by)
            assert proven or not run.plan.approvals
            assert not overridden or (role == "director" and recorded.text)
        case ev.ItemSkipped(item=item):
            assert recorded.text
            assert role == "director" or not before.items[item].item.required
        case ev.PhaseEntered(overridden=overridden):
            assert role == "director"
            assert not overridden or recorded.text
        case ev.IncidentResolved(incident=name):
            assert recorded.text
            assert role == "director" or recorded.actor == before.incidents[name].commander
        case ev.ItemTicked(item=item, occurrence=occurrence):
            state = before.items[item]
            assert state.item.check is None
            # Without a T-0 there is nothing that it could recur from.
            assert (occurrence is None) == (state.item.every is None or before.t0 is None)
            assert occurrence not in [done.number for done in state.occurrences]
            assert all(before.items[need].status in ("done", "skipped") for need in state.item.needs)
        case _:
            pass
