"""What each panel lists, made from a scene."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, get_args, overload

from launchpad.model.definition import PHASES, SEVERITIES, Phase, Role
from launchpad.model.events import MessageIntended, ReadingVerdict
from launchpad.model.journal import Recorded
from launchpad.model.plan import GateVerdict
from launchpad.model.samples import LogLine
from launchpad.rules.finding import STATES, finder, parse
from launchpad.rules.view import ItemView, Mark, RunView
from launchpad.rules.view.mine import is_mine, mine
from screens.render import alerts, checklist, gate, objectives, people, poll, rollouts, run, timeline
from screens.render.listing import Listing
from screens.render.orders import Order
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene

_UNFOUND = f"no item is found so: words, !words, team:NAME, @NAME, is:{', is:'.join((*STATES, 'mine'))}"

Find = Callable[[str], Callable[[ItemView], bool]]
"""What the text of a filter means."""

_WORST: Sequence[ReadingVerdict] = ("bad", "unknown", "ok")
_WORST_ANSWER: Sequence[GateVerdict] = ("NO-GO", "HOLD", "GO")


TELLS: Mapping[str, Callable[[Scene], object]] = {
    "objectives": lambda scene: (
        [(o.reading.verdict, bool(o.reading.trend)) for o in scene.view.objectives],
        scene.view.runs,
    ),
    "gate": lambda scene: scene.view.gate,
    "alerts": lambda scene: (scene.view.alerts, scene.view.messages),
    "rollouts": lambda scene: scene.view.rollouts,
    "checklist": lambda scene: (scene.view.items, scene.at_work),
    "poll": lambda scene: (scene.view.ballots, scene.view.state.poll, scene.view.alerts),
    "people": lambda scene: ([p.seat for p in scene.view.people], [x.target for x in scene.view.locks]),
    "timeline": lambda scene: scene.view.state.amendments,
    "action": lambda scene: (scene.view.run, scene.view.runs, scene.view.items, scene.view.locks),
}
"""What a panel tells of a scene. All else in it is the same within a second: an age, for example."""

AT_ONCE = frozenset({"objectives", "gate", "alerts", "rollouts", "checklist", "poll", "people"})
"""Panels that tell it as soon as it is so: on them people decide. The others tell what happened, and many
things that happen at the same time are told together."""


class Newest(Sequence[Recorded]):
    """Chosen events in the opposite order, without copying them. The lists behind it may grow meanwhile."""

    def __init__(self, events: list[Recorded], chosen: list[int]) -> None:
        """`chosen` are places in `events`, in order."""
        self._events = events
        self._chosen = chosen
        self._count = len(chosen)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Recorded: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Recorded]: ...
    def __getitem__(self, index: int | slice) -> Recorded | Sequence[Recorded]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._events[self._chosen[self._count - 1 - index if index >= 0 else -index - 1]]


class Beside(NamedTuple):
    """What panels list of besides a scene."""

    phase: Phase
    """Whose checklist is open."""
    mine: bool
    """The checklist lists what the operator has to do instead."""
    two_lines: bool
    """Each condition of the gate takes two."""
    detail: rollouts.Detail
    run: RunView | None
    """Whose log is shown."""
    log: Sequence[LogLine]
    events: list[Recorded]


def makers(scene: Scene, beside: Beside, timeline: "TimelineListing") -> Mapping[str, Callable[[], Listing]]:
    """What makes each panel's listing."""
    return {
        "objectives": lambda: objectives_listing(scene),
        "gate": lambda: gate_listing(scene, two_lines=beside.two_lines),
        "alerts": lambda: alerts_listing(scene),
        "rollouts": lambda: rollouts_listing(scene, beside.detail),
        "checklist": lambda: mine_listing(scene) if beside.mine else checklist_listing(scene, beside.phase),
        "poll": lambda: poll_listing(scene),
        "people": lambda: people_listing(scene),
        "timeline": lambda: timeline.listing(scene, beside.events),
        "action": lambda: action_listing(scene, beside.run, beside.log),
    }


def _empty(text: str, style: str = "dim") -> Callable[[int], list[Row]]:
    return lambda width: [line(width, [Span(f" {text}", style)])]


def _unread(scene: Scene) -> str:
    return (
        "reading who is here …" if scene.loading else "who is here can't be read: the store is out of reach"
    )


def objectives_listing(scene: Scene) -> Listing:
    waiting = "reading the samples …" if scene.loading else "no objectives are defined: health is unknown"
    return Listing(
        entries=scene.view.objectives,
        key=lambda shown: shown.name,
        draw=partial(objectives.row, scene),
        rests_on=partial(objectives.rests_on, scene),
        plain=objectives.plain,
        heading=lambda width, _count: objectives.heading(scene, width - 2),
        empty=_empty(waiting, "unknown"),
        foot=partial(objectives.markers, scene),
        orders=(
            Order("state", lambda shown: _WORST.index(shown.reading.verdict)),
            Order("name", lambda shown: shown.name.casefold()),
            Order("budget", lambda shown: shown.reading.budget),
        ),
    )


