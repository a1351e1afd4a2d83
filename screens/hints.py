"""Which keys are worth showing now: made from the live bindings, so that what is shown works."""

from typing import TYPE_CHECKING, NamedTuple

from launchpad.rules.view import ItemView, View
from screens.keys import ALWAYS, told
from screens.lacks import roll_open
from screens.render.close import unfinished
from screens.render.footer import Hint
from screens.render.scene import OF_ACTION
from screens.seeing import Seeing
from screens.widgets.field import FilterField

if TYPE_CHECKING:
    from textual.binding import Binding

_ORDER = (
    "run.resolve", "rollout.halt", "run.abort", "run.approve", "alert.acknowledge", "incident.open",
    "poll.answer", "phase.next", "report.write", "item.tick", "rollout.bump", "",
    "item.verify", "item.assign", "item.comment", "item.evidence", "note.write",
    "gate.show", "criteria.show", "item.mine", "panel.zoom", "labels", "jump", "item.undo", "item.skip",
    "copy",
)  # fmt: skip
"""Ids in the order of the footer; the empty one stands for the definition's own actions."""


def hints(face: Seeing, live: "Live") -> tuple[list[Hint], list[Hint]]:
    """The footer's hints: those that give way, and those that stay. `live` is of the footer that asks."""
    if isinstance(face.screen_stack[0].focused, FilterField):
        clears = face.scene.keys.get("back", "")
        return [Hint("enter", "keep the filter"), *([Hint(clears, "clear it")] if clears else [])], []
    if face.labels:
        return _of_labels(face), [Hint("esc", "leave")]
    shown, item = live.shown(face), face.board.item
    leads = advised(face.scene.view) or _plan_waits(face)
    # Of two keys the one that is advised has the room.
    ordered = sorted(shown.first, key=lambda binding: binding.id != leads)
    first = [_hint(face, b, item) for b in ordered if _matters(face, b, item)]
    return first, [_hint(face, b, item) for b in shown.last]


def all_keys(face: Seeing) -> list[Hint]:
    """Every key that works, for the help: first those of the list that has the focus."""
    focused = face.screen_stack[0].focused
    of_list = [
        active.binding
        for active in face.screen_stack[0].active_bindings.values()
        if active.node is focused and active.binding.id
    ]
    once = {binding.id: binding for binding in reversed(of_list)}
    item = face.board.item
    return [_hint(face, binding, item) for binding in (*reversed(once.values()), *_live(face))]


class Shown(NamedTuple):
    """What the footer can show, in its order."""

    first: "list[Binding]"
    last: "list[Binding]"


class Live:
    """The bindings that work here, for the footer. They are asked for anew once the focus, the keys or what
    the role allows is another: Textual goes through each key of each widget on the way.
    """

    def __init__(self) -> None:
        self._found_for: tuple[object, ...] = ()
        self._shown = Shown([], [])

    def shown(self, face: Seeing) -> Shown:
        """The bindings in the footer's order."""
        wanted = (face.screen_stack[0].focused, face.scene.keys, face.scene.allowed)
        if wanted != self._found_for:
            self._found_for, self._shown = wanted, _in_order(_live(face))
        return self._shown


def _in_order(live: "list[Binding]") -> Shown:
    first = [
        b
        for wanted in _ORDER
        for b in live
        if b.id == wanted or (not wanted and (b.id or "").startswith(OF_ACTION))
    ]
    return Shown(first, [b for wanted in ALWAYS for b in live if b.id == wanted])


def advised(shown: View) -> str:
    """Id of the key that does what the rollback criteria recommend; empty while they recommend nothing, and
    once that is under way or done: it takes a while until they see it."""
    advice = shown.advice
    leads = advice is not None and advice.verdict == "roll back" and advice.run and advice.back is None
    return OF_ACTION + advice.run if advice and leads else ""


def _plan_waits(face: Seeing) -> str:
    """Id of the key that leads to the plan in front, while that waits for this operator; else empty."""
    run = face.scene.view.run
    waits = run is not None and any(run.state.id == waiting.id for waiting in face.waiting_for_me())
    return "run.approve" if waits else ""


