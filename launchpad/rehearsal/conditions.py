"""What a script waits for and expects, in words over the view: `run deploy is succeeded or failed`.

Clauses are joined by `and`; each is `SUBJECT [NAME] is [not] VALUE [or VALUE …]`. `SUBJECTS` lists them.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from launchpad.model.rollouts import shown
from launchpad.model.state import RunState, State
from launchpad.rules.gates import evaluate
from launchpad.rules.view import View

_CLAUSE = re.compile(r"(?P<subject>[a-z]+)(?: (?P<name>\S+))? is (?P<no>not )?(?P<values>\S.*)")


class Subject(NamedTuple):
    """Something that a condition may speak of."""

    named: bool
    """Whether a name follows: `item legal`."""
    value: Callable[[View, str], str]
    """How it stands, in a word."""
    words: str
    """The words that it may be."""
    detail: Callable[[View, str], str] = lambda _view, _name: ""
    """What else there is to say of it."""


class Clause(NamedTuple):
    subject: str
    name: str
    values: tuple[str, ...]
    negated: bool

    def holds(self, view: View) -> bool:
        return (SUBJECTS[self.subject].value(view, self.name) in self.values) != self.negated

    def told(self, view: View) -> str:
        """How it stands now: `gate launch is HOLD: no data for latency`."""
        subject = SUBJECTS[self.subject]
        detail = subject.detail(view, self.name)
        what = " ".join(filter(None, (self.subject, self.name)))
        return f"{what} is {subject.value(view, self.name)}" + (f": {detail}" if detail else "")


class Condition(NamedTuple):
    """Holds while all its clauses do."""

    clauses: tuple[Clause, ...]

    def holds(self, view: View) -> bool:
        return all(clause.holds(view) for clause in self.clauses)

    def told(self, view: View) -> str:
        """How the first clause that does not hold stands, else the first."""
        broken = (clause for clause in self.clauses if not clause.holds(view))
        return next(broken, self.clauses[0]).told(view)


def condition(text: str) -> Condition:
    """Reads a condition. Raises ValueError with what was expected."""
    return Condition(tuple(_clause(part.strip()) for part in text.split(" and ")))


def _clause(text: str) -> Clause:
    match = _CLAUSE.fullmatch(text)
    if match is None:
        raise ValueError(f"expected such as 'run deploy is succeeded', found '{text}'")
    subject, name = match["subject"], match["name"] or ""
    if subject not in SUBJECTS:
        raise ValueError(f"there is no subject '{subject}', expected one of {', '.join(SUBJECTS)}")
    if bool(name) != SUBJECTS[subject].named:
        wanted = "a name" if SUBJECTS[subject].named else "no name"
        raise ValueError(f"expected {wanted} behind '{subject}'")
    values = tuple(value.strip() for value in match["values"].split(" or "))
    return Clause(subject, name, values, negated=bool(match["no"]))


def run_called(state: State, name: str) -> RunState | None:
    """The run of that id, else the newest of the action of that name."""
    if name in state.runs:
        return state.runs[name]
    of_action = [run for run in state.runs.values() if run.action == name]
    return max(of_action, key=lambda run: run.requested_at, default=None)


def _everything(view: View, _name: str) -> str:
    all_fresh = view.engine.watching and view.freshness.ok == view.freshness.total
    return "measured" if all_fresh else "not measured"


def _measured(view: View, _name: str) -> str:
    return f"{view.freshness.ok} of {view.freshness.total} signals; {view.engine.sentence}"


def _gate(view: View, name: str) -> str:
    report = evaluate(name, view.situation)
    return report.verdict if report else "undefined"


def _blockers(view: View, name: str) -> str:
    report = evaluate(name, view.situation)
    return "; ".join(f"{c.name} ({c.detail})" for c in report.blockers) if report else ""


def _item(view: View, name: str) -> str:
    return next((item.mark for item in view.items if item.id == name), "undefined")


def _run(view: View, name: str) -> str:
    run = run_called(view.state, name)
    if run is None:
        return "not requested"
    return "awaiting-approval" if run.awaits_approval else run.status


def _reason(view: View, name: str) -> str:
    run = run_called(view.state, name)
    return run.reason if run else ""


def _approver(view: View, name: str) -> str:
    run = run_called(view.state, name)
    return ", ".join(approval.by for approval in run.approvals) if run and run.approvals else "nobody"


def _requester(view: View, name: str) -> str:
    run = run_called(view.state, name)
    return run.requested_by if run else "nobody"


def _aim(view: View, name: str) -> str:
    run = run_called(view.state, name)
    return run.aim.why if run is not None and run.aim is not None else ""


def _rollout(view: View, name: str) -> str:
    return next((str(one.status) for one in view.rollouts if one.name == name), "undefined")


def _standing(view: View, name: str) -> str:
    return next((f"{one.standing} {one.because}".strip() for one in view.rollouts if one.name == name), "")


def _share(view: View, name: str) -> str:
    return next((shown(one.percent) for one in view.rollouts if one.name == name), "undefined")


def _alert(view: View, name: str) -> str:
    alert = view.state.alerts.get(name)
    return alert.status if alert else "inactive"


def _vote(view: View, name: str) -> str:
    poll = view.state.poll
    if poll is None or poll.closed_at is not None or name not in poll.teams:
        return "not asked"
    vote = poll.votes.get(name)
    return "asked" if vote is None or vote.lapsed else vote.answer


def _criterion(view: View, name: str) -> str:
    criteria = view.advice.criteria if view.advice else ()
    return next((c.verdict for c in criteria if c.name == name), "undefined")


def _message(view: View, to: str) -> str:
    told = any(message.state.told for message in view.messages if message.state.to == to)
    return "told" if told else "not told"


def _undelivered(view: View, to: str) -> str:
    return next((m.sentence for m in view.messages if m.state.to == to and not m.state.told), "")


def _incident(view: View, _name: str) -> str:
    return view.incidents[0].state.status if view.incidents else "undeclared"


def _rollback(view: View, _name: str) -> str:
    return "advised" if view.state.advice is not None and view.state.advice.recommended else "not advised"


SUBJECTS: dict[str, Subject] = {
    "everything": Subject(named=False, value=_everything, words="measured", detail=_measured),
    "engine": Subject(
        named=False,
        value=lambda view, _name: "watching" if view.engine.watching else "away",
        words="watching, away",
    ),
    "launch": Subject(
        named=False,
        value=lambda view, _name: "open" if view.state.outcome is None else "closed",
        words="open, closed",
    ),
    "phase": Subject(
        named=False,
        value=lambda view, _name: view.state.phase,
        words="pre-launch, launch, post-launch",
    ),
    "health": Subject(
        named=False,
        value=lambda view, _name: view.health,
        words="ok, bad, unknown",
        detail=lambda view, _name: view.standing.sentence,
    ),
    "rollback": Subject(named=False, value=_rollback, words="advised, not advised"),
    "incident": Subject(
        named=False, value=_incident, words="undeclared, declared, mitigating, resolved, reviewed"
    ),
    "gate": Subject(named=True, value=_gate, words="GO, HOLD, NO-GO", detail=_blockers),
    "item": Subject(named=True, value=_item, words="open, blocked, done, stale, failed, skipped"),
    "run": Subject(
        named=True,
        value=_run,
        words="not requested, requested, planned, awaiting-approval, approved, running, succeeded, failed, …",
        detail=_reason,
    ),
    "approver": Subject(named=True, value=_approver, words="who approved the run"),
    "requester": Subject(named=True, value=_requester, words="who asked for the run, or engine", detail=_aim),
    "rollout": Subject(
        named=True, value=_rollout, words="approved, rolling, halted, complete, unknown, …", detail=_standing
    ),
    "share": Subject(named=True, value=_share, words="what share of users it has: 10%"),
    "alert": Subject(named=True, value=_alert, words="inactive, pending, firing, resolved"),
    "vote": Subject(named=True, value=_vote, words="not asked, asked, go, no-go"),
    "criterion": Subject(named=True, value=_criterion, words="met, not met, unknown"),
    "message": Subject(named=True, value=_message, words="told, not told", detail=_undelivered),
}
"""What a condition may speak of. A run is named by its id, or by its action: then the newest is meant."""
