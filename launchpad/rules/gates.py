"""Gates: GO, HOLD or NO-GO, the worst of their binding conditions."""

from msgspec.structs import replace

from launchpad.model.definition import PHASES, AnyCondition
from launchpad.model.plan import GATE_VERDICTS, ConditionReport, GateReport, GateVerdict
from launchpad.model.state import RunState
from launchpad.model.text import clean
from launchpad.rules import ladder
from launchpad.rules.conditions import JUDGES
from launchpad.rules.locks import run_owner
from launchpad.rules.situation import Situation

_OF_ROLLOUT = "rollout:"


def of_rollout(name: str) -> str:
    """The gate that a rollout goes through on its way forward: the one it names, and its own ladder."""
    return f"{_OF_ROLLOUT}{name}"


def evaluate(name: str, situation: Situation) -> GateReport | None:
    """The gate `name`; None if the definition has no such gate."""
    definition = situation.state.definition
    rollout = situation.rollouts.get(name.removeprefix(_OF_ROLLOUT)) if name.startswith(_OF_ROLLOUT) else None
    asked = rollout.rollout.gate if rollout else name
    gate = definition.gates.get(asked) if definition and asked else None
    if gate is None and rollout is None:
        return None
    conditions = tuple(_judge(condition, name, situation) for condition in gate or ())
    conditions += ladder.conditions(rollout) if rollout else ()
    binding = [c.verdict for c in conditions if not c.advisory]
    worst: GateVerdict = max(binding, key=GATE_VERDICTS.index, default="GO")
    return GateReport(gate=name, verdict=worst, conditions=conditions)


def without_own(situation: Situation, run: RunState) -> Situation:
    """What the gate of a run at work is judged on: the locks of the run itself are not in its way."""
    own = run_owner(situation.state.launch, run.id)
    return replace(situation, locks=tuple(lock for lock in situation.locks if lock.owner != own))


def ahead(situation: Situation) -> tuple[GateReport, ...]:
    """Every gate that may still matter: the one of the next phase first, then those of actions."""
    state = situation.state
    gates = state.definition.gates if state.definition else {}
    after = PHASES.index(state.phase) + 1
    names = [*PHASES[after : after + 1], *(name for name in gates if name not in PHASES)]
    reports = (evaluate(name, situation) for name in names)
    return tuple(report for report in reports if report is not None)


def _judge(condition: AnyCondition, gate: str, situation: Situation) -> ConditionReport:
    name, verdict, detail = JUDGES[type(condition)](condition, gate, situation)
    # What people wrote may have several lines; a reason is one.
    return ConditionReport(name=name, verdict=verdict, detail=clean(detail, 500), advisory=condition.advisory)
