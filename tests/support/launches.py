"""A launch to look at: a definition, a journal with fixed times, samples, people.

`Demo` writes what happened into a store of any kind; times are what the caller says, so that a picture
of the screen is the same on every day.
"""

import uuid
from collections.abc import Iterable
from random import Random

from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.commands import Identity
from launchpad.model.events import Event
from launchpad.model.fold import fold
from launchpad.model.journal import Draft, Head, Recorded, Row, recorded, seal
from launchpad.model.plan import ConditionReport, GateReport, Plan, PlannedStep
from launchpad.model.samples import Lease, LogLine, Presence, Sample
from launchpad.model.store import Store
from launchpad.model.values import SECOND, Micros, Quantity, ZonedTime, parse_zoned_time
from launchpad.rules.objectives import Meter
from launchpad.rules.view import View, view

LAUNCH = "acme-4.2.0"
T0: ZonedTime = parse_zoned_time("2026-12-01 09:00 Europe/Berlin")

LEAD = Identity(name="lead", role="director", teams=("engineering",))
ADA = Identity(name="ada", role="operator", teams=("engineering",))
BOB = Identity(name="bob", role="engineer", teams=("support",))
EVE = Identity(name="eve", role="viewer")
EVERYBODY = (LEAD, ADA, BOB, EVE)


def at(minutes: float) -> Micros:
    """So many minutes after T-0."""
    return T0.at + round(minutes * 60 * SECOND)


def _item(name: str, title: str, phase: d.Phase, team: str, **more: object) -> d.Item:
    return d.Item(id=name, title=title, phase=phase, team=team, **more)  # type: ignore[arg-type]


ITEMS = (
    _item("backup-tested", "Backup proven by a restore", "pre-launch", "database", required=True),
    _item("legal", "Legal approval on file", "pre-launch", "legal", required=True, evidence="required"),
    _item("load", "Load test at twice the expected peak", "pre-launch", "qa", due=-86400.0),
    _item("status-page", "Status page reachable", "pre-launch", "support", check=d.HttpProof(
        url="http://127.0.0.1:9/status")),
    _item("oncall", "On-call rota confirmed for the first night", "pre-launch", "engineering", required=True),
    _item("macros", "Support macros published", "pre-launch", "support", due=-3600.0),
    _item("deploy", "Release deployed to all regions", "launch", "engineering", required=True),
    _item("dns", "Domain points to production", "launch", "engineering", needs=("deploy",), required=True),
    _item("payments", "Payments reconciled against the ledger", "launch", "payments", required=True,
        due=1800.0),
    _item("flags", "Feature flag at one percent", "launch", "engineering", needs=("deploy",)),
    _item("announce", "Announcement sent", "launch", "marketing", needs=("dns", "payments"), due=3600.0),
    _item("exec-update", "First update to the executives", "launch", "management", due=7200.0),
    _item("review", "Launch review held", "post-launch", "engineering", due=172800.0, required=True),
    _item("cleanup", "Old release removed", "post-launch", "engineering", needs=("review",)),
)  # fmt: skip


