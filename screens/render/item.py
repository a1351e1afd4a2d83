"""An item in full: everything that is known of it, with links that can be copied."""

from collections.abc import Iterator, Sequence

from launchpad.model.definition import Item, SmokeProof
from launchpad.model.journal import Recorded
from launchpad.model.links import links, pieces
from launchpad.model.smoke import line_of
from launchpad.model.state import ItemState, Remark
from launchpad.model.values import SECOND, format_duration, format_instant
from launchpad.rules.age import ago
from launchpad.rules.narrate import narrate
from launchpad.rules.recurrence import Recurrence
from launchpad.rules.view import ItemView
from screens.render.row import Span
from screens.render.scene import Scene
from screens.render.words import MARKS, VERDICTS, box

_OCCURRENCES = 20
"""Most occurrences of an item that are told."""
_HISTORY = 100
"""Most events of an item that are told."""


def links_of(item: ItemState) -> tuple[str, ...]:
    """Every link of an item, in the order of the numbers in front of them."""
    texts = (item.item.runbook or "", *(remark.text for remark in (*item.evidence, *item.comments)))
    return tuple(dict.fromkeys(link for text in texts for link in links(text)))


def details(scene: Scene, item: ItemView, history: Sequence[Recorded] = ()) -> list[Span]:
    """All there is to know about an item, each span a paragraph; `history` are its events, oldest first."""
    return [
        *_standing(scene, item),
        *_needs(scene, item),
        *_instructions(item),
        *_check(scene, item.state),
        *_remarks(scene, item.state),
        *_occurrences(scene, item.state),
        *_history(scene, history),
    ]


def _standing(scene: Scene, item: ItemView) -> Iterator[Span]:
    stated, declared = item.state, item.state.item
    yield Span(declared.title, "title")
    facts = [declared.id, declared.phase, declared.section, "required" if declared.required else ""]
    if declared.environments:
        facts.append(f"only in {' and '.join(declared.environments)}")
    yield Span(", ".join(fact for fact in facts if fact), "dim")
    said = MARKS[item.mark]
    by = f" by {stated.by}" if stated.by else ""
    at = f" at {format_instant(stated.at, scene.view.definition.zone, date=True)}" if stated.at else ""
    yield Span(f"{box(scene.glyphs, item.mark).text} {said.word}{by}{at}", said.style)
    if stated.reason:
        yield Span(f"reason: {stated.reason}")
    team = f"owned by {declared.team}" if declared.team else "owned by no team"
    yield Span(f"assigned to {stated.assignee or 'nobody'}, {team}")
    if item.due_at is not None:
        yield _due(scene, item, item.due_at)
    if item.recurrence is not None:
        yield Span(_again(item.recurrence, declared))


def _due(scene: Scene, item: ItemView, at: int) -> Span:
    zone = scene.view.definition.zone
    left = (at - scene.view.now) // SECOND
    away = f"in {format_duration(left)}" if left >= 0 else f"{format_duration(-left)} ago"
    text = f"due {format_instant(at, zone, date=True)} {zone}, {away}"
    return Span(f"{text}, overdue" if item.overdue else text, "bad" if item.overdue else "text")


def _needs(scene: Scene, item: ItemView) -> Iterator[Span]:
    shown = {other.id: other for other in scene.view.items}
    for name in item.state.item.needs:
        if other := shown.get(name):
            who = other.state.by if other.finished else other.state.assignee
            owner = who or other.state.item.team or "nobody"
            waited = name in item.blocked_by
            sign = box(scene.glyphs, other.mark).text
            text = f"needs {sign} {name}: {other.state.item.title} ({MARKS[other.mark].word}, {owner})"
            yield Span(text, "warn" if waited else "dim")
    following = [other.id for other in scene.view.items if item.id in other.state.item.needs]
    if following:
        yield Span(f"needed by {', '.join(following)}", "dim")


def _instructions(item: ItemView) -> Iterator[Span]:
    declared = item.state.item
    if declared.evidence == "required":
        yield Span("can't be ticked without evidence", "dim")
    yield from (Span(detail or " ") for detail in declared.details.splitlines())
    if declared.runbook:
        yield Span(f"runbook: {_numbered(declared.runbook, item.state)}")


def _check(scene: Scene, item: ItemState) -> Iterator[Span]:
    check, found = item.item.check, item.check
    if check is None:
        return
    rhythm = f"every {format_duration(check.every)}, a pass holds for {format_duration(check.valid_for)}"
    yield Span(f"check: {check.asks}; {rhythm}")
    if found is not None:
        said = VERDICTS[found.verdict]
        when = f"{scene.time(found.at)}, {ago(found.at, scene.view.now)}"
        yield Span(f"checked {when}: {said.word} {found.reason}".rstrip(), said.style)
    if item.proved_at is not None and (found is None or found.verdict != "ok"):
        yield Span(f"passed last {scene.time(item.proved_at)}", "dim")
    if item.check_requested:
        yield Span("being checked now", "accent")
    known = scene.view.state.smoke.get(check.smoke) if isinstance(check, SmokeProof) else None
    if known is not None and known.last is not None:
        steps = known.last.steps
        yield from (Span(line_of(number, len(steps), step), "dim") for number, step in enumerate(steps, 1))


def _remarks(scene: Scene, item: ItemState) -> Iterator[Span]:
    for name, remarks in (("evidence", item.evidence), ("comment", item.comments)):
        for remark in remarks:
            yield Span(f"{name} {scene.clock(remark.at)} {remark.by}: {_said(remark, item)}")


def _said(remark: Remark, item: ItemState) -> str:
    return "(redacted)" if remark.redacted else _numbered(remark.text, item)


def _numbered(text: str, item: ItemState) -> str:
    """The text with a number in front of each link, by which it is copied."""
    numbers = {link: number for number, link in enumerate(links_of(item), 1)}
    return "".join(f"[{numbers[p.text]}] {p.text}" if p.link else p.text for p in pieces(text))


def _occurrences(scene: Scene, item: ItemState) -> Iterator[Span]:
    for done in reversed(item.occurrences[-_OCCURRENCES:]):
        yield Span(f"occurrence {done.number + 1} done {scene.time(done.at)} by {done.by}", "dim")


def _history(scene: Scene, history: Sequence[Recorded]) -> Iterator[Span]:
    if not history:
        return
    yield Span(" ")
    yield Span("history", "title")
    view = scene.view
    for recorded in reversed(history[-_HISTORY:]):
        told = narrate(recorded, view.definition, view.state.amendments)
        yield Span(
            f"{scene.stamp(recorded.at)} {recorded.actor} {told.text}",
            "dim" if told.style == "text" else told.style,
        )


def _again(of: Recurrence, item: Item) -> str:
    until = format_duration(abs(item.until or 0))
    sign = "-" if (item.until or 0) < 0 else "+"
    return f"every {format_duration(item.every or 0)} until T{sign}{until}: done {of.count}"
