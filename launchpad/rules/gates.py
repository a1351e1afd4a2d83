"""Gates: GO, HOLD or NO-GO, the worst of their binding conditions."""

from launchpad.model.definition import PHASES, AnyCondition
from launchpad.model.plan import GATE_VERDICTS, ConditionReport, GateReport, GateVerdict
from launchpad.model.text import clean
from launchpad.rules.conditions import JUDGES
from launchpad.rules.situation import Situation


def evaluate(name: str, situation: Situation) -> GateReport | None:
    """The gate `name`; None if the definition has no such gate."""
    definition = situation.state.definition
    gate = definition.gates.get(name) if definition else None
    if gate is None:
        return None
    conditions = tuple(_judge(condition, name, situation) for condition in gate)
    binding = [c.verdict for c in conditions if not c.advisory]
    worst: GateVerdict = max(binding, key=GATE_VERDICTS.index, default="GO")
    return GateReport(gate=name, verdict=worst, conditions=conditions)


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