def gate_listing(scene: Scene, *, two_lines: bool) -> Listing:
    """With `two_lines` a condition's numbers stand under it."""
    report = scene.view.gate
    nothing = (
        "the last phase has no gate before it"
        if scene.view.next_phase is None
        else f"no gate is defined before {scene.view.next_phase}"
    )
    conditions = report.conditions if report else ()
    if report is not None and two_lines:
        return Listing(
            entries=gate.parts(report),
            key=lambda part: f"{part.condition.name} {part.numbers}",
            draw=lambda part, width: gate.part(part, width, scene.glyphs),
            plain=lambda part: gate.plain(part.condition),
            heading=lambda _width, _count: (gate.heading(report), ()),
        )
    return Listing(
        entries=conditions,
        key=lambda condition: condition.name,
        draw=lambda condition, width: gate.row(condition, width, scene.glyphs),
        plain=gate.plain,
        heading=lambda _width, _count: (gate.heading(report), ()),
        empty=_empty(nothing),
    )


def rollouts_listing(scene: Scene, detail: rollouts.Detail) -> Listing:
    """Each rollout, in as much detail as there is room for."""
    return Listing(
        entries=rollouts.parts(scene.view.rollouts, detail),
        key=lambda part: part.key,
        draw=partial(rollouts.row, scene),
        plain=partial(rollouts.plain, scene),
        heading=lambda _width, _count: (rollouts.heading(scene), ()),
        empty=_empty("no rollouts are defined"),
    )


def alerts_listing(scene: Scene) -> Listing:
    rules = len(scene.view.definition.alerts)
    counted = f"{rules} rule{'s' * (rules != 1)}, none pending or firing"
    quiet = counted + " when last read" * bool(scene.lost) if rules else "no alert rules are defined"
    if scene.loading:
        quiet = "reading the samples …"
    return Listing(
        entries=[alert for alert in scene.view.alerts if not alert.spoken_for],
        key=lambda alert: alert.state.name,
        draw=partial(alerts.row, scene),
        plain=alerts.plain,
        heading=lambda _width, _count: (alerts.heading(scene), ()),
        foot=partial(alerts.under, scene),
        empty=_empty(quiet),
        orders=(
            Order("severity", lambda alert: SEVERITIES.index(alert.severity)),
            Order("name", lambda alert: alert.state.name.casefold()),
            Order("age", lambda alert: alert.lasted),
        ),
    )


def checklist_listing(scene: Scene, phase: Phase) -> Listing:
    find = _item_finder(scene)
    return Listing(
        entries=[item for item in scene.view.items if item.state.item.phase == phase],
        key=lambda item: item.id,
        draw=partial(checklist.row, scene),
        rests_on=partial(checklist.rests_on, scene),
        plain=checklist.plain,
        in_full=partial(checklist.in_full, scene),
        heading=lambda _width, count: checklist.heading(scene, phase, count),
        empty=_empty(f"no items in {phase} yet{_adding(scene)}"),
        finder=find,
        unfound=partial(_elsewhere, scene, phase, find),
        orders=_OF_ITEMS,
    )


def _elsewhere(scene: Scene, phase: Phase, find: Find, text: str) -> str:
    """Where items are found that a phase has not."""
    meant = find(text)
    found = Counter(item.state.item.phase for item in scene.view.items if meant(item))
    told = ", ".join(f"{found[other]} in {other}" for other in PHASES if found[other])
    return f"none in {phase}; {told}" if told else _UNFOUND


def _adding(scene: Scene) -> str:
    key = scene.keys.get("palette", "")
    return f": the palette ({key}) adds one" if key and scene.allows("add") and scene.view.state.open else ""


def mine_listing(scene: Scene) -> Listing:
    """What the operator has to do, of all phases."""
    view, me = scene.view, scene.me
    own = mine(view.items, view.state.phase, me.name, me.teams)
    return Listing(
        entries=own.all,
        key=lambda item: item.id,
        draw=lambda item, width: checklist.row(scene, item, width, of_phase=True),
        rests_on=lambda item: (checklist.rests_on(scene, item), "mine"),
        plain=checklist.plain,
        in_full=partial(checklist.in_full, scene),
        heading=lambda _width, count: checklist.heading_of_mine(own, count),
        empty=_empty("nothing waits for you: m leads back to the checklist"),
        finder=_item_finder(scene),
        unfound=lambda _text: _UNFOUND,
        orders=_OF_ITEMS,
    )