def definition(*, environment: str = "production", items: Iterable[d.Item] = ITEMS) -> d.Definition:
    """Four people, fourteen items, three signals, four objectives, two alerts, two gates, three actions."""
    percent = lambda value: Quantity(value=value / 100, unit="%")  # noqa: E731
    return d.Definition(
        launch=d.Launch(product="Acme", version="4.2.0", environment=environment, t0=T0),
        operators=tuple(d.Operator(name=p.name, role=p.role, teams=p.teams) for p in EVERYBODY),
        items=tuple(items),
        providers={"site": d.Provider(kind="command"), "db": d.Provider(kind="command")},
        signals={
            "homepage": d.HttpSignal(url="https://acme.example/", every=5.0, timeout=3.0),
            "checkout": d.HttpSignal(url="https://acme.example/checkout", every=5.0, timeout=3.0),
            "search": d.HttpSignal(url="https://acme.example/search", every=10.0, timeout=3.0),
        },
        objectives={
            "availability": d.Objective(signal="homepage", window=3600.0, target=0.999),
            "latency": d.Objective(
                signal="homepage", window=600.0, percentile=95, below=Quantity(value=0.4, unit="s")
            ),
            "checkout": d.Objective(signal="checkout", window=300.0, error_rate=True, below=percent(1)),
            "search": d.Objective(
                signal="search", window=600.0, percentile=99, below=Quantity(value=0.8, unit="s")
            ),
        },
        alerts={
            "checkout-errors": d.Alert(
                when=d.Threshold(objective="checkout", op=">", limit=percent(2)), for_=60, severity="critical"
            ),
            "slow": d.Alert(
                when=d.Threshold(objective="latency", op=">", limit=Quantity(value=1.0, unit="s")),
                severity="medium",
            ),
        },
        gates={
            "launch": (
                d.ItemsCondition(items="required"),
                d.ObjectiveCondition(objective="availability"),
                d.ObjectiveCondition(objective="latency"),
                d.AlertCondition(no_alert="critical"),
                d.ObjectiveCondition(objective="search", advisory=True),
            ),
            "post-launch": (d.ItemsCondition(items="required"), d.AlertCondition(no_alert="high")),
            "deploy": (d.PhaseCondition(phase="launch"), d.AlertCondition(no_alert="critical")),
        },
        actions={
            "backup": d.Action(title="Back up the database", key="b", steps=(_step("backup", "db"),)),
            "deploy": d.Action(
                title="Deploy the release",
                key="d",
                gate="deploy",
                approvals=1,
                steps=(_step("migrate", "db"), _step("deploy", "site"), _step("smoke", "site")),
                on_failure=d.OnFailure(run="rollback"),
            ),
            "rollback": d.Action(title="Roll back", key="r", steps=(_step("rollback", "site"),)),
        },
    )


def _step(verb: d.Verb, provider: str) -> d.Step:
    return d.Step(verb=verb, provider=provider)


def plan(action: str = "deploy", *, reversible: bool = True, approvals: int = 1) -> Plan:
    """What an engine would say of the action."""
    steps = {
        "deploy": (
            PlannedStep(
                verb="migrate", provider="db", does="Apply 3 migrations to orders", timeout=600.0,
                command="bin/migrate --to 4.2.0", undo="bin/migrate --to 4.1.9" if reversible else None,
            ),
            PlannedStep(
                verb="deploy", provider="site", does="Replace 4.1.9 by 4.2.0 in all regions", timeout=900.0,
                command="bin/deploy acme 4.2.0 --all-regions", undo="bin/deploy acme 4.1.9 --all-regions",
            ),
            PlannedStep(
                verb="smoke", provider="site", does="Buy one test article in each region", timeout=300.0,
                command="bin/smoke --regions all", undo="nothing is left behind",
            ),
        ),
        "rollback": (
            PlannedStep(
                verb="rollback", provider="site", does="Put 4.1.9 back in all regions",
                command="bin/deploy acme 4.1.9 --all-regions", undo="bin/deploy acme 4.2.0 --all-regions",
            ),
        ),
    }[action]  # fmt: skip
    title = {"deploy": "Deploy the release", "rollback": "Roll back"}[action]
    return Plan(
        action=action,
        title=title,
        version="4.2.0",
        environment="production",
        steps=steps,
        approvals=approvals if action == "deploy" else 0,
        gate="deploy" if action == "deploy" else None,
        on_failure="asks whether to run rollback",
    )


