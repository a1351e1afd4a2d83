"""Rollback criteria: how many are met, and whether that recommends to take the release back.

It recommends, and never acts. What is not known is neither met nor unmet: it is counted apart, brings no
recommendation about and ends none.
"""

from typing import Literal

from launchpad.model.definition import (
    AlertCriterion,
    AnyCriterion,
    Definition,
    HandCriterion,
    RollbackCriteria,
)
from launchpad.model.events import RollbackAdvised
from launchpad.model.state import RunState, State
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value, format_duration
from launchpad.rules import alerts
from launchpad.rules.objectives import limit_of
from launchpad.rules.situation import Situation

CriterionVerdict = Literal["met", "not met", "unknown"]
AdviceVerdict = Literal["roll back", "stay", "unknown"]

_STANDS = ("planned", "approved", "running", "succeeded")
_FORTH = ("deploy", "promote", "bump", "resume", "complete")
"""Verbs with which a release goes out."""

_Judgement = tuple[str, CriterionVerdict, str]


class CriterionView(Value):
    """A criterion, judged."""

    name: str
    """That of the alert or the objective, or its own."""
    by_hand: bool
    sentence: str
    """What it asks."""
    verdict: CriterionVerdict
    detail: str
    """What the verdict rests on."""


class AdviceView(Value):
    """What the criteria come to."""

    criteria: tuple[CriterionView, ...]
    at_least: int
    in_force: bool
    """Whether the release is out; before that nothing is recommended."""
    run: str
    """The action that takes the release back; empty if there is none."""
    since: Micros | None
    """Since when a rollback is recommended, as recorded."""
    back: RunState | None = None
    """The run that takes the release back already, or has; the criteria follow once the readings do."""

    def named(self, verdict: CriterionVerdict) -> tuple[str, ...]:
        """The criteria with this verdict."""
        return tuple(c.name for c in self.criteria if c.verdict == verdict)

    @property
    def met(self) -> int:
        return len(self.named("met"))

    @property
    def unknown(self) -> int:
        return len(self.named("unknown"))

    @property
    def verdict(self) -> AdviceVerdict:
        """What they recommend; `unknown` where what is not known could turn it."""
        if not self.in_force:
            return "stay"
        if self.met >= self.at_least:
            return "roll back"
        return "unknown" if self.met + self.unknown >= self.at_least else "stay"

    @property
    def count(self) -> str:
        """`met 2 of 6, 1 unknown`."""
        return f"met {self.met} of {len(self.criteria)}" + (
            f", {self.unknown} unknown" if self.unknown else ""
        )

    @property
    def sentence(self) -> str:
        """`rollback criteria met 2 of 6, 1 unknown: recommends roll back`."""
        said = f"rollback criteria {self.count}"
        if not self.in_force:
            return f"{said}; they count once the launch is out"
        if self.verdict == "roll back":
            return f"{said}: {self._taken_up(self.back) if self.back else 'recommends roll back'}"
        return f"{said}; {self.at_least} recommend{'s' * (self.at_least == 1)} to roll back"

    @staticmethod
    def _taken_up(back: RunState) -> str:
        if back.status == "succeeded":
            return f"rolled back by {back.id}, the readings are yet to recover"
        return f"{back.id} {'waits for approval' if back.awaits_approval else 'is rolling back'}"


def advise(situation: Situation) -> AdviceView | None:
    """What the criteria of the definition come to; None without such."""
    state = situation.state
    definition = state.definition
    criteria = definition.rollback_criteria if definition else None
    if definition is None or criteria is None:
        return None
    run = _run(definition, criteria)
    since = state.advice.since if state.advice and state.advice.recommended else None
    return AdviceView(
        criteria=tuple(_judged(criterion, definition, situation) for criterion in criteria.of),
        at_least=criteria.at_least,
        in_force=state.launched_at is not None and state.outcome is None,
        run=run,
        since=since,
        back=None if since is None else _standing(state, backs(state, since)),
    )


def backs(state: State, since: Micros) -> list[RunState]:
    """The confirmed runs that take the release back, asked for since then or under way by then: people may
    be quicker than readings."""
    return [
        run
        for run in state.runs.values()
        if run.plan is not None and run.plan.goes_back and run.confirmed and _at_work_since(run, since)
    ]