def _of_labels(face: Seeing) -> list[Hint]:
    """What can be typed while labels are shown, with the panels that have no place on the screen."""
    seen = {str(panel.id) for panel in face.board.seen}
    far = [(label, to.panel) for label, to in face.labels.items() if to.key is None and to.panel not in seen]
    return [Hint("letter", "goes there"), *(Hint(label, panel) for label, panel in far)]


def _live(face: Seeing) -> "list[Binding]":
    """The bindings of the screen behind all dialogs, one for each action."""
    seen: dict[str, Binding] = {}
    for active in face.screen_stack[0].active_bindings.values():
        if active.node is face and active.enabled:
            seen.setdefault(active.binding.action, active.binding)
    return list(seen.values())


def _hint(face: Seeing, binding: "Binding", item: ItemView | None) -> Hint:
    act = binding.action if binding.action.startswith("app.") else f"app.{binding.action}"
    return Hint(face.scene.glyphs.key(told(binding.key)), label(face, binding, item), binding.id or "", act)


def label(face: Seeing, binding: "Binding", item: ItemView | None) -> str:
    """What a key does as things stand, with `item` under the cursor."""
    shown = face.scene.view
    match binding.id:
        case "item.tick" if item is not None and item.finished:
            return "untick"
        case "poll.answer" if not roll_open(shown) and face.permits("call_poll"):
            return "call the roll"
        case "phase.next" if shown.next_phase is not None:
            return f"enter {shown.next_phase}"
        case "phase.next":
            return "close the launch"
        case "countdown.hold" if shown.state.hold is not None:
            return "resume countdown"
    return binding.description


def _matters(face: Seeing, binding: "Binding", item: ItemView | None) -> bool:  # noqa: C901  # a table of keys
    """Whether there is anything for it to act on."""
    shown = face.scene.view
    match binding.id:
        case "run.abort":
            return shown.run is not None
        case "run.resolve":
            return shown.run is not None and shown.run.state.status == "interrupted"
        case "run.approve":
            return bool(face.waiting_for_me())
        case "alert.acknowledge":
            return any(a.unacknowledged for a in shown.alerts)
        case "incident.open":
            firing = any(a.state.status == "firing" for a in shown.alerts)
            return shown.incident is not None or (firing and face.permits("declare_incident"))
        case "poll.answer":
            own = face.scene.me.teams
            waits = any(b.team in own and b.verdict == "HOLD" for b in shown.ballots) and roll_open(shown)
            return waits or _wanted(face)
        case "rollout.halt":
            return any(rollout.status in ("rolling", "unknown") for rollout in shown.rollouts)
        case "rollout.bump":
            free = [r for r in shown.rollouts if not r.holds and (r.gate is None or r.gate.verdict == "GO")]
            return any(rollout.status in ("rolling", "approved", "not started") for rollout in free)
        case "phase.next":
            if shown.next_phase is None:
                return face.permits("close") and not unfinished(shown)
            return (shown.gate is None or shown.gate.verdict == "GO") and not _must_first(shown)
        case "report.write":
            return not shown.state.open or (shown.next_phase is None and not unfinished(shown))
        case "item.tick" | "item.assign" | "item.comment" | "item.evidence" | "item.skip":
            return item is not None and (binding.id != "item.tick" or item.state.item.check is None)
        case "item.verify":
            return item is not None and item.state.item.check is not None
        case "criteria.show":
            return shown.advice is not None and shown.advice.in_force
        case "gate.show":
            return not face.board.panel("gate").display
    return True


def _must_first(shown: View) -> bool:
    """Whether the release is still going out, or goes badly: that comes before the next phase."""
    must = (i for i in shown.items if i.state.item.required and i.state.item.phase == shown.state.phase)
    missing = any(not i.finished for i in must)
    # Before the launch it is for the gate to say, where there is one.
    unguarded = shown.state.phase == "launch" or shown.gate is None
    return unguarded and (missing or shown.health == "bad")


def _wanted(face: Seeing) -> bool:
    """Whether a roll-call holds the gate that nobody has called, and this operator may call it."""
    shown = face.scene.view
    holds = any(ballot.verdict == "HOLD" for ballot in shown.ballots)
    return not roll_open(shown) and holds and face.permits("call_poll")
