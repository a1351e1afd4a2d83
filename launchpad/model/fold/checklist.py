"""What becomes of items."""

from typing import Any

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.definition import Definition, Item
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.lifecycles import ITEM, ItemStatus
from launchpad.model.state import CheckResult, ItemState, Occurrence, Remark


def beginning(item: Item, definition: Definition) -> ItemState:
    """The item before anybody did anything: open, or left out from the start."""
    reason = definition.skips.get(item.id)
    return ItemState(item=item) if reason is None else ItemState(item=item, status="skipped", reason=reason)


def amended(item: ItemState, before: Definition, after: Definition) -> ItemState:
    """The item under another definition, which may leave it out, or no longer do so.

    What a person decided of it stays as it was: what was done is done, and what was opened again is open.
    """
    if before.skips.get(item.item.id) == after.skips.get(item.item.id):
        return item
    left_out = item.status == "skipped" and item.by is None
    if not left_out and (item.status != "open" or item.item.id in before.skips):
        return item
    fresh = beginning(item.item, after)
    return replace(item, status=fresh.status, reason=fresh.reason)


def _item_added(parts: Parts, rec: Recorded, event: ev.ItemAdded) -> None:
    if event.item in parts.items or event.added.id != event.item:
        parts.misfit()
        return
    parts.items[event.item] = ItemState(item=event.added, seq=rec.seq)


def _item_moved(parts: Parts, rec: Recorded, event: Any) -> None:
    item = parts.items.get(event.item)
    status = ITEM.get((_before(item, event), rec.kind)) if item else None
    occurrences = _occurrences(item, rec, event) if item else None
    if item is None or status is None or occurrences is None:
        parts.misfit()
        return
    ticked = status == "done"
    parts.items[event.item] = replace(
        item,
        status=status,
        seq=rec.seq,
        at=rec.at,
        by=rec.actor,
        reason="" if ticked or status == "open" else rec.text,
        evidence=_remarked(item.evidence, rec) if ticked and (rec.text or rec.redacted) else item.evidence,
        occurrences=occurrences,
    )


def _before(item: ItemState, event: ev.Event) -> ItemStatus:
    """The status that an act met: a recurring item that was done may have become due again, and an older
    version kept open what a definition left out."""
    if item.status == "skipped" and item.by is None and not isinstance(event, ev.ItemReopened):
        return "open"
    recurs = item.item.every is not None and not isinstance(event, ev.ItemReopened)
    return "open" if recurs and item.status == "done" else item.status


def _occurrences(item: ItemState, rec: Recorded, event: ev.Event) -> tuple[Occurrence, ...] | None:
    """The occurrences that are done after the event; None if it does one again."""
    if isinstance(event, ev.ItemReopened) and item.status == "done":
        return item.occurrences[:-1]
    if not isinstance(event, ev.ItemTicked) or event.occurrence is None:
        return item.occurrences
    if any(done.number == event.occurrence for done in item.occurrences):
        return None
    return (*item.occurrences, Occurrence(number=event.occurrence, at=rec.at, by=rec.actor))


def _item_assigned(parts: Parts, rec: Recorded, event: ev.ItemAssigned) -> None:
    if item := parts.items.get(event.item):
        parts.items[event.item] = replace(item, assignee=event.assignee, seq=rec.seq)
    else:
        parts.misfit()


def _item_commented(parts: Parts, rec: Recorded, event: ev.ItemCommented) -> None:
    if item := parts.items.get(event.item):
        parts.items[event.item] = replace(item, comments=_remarked(item.comments, rec))
    else:
        parts.misfit()


def _item_evidence(parts: Parts, rec: Recorded, event: ev.EvidenceAdded) -> None:
    if item := parts.items.get(event.item):
        parts.items[event.item] = replace(item, evidence=_remarked(item.evidence, rec))
    else:
        parts.misfit()


def _check_requested(parts: Parts, rec: Recorded, event: ev.CheckRequested) -> None:
    if item := parts.items.get(event.item):
        parts.items[event.item] = replace(item, check_requested=rec.seq)
    else:
        parts.misfit()


def _item_checked(parts: Parts, rec: Recorded, event: ev.ItemChecked) -> None:
    item = parts.items.get(event.item)
    if item is None:
        parts.misfit()
        return
    # Another clock wrote it: nothing was observed after the word of it.
    at = min(event.observed_at, rec.at)
    result = CheckResult(verdict=event.verdict, reason=event.reason, at=at)
    item = replace(item, check=result, check_requested=0)
    if item.status != "skipped" and event.verdict != "unknown":
        passed = event.verdict == "ok"
        item = replace(
            item,
            status="done" if passed else "failed",
            proved_at=at if passed else item.proved_at,
            seq=rec.seq,
            at=rec.at,
            by=rec.actor,
            reason="" if passed else event.reason,
        )
    parts.items[event.item] = item


def _remarked(remarks: tuple[Remark, ...], rec: Recorded) -> tuple[Remark, ...]:
    remark = Remark(seq=rec.seq, at=rec.at, by=rec.actor, text=rec.text, redacted=rec.redacted)
    return (*remarks, remark)


HANDLERS: Handlers = {
    ev.ItemAdded: _item_added,
    ev.ItemTicked: _item_moved,
    ev.ItemReopened: _item_moved,
    ev.ItemFailed: _item_moved,
    ev.ItemSkipped: _item_moved,
    ev.ItemAssigned: _item_assigned,
    ev.ItemCommented: _item_commented,
    ev.EvidenceAdded: _item_evidence,
    ev.CheckRequested: _check_requested,
    ev.ItemChecked: _item_checked,
}