def _at_work_since(run: RunState, since: Micros) -> bool:
    if run.started_at is None:
        return run.requested_at >= since
    return run.ended_at is None or run.ended_at >= since


def _standing(state: State, found: list[RunState]) -> RunState | None:
    """The last of them that is under way, or done with nothing gone out after it."""
    back = next((run for run in reversed(found) if run.status in _STANDS), None)
    if back is None or back.ended_at is None:
        return back
    later = (run for run in state.runs.values() if (run.started_at or 0) > back.ended_at and run.plan)
    again = any(step.verb in _FORTH for run in later if run.plan for step in run.plan.steps)
    return None if again else back


def next_event(advice: AdviceView) -> RollbackAdvised | None:
    """What there is to record: that a rollback is recommended, or surely no longer."""
    recommended = advice.verdict == "roll back"
    if not advice.in_force or advice.verdict == "unknown" or recommended == (advice.since is not None):
        return None
    return RollbackAdvised(
        recommended=recommended,
        met=advice.named("met"),
        unknown=advice.named("unknown"),
        at_least=advice.at_least,
        of=len(advice.criteria),
    )


def _run(definition: Definition, criteria: RollbackCriteria) -> str:
    named = criteria.run or "rollback"
    return named if named in definition.actions else ""


def _judged(criterion: AnyCriterion, definition: Definition, situation: Situation) -> CriterionView:
    if isinstance(criterion, HandCriterion):
        name, (sentence, verdict, detail) = criterion.hand, _by_hand(criterion, situation)
    elif isinstance(criterion, AlertCriterion):
        name, (sentence, verdict, detail) = criterion.alert, _alert(criterion.alert, definition, situation)
    else:
        name = criterion.objective
        sentence, verdict, detail = _objective(name, definition, situation)
    return CriterionView(
        name=name,
        by_hand=isinstance(criterion, HandCriterion),
        sentence=sentence,
        verdict=verdict,
        detail=clean(detail, 500),
    )


def _by_hand(criterion: HandCriterion, situation: Situation) -> _Judgement:
    mark = situation.state.marks.get(criterion.hand)
    if mark is None:
        return criterion.title, "unknown", "nobody has looked yet"
    ago = format_duration(max(0, situation.now - mark.at) // SECOND)
    seen = f": {mark.seen}" if mark.seen else ""
    return criterion.title, "met" if mark.met else "not met", f"{mark.by} {ago} ago{seen}"


def _alert(name: str, definition: Definition, situation: Situation) -> _Judgement:
    rule = definition.alerts.get(name)
    if rule is None:
        return f"alert {name}", "unknown", "there is no such alert"
    sentence = f"alert {name}: {alerts.sentence(rule)}"
    state = situation.state.alerts.get(name)
    if state is not None and state.status == "firing":
        # As recorded, whoever watches: an alert is not over because nobody looks.
        return sentence, "met", f"firing for {format_duration((situation.now - state.since) // SECOND)}"
    if not situation.watched:
        return sentence, "unknown", situation.unwatched
    reading = situation.readings.get(rule.objective) if rule.objective else None
    if rule.objective and (reading is None or reading.verdict == "unknown"):
        return sentence, "unknown", f"{rule.objective} has no data"
    return sentence, "not met", state.status if state is not None else "quiet"


def _objective(name: str, definition: Definition, situation: Situation) -> _Judgement:
    objective = definition.objectives.get(name)
    if objective is None:
        return f"objective {name}", "unknown", "there is no such objective"
    sentence = f"not {limit_of(name, objective)}"
    reading = situation.readings.get(name)
    if reading is None or not situation.watched:
        return sentence, "unknown", "no data" if reading is None else situation.unwatched
    # The recorded verdict has lasted; a value on the brink would change the advice again and again.
    recorded = situation.state.objectives.get(name)
    verdicts: dict[str, CriterionVerdict] = {"ok": "not met", "bad": "met", "unknown": "unknown"}
    settled = recorded.verdict if recorded is not None and reading.verdict != "unknown" else "unknown"
    return sentence, verdicts[settled], f"now {reading.evidence}"