_OF_ITEMS = (
    Order("title", lambda item: item.state.item.title.casefold()),
    Order("who", lambda item: (item.state.assignee or item.state.item.team or "").casefold() or None),
    Order("state", lambda item: get_args(Mark).index(item.mark)),
    Order("due", lambda item: item.due_at if not item.finished else None),
)


def _item_finder(scene: Scene) -> Find:
    """What a filter's text means; what items say is put together once, not with every letter."""
    said: dict[str, str] = {}

    def says(item: ItemView) -> str:
        known = said.get(item.id)
        if known is None:
            known = said[item.id] = checklist.found_by(item).lower()
        return known

    return lambda text: _meant(scene, text, says)


def _meant(scene: Scene, text: str, said: Callable[[ItemView], str]) -> Callable[[ItemView], bool]:
    me = scene.me
    return finder(
        parse(text),
        scene.view.items,
        said=said,
        mine=lambda item: is_mine(item.state, me.name, me.teams),
        me=me.name,
    )


def poll_listing(scene: Scene) -> Listing:
    return Listing(
        entries=scene.view.ballots,
        key=lambda ballot: ballot.team,
        draw=partial(poll.row, scene),
        plain=poll.plain,
        heading=lambda _width, _count: (poll.heading(scene), ()),
        empty=_empty("no team is asked"),
        orders=(
            Order("team", lambda ballot: ballot.team.casefold()),
            Order("answer", lambda ballot: _WORST_ANSWER.index(ballot.verdict)),
        ),
    )


def people_listing(scene: Scene) -> Listing:
    return Listing(
        entries=(*scene.view.people, *scene.view.locks),
        key=lambda entry: getattr(entry, "seat", None) or f"lock {entry.target}",
        draw=partial(people.row, scene),
        rests_on=partial(people.rests_on, scene),
        plain=people.plain,
        heading=lambda _width, _count: (people.heading(scene), ()),
        empty=_empty("nobody has announced themselves yet" if scene.in_touch else _unread(scene)),
        orders=(
            Order("name", lambda entry: getattr(entry, "operator", None)),
            Order("role", lambda entry: _of_role(getattr(entry, "role", None))),
            Order("idle", lambda entry: getattr(entry, "idle", None)),
        ),
    )


def _of_role(role: Role | None) -> int | None:
    return get_args(Role).index(role) if role is not None else None


def action_listing(scene: Scene, shown: RunView | None, log: Sequence[LogLine]) -> Listing:
    """The run that is shown and what it said; without one, what is next, and what the last one said."""
    of = shown or next(iter(scene.view.runs), None)
    # Right after another run was chosen, the lines are still those of the one before.
    lines = log if of is not None and log and log[-1].run == of.state.id else ()
    return Listing(
        entries=lines,
        key=lambda entry: str(entry.n),
        draw=partial(run.log_row, scene),
        rests_on=lambda entry: (entry, scene.setting),
        plain=partial(run.plain, scene),
        heading=lambda _width, _count: run.heading(scene, shown),
        above=partial(run.standing, scene, shown),
        follows=True,
        long=lambda entry, _width: run.log_line(scene, entry),
    )


class TimelineListing:
    """Makes timeline listings; keeps the sentences that a filter had to look at."""

    def __init__(self) -> None:
        self._said: dict[int, str] = {}
        self._events: list[Recorded] = []
        self._chosen: list[int] = []
        self._looked_at = 0

    def listing(self, scene: Scene, events: list[Recorded]) -> Listing:
        if events is not self._events:
            self._events, self._said, self._chosen, self._looked_at = events, {}, [], 0
        count = len(events)
        # That a message is on its way is told once it has got somewhere.
        new = range(self._looked_at, count)
        self._chosen += [i for i in new if not isinstance(events[i].event, MessageIntended)]
        self._looked_at = count
        return Listing(
            entries=Newest(events, self._chosen),
            key=lambda recorded: str(recorded.seq),
            draw=partial(timeline.row, scene),
            rests_on=partial(timeline.rests_on, scene),
            plain=partial(self._plain, scene),
            heading=lambda _width, count: (timeline.heading(scene, count), ()),
            long=partial(timeline.sentence, scene),
        )

    def _plain(self, scene: Scene, recorded: Recorded) -> str:
        said = self._said.get(recorded.seq)
        if said is None or recorded.redacted:
            said = self._said[recorded.seq] = timeline.plain(scene, recorded)
        return said


def detail_rows(spans: Sequence[Span], width: int) -> list[Row]:
    """Paragraphs wrapped to `width`."""
    return [line(width, [Span(f" {p}", s.style)]) for s in spans for p in wrap(s.text, width - 2)]
