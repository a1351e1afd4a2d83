"""What a changed definition does to what was done and said under the one before it.

- An item keeps its state by its id; a new one is open, one that is gone leaves the list, one that was added
  in the course of the launch stays. One that is proved otherwise, or recurs at other times, is open again,
  unless it was skipped. One that is left out now, or no longer, is so unless somebody has decided otherwise.
- An objective that is held otherwise, or whose signal is measured otherwise, is unknown until it is judged
  anew; samples of such a signal count from the moment an engine follows. An alert that would fire at another
  time is inactive again. What only changes who hears of it leaves it as it is.
- A plan that was made from something that changed is made anew: its confirmation, its override and its
  approvals lapse. So does the approval of somebody whose role or teams changed. A run under way goes on by
  the plan that it was started with.
- What people saw of a rollback criterion counts as long as that asks for the same; what they come to is
  recorded anew.
- A smoke test that is another one has not run yet.
- A rollout that is read otherwise is unknown until it is read anew; one that is judged otherwise soaks anew.
- A go lapses when the gate ahead, an objective that it was given on, or T-0 changed, or when whoever gave it
  no longer speaks for the team. A no-go stays.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.definition import PHASES, Definition
from launchpad.model.differences import differences
from launchpad.model.fold import checklist, migrations, polls, rollouts, smoke
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.fold.runs import settle_approval
from launchpad.model.journal import Recorded
from launchpad.model.state import ItemState, PollState, RunState
from launchpad.model.state.amendments import Amendment
from launchpad.model.state.launch import EngineState, HoldState
from launchpad.model.touched import Touched, touched


def _amended(parts: Parts, rec: Recorded, event: ev.LaunchAmended) -> None:
    before: Definition | None = parts.scalars.get("definition")
    if before is None:
        parts.misfit()
        return
    after = event.definition
    of = touched(before, after)
    hold_definition(parts, rec.seq, after)
    _move_t0(parts, rec, before, after)
    _items(parts, rec, before, of)
    _measured(parts, rec, of)
    _criteria(parts, before, after)
    rollouts.forget(parts, rec, of.read_otherwise, frozenset(of.rollouts))
    smoke.forget(parts, of.smoke)
    migrations.forget(parts, of.providers)
    lapsed = (*_runs(parts, rec, before, of), *_votes(parts, rec, before, of))
    amendment = Amendment(
        seq=rec.seq,
        at=rec.at,
        by=rec.actor,
        reason=rec.text,
        differences=differences(before, after),
        lapsed=lapsed,
    )
    parts.scalars["amendments"] = (*parts.scalars.get("amendments", ()), amendment)


def hold_definition(parts: Parts, seq: int, definition: Definition) -> None:
    """From event `seq` on `definition` holds; earlier ones are kept for the runs planned under them."""
    kept = {**parts.scalars.get("definitions", {}), seq: definition}
    parts.scalars.update(definition=definition, definition_seq=seq, definitions=kept)


def _move_t0(parts: Parts, rec: Recorded, before: Definition, after: Definition) -> None:
    """A T-0 written otherwise is meant as it stands; one that is not keeps its slips."""
    if before.launch.t0 == after.launch.t0:
        return
    hold: HoldState | None = parts.scalars.get("hold")
    if after.launch.t0 is None:
        parts.scalars.update(t0=None, hold=None, countdown_seq=rec.seq)
        return
    # While the countdown is held, T-0 moves on from here by what is left of the hold.
    held = rec.at - hold.since if hold else 0
    parts.scalars.update(t0=after.launch.t0.at - held, countdown_seq=rec.seq)


def _items(parts: Parts, rec: Recorded, before: Definition, of: Touched) -> None:
    declared = {item.id for item in before.items}
    items: dict[str, ItemState] = {}
    after: Definition = parts.scalars["definition"]
    for item in after.items:
        known = parts.items.get(item.id)
        if known is None:
            items[item.id] = checklist.beginning(item, after)
            continue
        items[item.id] = checklist.amended(replace(known, item=item), before, after)
        if item.id in of.checks:
            items[item.id] = _unproved(items[item.id], rec)
    found = {name: state for name, state in parts.items.items() if name not in declared | set(items)}
    parts.items = items | found


def _unproved(state: ItemState, rec: Recorded) -> ItemState:
    state = replace(state, check=None, proved_at=None, check_requested=0, occurrences=())
    if state.status == "skipped":
        return state
    return replace(state, status="open", seq=rec.seq, at=rec.at, by=rec.actor, reason="")


def _measured(parts: Parts, rec: Recorded, of: Touched) -> None:
    after: Definition = parts.scalars["definition"]
    for name in of.objectives:
        parts.objectives.pop(name, None)
    for name in of.alerts:
        parts.alerts.pop(name, None)
    silences = parts.scalars.get("silences", {})
    parts.scalars["silences"] = {name: one for name, one in silences.items() if name in after.alerts}
    for name in of.actions:
        parts.readiness.pop(name, None)
    since = {**parts.scalars.get("measured_since", {}), **dict.fromkeys(of.signals, rec.at)}
    parts.scalars["measured_since"] = {name: at for name, at in since.items() if name in after.signals}
    parts.unfollowed |= of.signals


def _criteria(parts: Parts, before: Definition, after: Definition) -> None:
    """What was seen of a criterion counts as long as that asks for the same."""
    old, new = before.rollback_criteria, after.rollback_criteria
    if old == new:
        return
    asked, asks = (criteria.by_hand if criteria else {} for criteria in (old, new))
    marks = parts.scalars.get("marks", {})
    parts.scalars["marks"] = {n: m for n, m in marks.items() if n in asks and asks[n] == asked.get(n)}
    parts.scalars["advice"] = None


def _runs(parts: Parts, rec: Recorded, before: Definition, of: Touched) -> Iterator[str]:
    """Takes back what has lapsed of each run that has not begun; yields what it was."""
    changed = _regraded(before, parts.scalars["definition"])
    for run in list(parts.runs.values()):
        expired = run.expires_at is not None and rec.at > run.expires_at
        if run.status not in ("planned", "approved") or run.plan is None or expired:
            continue
        why = of.rollouts.get(run.aim.rollout, "") if run.aim else of.actions.get(run.action, "")
        if not why and run.plan.waived and changed:
            why = "operators were amended"
        if why:
            parts.runs[run.id] = _unplanned(run, rec, why)
            yield from (f"{approval.by}'s approval of {run.id}" for approval in run.approvals)
            if run.overridden_by:
                yield f"{run.overridden_by}'s override for {run.id}"
            if not run.approvals and not run.overridden_by:
                yield f"the plan of {run.id}"
            continue
        gone = [approval.by for approval in run.approvals if approval.by in changed]
        if gone:
            kept = tuple(approval for approval in run.approvals if approval.by not in gone)
            fewer = replace(run, approvals=kept, seq=rec.seq, lapsed=f"{gone[0]} was amended by {rec.actor}")
            parts.runs[run.id] = settle_approval(fewer)
            yield from (f"{name}'s approval of {run.id}" for name in gone)


def _regraded(before: Definition, after: Definition) -> set[str]:
    """Operators whose role or teams are others now, or who are none any more, or who are new."""
    olds, news = ({o.name: (o.role, o.teams) for o in d.operators} for d in (before, after))
    return {name for name in {*olds, *news} if olds.get(name) != news.get(name)}


def _unplanned(run: RunState, rec: Recorded, why: str) -> RunState:
    """The run as it was when it was asked for: its plan has to be made anew."""
    return RunState(
        id=run.id,
        action=run.action,
        params=run.params,
        status="requested",
        seq=rec.seq,
        requested_by=run.requested_by,
        requested_auth=run.requested_auth,
        requested_at=run.requested_at,
        lapsed=f"{why} by {rec.actor}",
        aim=run.aim,
    )


def _votes(parts: Parts, rec: Recorded, before: Definition, of: Touched) -> Iterator[str]:
    """Lets answers lapse; yields whose."""
    poll: PollState | None = parts.scalars.get("poll")
    if poll is None:
        return
    after: Definition = parts.scalars["definition"]
    ahead = PHASES.index(parts.scalars.get("phase", PHASES[0])) + 1
    gate = PHASES[ahead] if ahead < len(PHASES) else ""
    everybody = ""
    if before.launch.t0 != after.launch.t0:
        everybody = "T-0 was amended"
    elif gate in of.gates:
        everybody = f"gate {gate} was amended"
    for team, vote in poll.votes.items():
        seen = next((s.objective for s in vote.seen if s.objective in of.objectives), None)
        spoke, speaks = (_speaks(d, vote.by, team) for d in (before, after))
        why = everybody or (f"objective {seen} was amended" if seen else "")
        why = why or (f"{vote.by} no longer speaks for {team}" if spoke and not speaks else "")
        if why and vote.answer == "go" and not vote.lapsed:
            polls.lapse(parts, rec, why, team=team)
            yield f"the go of {team}"


def _speaks(definition: Definition, name: str, team: str) -> bool:
    return any(o.name == name and team in o.teams for o in definition.operators)


def _followed(parts: Parts, rec: Recorded, event: ev.EngineFollowed) -> None:
    engine: EngineState | None = parts.scalars.get("engine")
    if engine is None or engine.epoch != event.epoch:
        parts.misfit()
        return
    followed(parts, rec, replace(engine, lacking=event.lacking))


def followed(parts: Parts, rec: Recorded, engine: EngineState) -> None:
    """The engine watches by the definition as it stands: what is measured from here on is what it says."""
    parts.scalars["engine"] = replace(engine, follows=parts.scalars.get("definition_seq", 0))
    if parts.unfollowed:
        since = parts.scalars["measured_since"]
        moved = {name: rec.at for name in parts.unfollowed if name in since}
        parts.scalars["measured_since"] = {**since, **moved}
        parts.unfollowed = frozenset()


HANDLERS: Handlers = {
    ev.LaunchAmended: _amended,
    ev.EngineFollowed: _followed,
}
