"""The report as values, made from a journal and its samples by pure functions: the same in, the same out."""

from collections.abc import Iterable, Iterator, Sequence

from launchpad.model import events as ev
from launchpad.model.definition import PHASES, Definition, Phase
from launchpad.model.journal import Recorded
from launchpad.model.migrations import MigrationFact
from launchpad.model.rollouts import RolloutReading
from launchpad.model.samples import Sample
from launchpad.model.state import ItemState, RunState, SmokeState, State
from launchpad.model.state.report import ReportNote
from launchpad.model.values import SECOND, Micros, Value
from launchpad.report.decisions import Decision, decisions
from launchpad.report.measures import Measure, Span, measures
from launchpad.report.troubles import Trouble, troubles
from launchpad.rules.countdown import current_t0
from launchpad.rules.items import at_present, finished, stale
from launchpad.rules.narrate import Sentence, narrate
from launchpad.rules.view.incidents import IncidentView, incident_view


class Summary(Value):
    """What one wants to know first."""

    product: str
    version: str
    environment: str
    deployed_by: tuple[str, ...]
    """Who asked for the runs that succeeded; empty if there was none."""
    opened_at: Micros
    opened_by: str
    planned_t0: Micros | None
    launched_at: Micros | None
    """When the phase `launch` was entered."""
    until: Micros
    """When it was closed; else how far the report reaches."""
    status: str
    """`success`, `partial`, `failed`, `aborted`, or `still open`."""
    closing_words: str = ""
    rollback_target: float | None = None
    """Seconds that going back may take."""

    @property
    def duration(self) -> float:
        """Seconds from the beginning of the launch itself, or of all, to the end."""
        return (self.until - (self.launched_at or self.opened_at)) / SECOND


class Section(Value):
    """The items of a phase."""

    phase: Phase
    items: tuple[ItemState, ...]
    finished: int
    """How many of them counted as done in the end."""
    stale: tuple[str, ...] = ()
    """Those whose proof was too old then."""


class Person(Value):
    """Somebody who took part."""

    name: str
    role: str
    """As the definition has it; empty for whoever it does not name."""
    acts: int
    first_at: Micros
    last_at: Micros


class Line(Value):
    """A line of the timeline."""

    seq: int
    at: Micros
    by: str
    sentence: Sentence


class Report(Value):
    """A launch, told."""

    launch: str
    zone: str
    head_seq: int
    head_hash: str
    """Where the journal ended: `launchpad verify --head` proves that it still holds all of this."""
    summary: Summary
    measures: tuple[Measure, ...]
    incidents: tuple[IncidentView, ...]
    troubles: tuple[Trouble, ...]
    rollbacks: tuple[RunState, ...]
    notes: tuple[ReportNote, ...]
    decisions: tuple[Decision, ...]
    runs: tuple[RunState, ...]
    checklist: tuple[Section, ...]
    people: tuple[Person, ...]
    timeline: tuple[Line, ...]
    smoke: dict[str, SmokeState]
    """The last outcome of each smoke test that ran."""
    rollouts: dict[str, RolloutReading]
    """How each rollout stood in the end."""
    migrated: dict[str, MigrationFact]
    """What this launch migrated, and did not put back."""
    anomalies: int = 0

    def said(self, section: ev.ReportSection) -> tuple[ReportNote, ...]:
        """What people said under one heading."""
        return tuple(note for note in self.notes if note.section == section)