class Demo:
    """Collects what happened, then writes it into a store in one go."""

    def __init__(self, launch: str = LAUNCH, *, of: d.Definition | None = None, seed: int = 7) -> None:
        self.launch = launch
        self.definition = of or definition()
        self.rows: list[Row] = []
        self.samples: list[Sample] = []
        self.log: list[LogLine] = []
        self.watched = True
        self.online: list[Identity] = [LEAD, ADA, BOB]
        self._random = Random(seed)
        self.add(-3000, LEAD.name, ev.LaunchOpened(definition=self.definition, format=d.FORMAT))

    def add(self, minute: float, actor: str, event: Event, text: str = "") -> "Demo":
        """One event, `minute` minutes after T-0."""
        previous = Head(seq=self.rows[-1].seq, hash=self.rows[-1].hash) if self.rows else Head()
        stamp = max(at(minute), self.rows[-1].at if self.rows else 0)
        auth: ev.Auth = "engine" if actor == "engine" else "os"
        event_id = uuid.UUID(int=self._random.getrandbits(128)).hex
        draft = Draft(id=event_id, event=event, actor=actor, auth=auth, text=text)
        self.rows.append(seal(self.launch, draft, previous=previous, at=stamp, salt="salt"))
        return self

    def tick(self, minute: float, who: Identity, *names: str, text: str = "") -> "Demo":
        for name in names:
            self.add(minute, who.name, ev.ItemTicked(item=name), text)
        return self

    def engine(self, minute: float) -> "Demo":
        started = ev.EngineStarted(holder="engine-1", epoch=1, host="ops-1", version="0.1.0")
        return self.add(minute, "engine", started)

    def measure(
        self,
        signal: str,
        begin: float,
        end: float,
        *,
        typical: float = 0.18,
        bad: float = 0.0,
        reason: str = "HTTP 503 Service Unavailable",
    ) -> "Demo":
        """Samples of a signal between two minutes, a share `bad` of them failures."""
        every = self.definition.signals[signal].every
        minute = begin
        while minute < end:
            failed = self._random.random() < bad
            self.samples.append(
                Sample(
                    signal=signal,
                    observed=at(minute),
                    received=at(minute),
                    verdict="bad" if failed else "ok",
                    duration=None if failed else typical * self._random.lognormvariate(0, 0.25),
                    reason=reason if failed else "",
                )
            )
            minute += every / 60
        return self

    def request(
        self, minute: float, who: Identity, action: str = "deploy", *, number: int = 1, **of_plan: object
    ) -> "Demo":
        """A run asked for and planned."""
        run = f"{action}-{number}"
        made = plan(action, **of_plan)  # type: ignore[arg-type]
        self.add(minute, who.name, ev.RunRequested(run=run, action=action))
        planned = ev.RunPlanned(
            run=run, plan=made, digest=made.digest(), gate=_gate(made), expires_at=at(minute + 60)
        )
        return self.add(minute, "engine", planned)

    def begin(self, minute: float, who: Identity, run: str = "deploy-1", *, step: int = 1) -> "Demo":
        """The run confirmed, approved by ada, and at work on `step` (from 0)."""
        made = plan(run.rsplit("-", 1)[0])
        digest = made.digest()
        self.add(minute, who.name, ev.RunConfirmed(run=run, digest=digest))
        if made.approvals:
            self.add(minute, ADA.name, ev.RunApproved(run=run, digest=digest))
        self.add(minute, "engine", ev.RunStarted(run=run, epoch=1))
        for index in range(step + 1):
            self.add(minute, "engine", ev.StepIntended(run=run, step=index, epoch=1, nonce=f"n{index}"))
            if index < step:
                self.add(minute, "engine", ev.StepSucceeded(run=run, step=index))
        return self

    def says(self, minute: float, run: str, step: int, *lines: str) -> "Demo":
        """Output of a run."""
        for text in lines:
            self.log.append(LogLine(run=run, n=len(self.log) + 1, at=at(minute), step=step, text=text))
        return self

    @property
    def events(self) -> list[Recorded]:
        return [recorded(self.launch, row) for row in self.rows]

    @property
    def people(self) -> tuple[Presence, ...]:
        looking = {ADA: "launch: payments", BOB: "timeline"}
        return tuple(
            Presence(
                seat=f"seat-{index}",
                operator=person.name,
                role=person.role,
                via="local" if index == 0 else f"ssh 203.0.113.{index}",
                looking_at=looking.get(person, ""),
            )
            for index, person in enumerate(self.online)
        )

    def view(self, minute: float, *, trend: int = 60) -> View:
        """What there is to show at a minute, without any store."""
        meter = Meter(self.definition)
        meter.feed(sorted(self.samples, key=lambda sample: sample.observed))
        lease = (
            Lease(launch=self.launch, holder="engine-1", epoch=1, expires_in=9.0) if self.watched else None
        )
        now = at(minute)
        return view(fold(self.events), meter.readings(now, trend=trend), now, lease=lease, people=self.people)

    def write(self, store: Store) -> "Demo":
        """Brings it all into a store."""
        store.import_rows(self.launch, self.rows)
        store.add_samples(self.launch, sorted(self.samples, key=lambda sample: sample.observed))
        store.add_log(self.launch, self.log)
        if self.watched:
            store.take_lease(self.launch, "engine-1", 86400.0)
        for person in self.people:
            store.announce(self.launch, person)
        return self


