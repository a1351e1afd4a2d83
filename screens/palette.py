"""The command palette: every verb and every thing, found by a few of its letters."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from launchpad.rules.alerts import sentence
from launchpad.rules.locks import EVERYTHING, provider_of
from launchpad.rules.rollouts import allowed
from screens import themes
from screens.hints import label
from screens.keys import BINDINGS
from screens.lacks import lacks, roll_open
from screens.layout import PANELS
from screens.leads import Place
from screens.render.scene import OF_ACTION

if TYPE_CHECKING:
    from screens.acts.base import Acting

_ANSWERED_BY_KEYS = ("panel.next", "panel.previous", "palette")
_WITHOUT_KEY = {
    "fail": "mark item as failed",
    "slip": "slip T-0",
    "add": "add an item",
    "declare_incident": "declare an incident",
    "close_poll": "close the roll (go / no-go)",
    "copy_standing": "copy how the launch stands",
}
"""Action → its words."""
_OUTCOMES = ("success", "partial", "failed", "aborted")


class Offer(NamedTuple):
    """Something that can be done."""

    text: str
    run: Callable[[], object]
    help: str = ""
    lacks: str = ""
    """What it has nothing to act on now; empty where it has."""
    also: str = ""
    """What it is found by as well."""

    @property
    def told(self) -> str | None:
        """What stands under it."""
        return f"not now: {self.lacks}" if self.lacks else self.help or None


def offers(face: "Acting") -> Iterator[Offer]:
    """All that this operator may do, verbs first, also what has nothing to act on now: whoever looks for it
    is told why."""
    yield from _verbs(face)
    yield from _runs(face)
    yield from _things(face)
    for name, palette in themes.CHOICES.items():
        yield Offer(f"theme {palette.title.lower()}", partial(setattr, face, "theme", name))


def _act(face: "Acting", action: str) -> Callable[[], object]:
    return lambda: face.call_later(face.run_action, action)


def _as_read(face: "Acting", binding: Binding, offer: Offer) -> Callable[[], object]:
    """Does what a key does, unless that has become something else, or to another item, since it was read."""

    def meant() -> tuple[str, str]:
        item = face.board.item
        of_item = item is not None and (binding.id or "").startswith("item.")
        return label(face, binding, item), item.id if item is not None and of_item else ""

    read = meant()

    def act() -> None:
        if meant() == read:
            offer.run()
        else:
            face.say(f"{offer.text}: what it was about has changed meanwhile; look again", "info")

    return act


def _to(face: "Acting", leads: Callable[[], object]) -> Callable[[], object]:
    """Goes somewhere, so that one can come back."""

    def go() -> None:
        face.remember_place()
        leads()

    return go


def _verbs(face: "Acting") -> Iterator[Offer]:
    for binding in BINDINGS:
        name, _, argument = binding.action.partition("(")
        if binding.id in _ANSWERED_BY_KEYS or not face.permits(name):
            continue
        of_tab = f"go to {argument.strip(chr(39) + ')')}" if name == "tab" else ""
        words = of_tab or label(face, binding, face.board.item)
        key = face.scene.keys.get(binding.id or "", "")
        told = f"key {key}" if key else ""
        offer = _verb(face, words, binding.action, told)
        yield offer._replace(run=_as_read(face, binding, offer), also=binding.description)
    for action, words in _WITHOUT_KEY.items():
        if face.permits(action):
            yield _verb(face, words, action)
    yield from _seat(face)
    if face.permits("call_poll") and roll_open(face.scene.view):
        yield Offer("call the roll anew", _act(face, "call_poll"), "all answers so far lapse")
    yield from _words(face)
    if face.permits("close"):
        for outcome in _OUTCOMES:
            yield Offer(f"close the launch: {outcome}", _act(face, f"close('{outcome}')"))


def _verb(face: "Acting", words: str, action: str, told: str = "") -> Offer:
    return Offer(words, _act(face, action), told, lacks(face, action))


def _words(face: "Acting") -> Iterator[Offer]:
    if face.permits("report_note"):
        for section in ("impact", "lesson", "action-item"):
            yield Offer(f"for the report: {section}", _act(face, f"report_note('{section}')"))
    if face.permits("redact"):
        yield Offer("redact: remove the text of an event", _act(face, "redact"))


def _seat(face: "Acting") -> Iterator[Offer]:
    """Only to those who may sit there."""
    view, me = face.scene.view, face.scene.me
    launch, held = view.definition.launch, view.state.seat
    deputy = me.name in launch.deputies and me.role != "director"
    away = held is not None and held.holder != me.name and me.role == "director"
    if face.permits("take_seat") and (deputy or away):
        yield Offer("take the director's seat" + (" back" if away else ""), _act(face, "take_seat"))
    if face.permits("hand_seat"):
        for name in launch.deputies:
            if name != (held.holder if held else None):
                yield Offer(f"hand the director's seat to {name}", _act(face, f"hand_seat('{name}')"))


def _runs(face: "Acting") -> Iterator[Offer]:
    if face.permits("run"):
        for name, action in face.scene.view.definition.actions.items():
            key = face.scene.hint(OF_ACTION + name, "").rstrip()
            key = f"key {key}" if key else ""
            yield Offer(
                f"plan {name}" + (f": {action.title}" if action.title else ""),
                _act(face, f"run('{name}')"),
                key,
            )
    me = face.scene.me.name
    for run in face.scene.view.runs if face.permits("retract") else ():
        waits = run.state.status in ("requested", "planned", "approved") and not run.expired
        gave = any(approval.by == me for approval in run.state.approvals)
        if waits and (gave or run.state.requested_by == me):
            what = "request" if run.state.requested_by == me else "approval"
            yield Offer(f"take back my {what} of {run.state.id}", _act(face, f"retract('{run.state.id}')"))
    if face.permits("break_glass"):
        for run in face.scene.view.runs:
            if run.state.awaits_approval and not run.expired:
                name = run.state.id
                yield Offer(
                    f"break the glass: run {name} without approval", _act(face, f"break_glass('{name}')")
                )
    if face.permits("acknowledge"):
        for alert in face.scene.view.alerts:
            name = alert.state.name
            by = f"{alert.state.acknowledged_by} has acknowledged it" if alert.state.acknowledged_by else ""
            yield Offer(f"acknowledge {name}: {alert.rule}", _act(face, f"acknowledge('{name}')"), by)
    yield from _silences(face)
    yield from _locks(face)
    yield from _rollouts(face)
    yield from _smoke(face)


def _locks(face: "Acting") -> Iterator[Offer]:
    view = face.scene.view
    targets = (EVERYTHING, *view.definition.providers)
    held = {lock.target: lock for lock in view.locks if provider_of(lock.target) in targets}
    for target in dict.fromkeys((*targets, *held)):
        named = "everything" if target == EVERYTHING else target
        if target in held and face.permits("unlock"):
            lock = held[target]
            yield Offer(f"unlock {named}", _act(face, f"unlock('{target}')"), f"{lock.owner}: {lock.reason}")
        elif face.permits("lock"):
            yield Offer(f"lock {named}", _act(face, f"lock('{target}')"))


def _rollouts(face: "Acting") -> Iterator[Offer]:
    """What each rollout allows as it stands."""
    for rollout in face.scene.view.rollouts:
        name, reading = rollout.name, rollout.state.reading if rollout.state else None
        wishes = {"bump": f"bump {name}", "halt": f"halt {name}", "resume_rollout": f"resume {name}"}
        wishes |= {"complete_rollout": f"complete {name}: give it to everybody"}
        for action, words in wishes.items():
            verb = action.removesuffix("_rollout")
            if face.permits(action) and (verb == "halt" or (reading and allowed(reading, verb))):
                yield Offer(words, _act(face, f"{action}('{name}')"), rollout.standing)
        if face.permits("veto") and rollout.rollout.advance == "automatic":
            yield Offer(f"veto the next step of {name}", _act(face, f"veto('{name}')"))


def _smoke(face: "Acting") -> Iterator[Offer]:
    view = face.scene.view
    if view.definition.smoke:
        yield Offer("smoke tests: how they ended", _act(face, "smoke_results"))
    for name in view.definition.smoke if face.permits("smoke") else ():
        known = view.state.smoke.get(name)
        verdict = known.last.verdict if known and known.last else "has not run yet"
        yield Offer(f"run the smoke test {name}", _act(face, f"smoke('{name}')"), verdict)


def _silences(face: "Acting") -> Iterator[Offer]:
    """Of every alert of the definition: planned work is silenced before it makes a noise."""
    view = face.scene.view
    for name, rule in view.definition.alerts.items():
        silence = view.state.silences.get(name)
        if silence is not None and silence.lasts(view.now):
            if face.permits("unsilence"):
                yield Offer(f"end the silence of {name}", _act(face, f"unsilence('{name}')"), silence.reason)
        elif face.permits("silence"):
            yield Offer(f"silence {name}: {sentence(rule)}", _act(face, f"silence('{name}')"))


def _things(face: "Acting") -> Iterator[Offer]:
    for item in face.scene.view.items:
        declared = item.state.item
        yield Offer(
            f"item {item.id}: {declared.title}",
            _to(face, partial(face.find_item, item)),
            f"{declared.phase}, {item.mark}",
        )
    for incident in face.scene.view.incidents:
        name = incident.state.id
        yield Offer(f"{name}: {incident.title}", _act(face, f"incident('{name}')"), incident.state.status)
    for objective in face.scene.view.objectives:
        leads = _to(face, partial(face.go_to, Place("objectives", objective.name)))
        yield Offer(f"objective {objective.name}", leads, objective.reading.verdict)
    for alert in face.scene.view.alerts:
        leads = _to(face, partial(face.go_to, Place("alerts", alert.state.name)))
        yield Offer(f"alert {alert.state.name}", leads)
    for run in face.scene.view.runs:
        leads = _to(face, partial(face.go_to, Place("run", run.state.id)))
        yield Offer(f"log of {run.state.id}", leads, run.state.status)
    yield Offer("tour: what is where", _act(face, "tour"))
    for panel in PANELS:
        yield Offer(f"panel {panel}", _to(face, partial(face.find_panel, panel)))


class FaceProvider(Provider):
    """Gives the palette what `offers` lists; what has nothing to act on now has to be looked for. Texts are
    plain: nothing in them is markup."""

    @property
    def face(self) -> "Acting":
        return cast("Acting", self.app)

    async def discover(self) -> Hits:
        for offer in offers(self.face):
            if not offer.lacks:
                yield DiscoveryHit(Content(offer.text), offer.run, text=offer.text, help=offer.told)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for offer in offers(self.face):
            score, places = matcher.fuzzy_search.match(query, offer.text)
            score = max(score, matcher.fuzzy_search.match(query, offer.also)[0] if offer.also else 0)
            if score > 0:
                shown = Content(offer.text)
                for place in places:
                    if self.match_style is not None:
                        shown = shown.stylize(self.match_style, place, place + 1)
                # What can be done goes before what can't.
                rank = score / 2 if offer.lacks else score
                yield Hit(rank, shown, offer.run, text=offer.text, help=offer.told)