def account(state: State, events: Sequence[Recorded], samples: Iterable[Sample], until: Micros) -> Report:
    """The report of a launch that was opened, as far as `until`."""
    definition = state.definition
    assert definition is not None, "a journal begins with launch.opened"
    launched = _entered(events, "launch")
    whole = Span(begin=state.opened_at or until, launched=launched, end=until)
    runs = tuple(sorted(state.runs.values(), key=lambda run: run.requested_at))
    return Report(
        launch=state.launch,
        zone=definition.zone,
        head_seq=state.seq,
        head_hash=state.hash,
        summary=_summary(state, definition, events, launched, until),
        measures=measures(definition, events, _counting(state, samples), whole),
        incidents=tuple(
            incident_view(incident, state, definition, (), until) for incident in state.incidents.values()
        ),
        troubles=troubles(state, events),
        rollbacks=tuple(run for run in runs if _rolls_back(run) and run.started_at is not None),
        notes=state.report_notes,
        decisions=decisions(events, state.amendments),
        runs=runs,
        checklist=_checklist(state, until),
        people=_people(definition, events),
        timeline=tuple(
            Line(seq=e.seq, at=e.at, by=e.actor, sentence=narrate(e, definition, state.amendments))
            for e in events
            if not isinstance(e.event, ev.MessageIntended)
        ),
        anomalies=state.anomalies,
        smoke={name: one for name, one in state.smoke.items() if one.last is not None},
        rollouts={name: one.reading for name, one in state.rollouts.items()},
        migrated={name: one.applied for name, one in state.migrations.items() if one.applied is not None},
    )


def _counting(state: State, samples: Iterable[Sample]) -> Iterator[Sample]:
    """Without what was measured before a signal was amended: it says nothing of what the signal is now."""
    since = state.measured_since
    return (sample for sample in samples if sample.observed >= since.get(sample.signal, 0))


def _summary(
    state: State, definition: Definition, events: Sequence[Recorded], launched: Micros | None, until: Micros
) -> Summary:
    about = definition.launch
    deployed = [run for run in state.runs.values() if run.status == "succeeded" and not _rolls_back(run)]
    closing = next((e for e in reversed(events) if isinstance(e.event, ev.LaunchClosed)), None)
    return Summary(
        product=about.product,
        version=about.version,
        environment=about.environment,
        deployed_by=tuple(dict.fromkeys(run.requested_by for run in deployed if _deploys(run))),
        opened_at=state.opened_at or until,
        opened_by=state.opened_by,
        planned_t0=about.t0.at if about.t0 else None,
        launched_at=launched,
        until=until,
        status=state.outcome or "still open",
        closing_words=closing.text if closing else "",
        rollback_target=about.targets.rollback,
    )


def _deploys(run: RunState) -> bool:
    return run.plan is not None and any(step.verb in ("deploy", "promote") for step in run.plan.steps)


def _rolls_back(run: RunState) -> bool:
    return run.plan is not None and any(step.verb in ("rollback", "restore") for step in run.plan.steps)


def _entered(events: Sequence[Recorded], phase: Phase) -> Micros | None:
    return next(
        (e.at for e in events if isinstance(e.event, ev.PhaseEntered) and e.event.phase == phase), None
    )


def _checklist(state: State, until: Micros) -> tuple[Section, ...]:
    t0 = current_t0(state, until)
    items = [at_present(item, t0, until) for item in state.items.values()]
    sections = (_section(phase, [i for i in items if i.item.phase == phase], until) for phase in PHASES)
    return tuple(section for section in sections if section.items)


def _section(phase: Phase, items: Sequence[ItemState], until: Micros) -> Section:
    return Section(
        phase=phase,
        items=tuple(items),
        finished=sum(finished(item, until) for item in items),
        stale=tuple(item.item.id for item in items if stale(item, until)),
    )


def _people(definition: Definition, events: Sequence[Recorded]) -> tuple[Person, ...]:
    roles = {operator.name: operator.role for operator in definition.operators}
    acts: dict[str, list[Micros]] = {}
    for event in events:
        if event.auth != "engine":
            acts.setdefault(event.actor, []).append(event.at)
    return tuple(
        Person(name=name, role=roles.get(name, ""), acts=len(at), first_at=at[0], last_at=at[-1])
        for name, at in sorted(acts.items(), key=lambda entry: -len(entry[1]))
    )