def _gate(made: Plan) -> GateReport | None:
    if made.gate is None:
        return None
    now_in = ConditionReport(name="phase is launch", verdict="GO", detail="now in launch")
    quiet = ConditionReport(name="no critical alert", verdict="GO", detail="1 rules quiet")
    return GateReport(gate=made.gate, verdict="GO", conditions=(now_in, quiet))


def before(demo: Demo | None = None) -> Demo:
    """The day before: some items done, all signals fine, the gate waits for items."""
    demo = demo or Demo()
    demo.engine(-2990)
    demo.tick(-2000, ADA, "backup-tested", text="restore of 30 November, 41 minutes, ticket OPS-812")
    demo.add(-1900, LEAD.name, ev.ItemAssigned(item="legal", assignee="lead"))
    demo.add(-1800, BOB.name, ev.ItemCommented(item="macros"), "two are still in review")
    demo.add(-1700, BOB.name, ev.ItemAssigned(item="macros", assignee="bob"))
    demo.add(-1500, ADA.name, ev.NoteWritten(), "load test booked for 14:00")
    demo.tick(-1450, ADA, "load")
    observed = at(-91)
    demo.add(-91, "engine", ev.ItemChecked(item="status-page", verdict="ok", reason="", observed_at=observed))
    for signal, typical in (("homepage", 0.18), ("checkout", 0.24), ("search", 0.31)):
        demo.measure(signal, -150, -90, typical=typical)
    return demo


def deciding() -> Demo:
    """The day before, with a gate of every kind of condition, and a roll-call under way."""
    whole = definition()
    gate = (
        d.ItemsCondition(items="required"),
        d.ObjectiveCondition(objective="latency"),
        d.AlertCondition(no_alert="critical"),
        d.PhaseCondition(phase="pre-launch"),
        d.PollCondition(poll=("engineering", "support", "legal")),
        d.PresentCondition(present={"director": 1, "operator": 2}),
        d.ReadyCondition(ready="rollback"),
        d.UnlockedCondition(unlocked=("site",)),
        d.CheckCondition(check=("status-page",)),
        d.CountdownCondition(countdown="counting"),
        d.WindowCondition(window=d.Window(not_on=("sat", "sun")), advisory=True),
    )
    demo = before(Demo(of=replace(whole, gates={**whole.gates, "launch": gate})))
    demo.add(
        -100, "engine", ev.ActionProbed(action="rollback", verdict="ok", reason="", observed_at=at(-100))
    )
    demo.add(-90.9, LEAD.name, ev.PollCalled(teams=("engineering", "support", "legal")), "go for tomorrow")
    seen = (ev.Seen(objective="latency", verdict="ok", evidence="213 ms, n=120, 4 s old"),)
    demo.add(-90.8, LEAD.name, ev.PollAnswered(team="engineering", answer="go", seen=seen))
    demo.add(-90.5, BOB.name, ev.PollAnswered(team="support", answer="no-go"), "two macros are missing")
    return demo


def launched(demo: Demo | None = None) -> Demo:
    """A quarter of an hour after T-0, all well, nothing runs."""
    demo = before(demo)
    demo.tick(-60, LEAD, "legal", text="https://acme.example/legal/4.2.0")
    demo.tick(-50, ADA, "oncall").tick(-45, BOB, "macros")
    demo.add(0, LEAD.name, ev.PhaseEntered(phase="launch"))
    demo.add(2, LEAD.name, ev.ItemAssigned(item="payments", assignee="ada"))
    demo.measure("homepage", -90, 14.5, typical=0.19)
    demo.measure("checkout", -90, 14.5, typical=0.26)
    demo.measure("search", -90, 14.5, typical=0.33)
    return demo


def finished(demo: Demo | None = None) -> Demo:
    """Every item of every phase is done, all is well, and nothing runs."""
    demo = launched(demo)
    for phase in d.PHASES[1:]:
        if phase == "post-launch":
            demo.add(10, LEAD.name, ev.PhaseEntered(phase=phase))
        names = (item.id for item in demo.definition.items if item.phase == phase)
        demo.tick(11, ADA, *names, text="seen")
    return demo


def closed(demo: Demo | None = None) -> Demo:
    """The same, closed as a success."""
    return finished(demo).add(14, LEAD.name, ev.LaunchClosed(outcome="success"))


def declared(demo: Demo | None = None) -> Demo:
    """As degraded, a minute later: an incident declared from the alert by bob; ada commands it."""
    demo = demo or degraded()
    of = {"incident": "incident-1"}
    event = ev.IncidentDeclared(**of, severity="critical", alert="checkout-errors", next_at=at(28))
    demo.add(13, BOB.name, event, "cards fail at the till")
    demo.add(13, BOB.name, ev.IncidentImpactStated(**of), "everybody who pays by card")
    demo.add(13, BOB.name, ev.AlertAcknowledged(alert="checkout-errors"), "declared incident-1")
    demo.add(13.5, LEAD.name, ev.IncidentCommanded(**of, commander="ada"))
    return demo.add(
        14, ADA.name, ev.IncidentTaskAdded(**of, task=1, assignee="bob"), "call the card processor"
    )


def planned(demo: Demo | None = None, **of_plan: object) -> Demo:
    """All well, and the plan of a deploy lies before its requester, the director."""
    return launched(demo).request(14, LEAD, **of_plan)


def during(demo: Demo | None = None) -> Demo:
    """All well: a deploy is at work."""
    demo = launched(demo).request(10, LEAD).begin(12, LEAD)
    demo.says(12.1, "deploy-1", 0, "3 migrations to apply", "orders: column added", "orders: index built")
    healthy = ("eu-west: 4.2.0 healthy", "us-east: draining 4.1.9", "us-east: 4.2.0 healthy")
    return demo.says(13, "deploy-1", 1, *healthy)


def waiting(demo: Demo | None = None) -> Demo:
    """As planned, but confirmed: it waits for somebody else's yes."""
    demo = planned(demo)
    return demo.add(14.2, LEAD.name, ev.RunConfirmed(run="deploy-1", digest=plan().digest()))


def interrupted(demo: Demo | None = None) -> Demo:
    """The engine died in the middle of the second step."""
    demo = during(demo)
    why = "engine 1 is gone; whether bin/deploy went through is not known"
    demo.add(14, "engine", ev.StepInterrupted(run="deploy-1", step=1, reason=why))
    return demo.add(14, "engine", ev.RunInterrupted(run="deploy-1", reason=why))


def degraded(demo: Demo | None = None) -> Demo:
    """The same moment gone wrong: checkout fails, search is silent, an alert fires unacknowledged."""
    demo = during(demo)
    demo.samples = [s for s in demo.samples if not (s.signal == "search" and s.observed > at(10))]
    demo.samples = [s for s in demo.samples if not (s.signal == "checkout" and s.observed > at(8))]
    demo.measure("checkout", 8, 14.5, typical=0.9, bad=0.06)
    changed = ev.ObjectiveChanged(
        objective="checkout", verdict="bad", value=0.04, limit=0.01, n=60, window=300.0, reason="HTTP 503"
    )
    demo.add(11, "engine", changed)
    for minute, status in ((11.0, "pending"), (12.1, "firing")):
        alert = ev.AlertChanged(
            alert="checkout-errors", status=status, severity="critical", value=0.042, n=60  # type: ignore[arg-type]
        )  # fmt: skip
        demo.add(minute, "engine", alert)
    return demo


def escalating() -> Demo:
    """The same, with people who are told: one has been, one can't be, and who is next is known."""
    made = definition()
    told = replace(made.alerts["checkout-errors"], notify=("slack",), escalate="oncall")
    demo = Demo(
        of=replace(
            made,
            alerts={**made.alerts, "checkout-errors": told},
            channels={
                "slack": d.Channel(kind="slack", address="#launch"),
                "sms": d.Channel(kind="webhook", address="everyone"),
            },
            contacts={"lead": {"sms": "+1"}, "cto": {"sms": "+2"}},
            escalations={
                "oncall": (
                    d.EscalationStep(after=d.Wait(), notify=("lead",)),
                    d.EscalationStep(after=d.Wait(seconds=900.0), notify=("cto",)),
                )
            },
        )
    )
    firing = len(degraded(demo).rows)
    demo.add(
        12.1, "engine", ev.AlertEscalated(alert="checkout-errors", firing=firing, step=0, notify=("lead",))
    )
    for to, channel, step in (("slack", "slack", None), ("lead", "sms", 0)):
        message = f"checkout-errors/{firing}/{to}/{channel}" + ("" if step is None else "/1")
        intended = ev.MessageIntended(
            message=message,
            alert="checkout-errors",
            firing=firing,
            to=to,
            channel=channel,
            step=step,
            stage="firing",
            attempt=1,
            epoch=1,
        )
        demo.add(12.1, "engine", intended, "CRITICAL\ncheckout")
        answer = ev.MessageAnswered(message=message, outcome="confirmed", provider_id="C1:1")
        if step is not None:
            answer = ev.MessageAnswered(message=message, outcome="rejected", detail="no such number")
        demo.add(12.12, "engine", answer)
    return demo


def advised(demo: Demo | None = None) -> Demo:
    """As degraded, with criteria for a rollback, of which so many are met that they recommend it."""
    whole = definition()
    criteria = d.RollbackCriteria(
        at_least=2,
        of=(
            d.AlertCriterion(alert="checkout-errors"),
            d.ObjectiveCriterion(objective="search"),
            d.ObjectiveCriterion(objective="availability"),
            d.HandCriterion(hand="payments-fail", title="Customers can't pay"),
            d.HandCriterion(hand="data-wrong", title="Data is lost or wrong"),
        ),
    )
    demo = degraded(demo or Demo(of=replace(whole, rollback_criteria=criteria)))
    fine = ev.ObjectiveChanged(
        objective="availability", verdict="ok", value=1.0, limit=0.999, n=700, window=3600.0
    )
    demo.add(12.2, "engine", fine)
    marked = ev.CriterionMarked(criterion="payments-fail", met=True)
    demo.add(13, BOB.name, marked, "three tickets, all with cards of one bank")
    advice = ev.RollbackAdvised(
        recommended=True,
        met=("checkout-errors", "payments-fail"),
        unknown=("search", "data-wrong"),
        at_least=2,
        of=5,
    )
    return demo.add(13.02, "engine", advice)
