"""Verbs on checklist items."""

import re

from launchpad.desk.decision import Context, Proposal, already, must_match, named, optional_words, words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model import links
from launchpad.model.commands import Done
from launchpad.model.definition import Item
from launchpad.model.lifecycles import ITEM
from launchpad.model.state import ItemState
from launchpad.model.text import clean
from launchpad.model.values import LONGEST
from launchpad.rules.countdown import current_t0
from launchpad.rules.items import at_present, blocked_by, checks, left_out, wants_evidence
from launchpad.rules.recurrence import recurrence


def _item(ctx: Context, item_id: str) -> ItemState:
    """The item with the status that it has now. Raises BadInput."""
    item = ctx.state.items.get(item_id)
    if item is None:
        raise BadInput(f"there is no item {item_id}", hint="see `launchpad items`")
    return at_present(item, current_t0(ctx.state, ctx.now), ctx.now)


def _by_hand(item: ItemState) -> None:
    if item.item.check is not None:
        raise Refused(f"{item.item.id} is proved by its check", hint="press v to run it now")


def _moved(item: ItemState, kind: str, wish: str) -> None:
    if (item.status, kind) not in ITEM:
        raise Refused(f"{item.item.id} is {item.status} and can't be {wish}", hint="reopen it first")


def _unblocked(ctx: Context, item: ItemState) -> None:
    if missing := blocked_by(item, ctx.state.items, ctx.now):
        raise Refused(f"{item.item.id} needs {', '.join(missing)}", hint="finish that first")


def _subject(item: ItemState) -> str:
    return f"item:{item.item.id}"


def evidence_kept(text: str) -> str:
    """Evidence as it is kept; may be empty. Raises BadInput for a link that can't be followed."""
    kept = optional_words(text)
    if wrong := links.fault(kept):
        raise BadInput(wrong, hint="give the address as the browser shows it, or a note")
    return kept


def tick(ctx: Context, command: cmd.Tick) -> Proposal | Done:
    item = _item(ctx, command.item)
    _by_hand(item)
    if item.status == "done":
        return already(item.seq, _subject(item), f"{item.item.id} was already ticked by {item.by}")
    must_match(_subject(item), item.seq, command.expect)
    _moved(item, "item.ticked", "ticked")
    _unblocked(ctx, item)
    evidence = evidence_kept(command.evidence)
    if wants_evidence(item) and not evidence:
        raise Refused(f"{item.item.id} can't be ticked without evidence", hint="give a note or a link")
    again = recurrence(item, current_t0(ctx.state, ctx.now), ctx.now)
    return Proposal(
        [ev.ItemTicked(item=item.item.id, occurrence=again.current if again else None)],
        f"ticked {item.item.id}" + (f", {again.done + 1} of {again.of}" if again else ""),
        text=evidence,
        expect={_subject(item): item.seq},
    )


def untick(ctx: Context, command: cmd.Untick) -> Proposal | Done:
    item = _item(ctx, command.item)
    if item.status == "open":
        return already(item.seq, _subject(item), f"{item.item.id} is already open")
    if item.status != "skipped":  # which a check does not undo
        _by_hand(item)
    must_match(_subject(item), item.seq, command.expect)
    return Proposal(
        [ev.ItemReopened(item=item.item.id)],
        f"{item.item.id} is open again",
        text=optional_words(command.text),
        expect={_subject(item): item.seq},
    )


def fail(ctx: Context, command: cmd.Fail) -> Proposal | Done:
    item = _item(ctx, command.item)
    _by_hand(item)
    must_match(_subject(item), item.seq, command.expect)
    _moved(item, "item.failed", "marked as failed")
    return Proposal(
        [ev.ItemFailed(item=item.item.id)],
        f"{item.item.id} is marked as failed",
        text=words(command.text, "failing an item"),
        expect={_subject(item): item.seq},
    )


def skip(ctx: Context, command: cmd.Skip) -> Proposal | Done:
    item = _item(ctx, command.item)
    if item.status == "skipped":
        who = "left out from the start" if left_out(item) else f"already skipped by {item.by}"
        return already(item.seq, _subject(item), f"{item.item.id} was {who}")
    if item.item.required:
        ctx.require("director", f"skipping the required item {item.item.id}")
    must_match(_subject(item), item.seq, command.expect)
    _moved(item, "item.skipped", "skipped")
    return Proposal(
        [ev.ItemSkipped(item=item.item.id)],
        f"skipped {item.item.id}",
        text=words(command.text, "skipping an item"),
        expect={_subject(item): item.seq},
    )


def assign(ctx: Context, command: cmd.Assign) -> Proposal | Done:
    item = _item(ctx, command.item)
    known = {operator.name for operator in ctx.definition.operators} | {ctx.identity.name}
    if command.assignee is not None and command.assignee not in known:
        raise BadInput(f"{command.assignee} is no operator of this launch", hint="see `operators:`")
    if item.assignee == command.assignee:
        return already(
            item.seq, _subject(item), f"{item.item.id} is already with {item.assignee or 'nobody'}"
        )
    must_match(_subject(item), item.seq, command.expect)
    return Proposal(
        [ev.ItemAssigned(item=item.item.id, assignee=command.assignee)],
        f"{item.item.id} is with {command.assignee or 'nobody'}",
        expect={_subject(item): item.seq},
    )


def comment(ctx: Context, command: cmd.Comment) -> Proposal | Done:
    item = _item(ctx, command.item)
    text = words(command.text, "a comment")
    return Proposal([ev.ItemCommented(item=item.item.id)], f"commented on {item.item.id}", text=text)


def evidence(ctx: Context, command: cmd.AddEvidence) -> Proposal | Done:
    item = _item(ctx, command.item)
    text = words(evidence_kept(command.text), "evidence")
    return Proposal([ev.EvidenceAdded(item=item.item.id)], f"evidence kept for {item.item.id}", text=text)


def check(ctx: Context, command: cmd.RequestCheck) -> Proposal | Done:
    item = _item(ctx, command.item)
    if item.item.check is None:
        raise Refused(f"{item.item.id} has no automated check", hint="tick it by hand")
    _unblocked(ctx, item)
    if item.check_requested:
        return already(item.check_requested, f"check:{item.item.id}", f"{item.item.id} is being checked")
    return Proposal([ev.CheckRequested(item=item.item.id)], f"asked for a check of {item.item.id}")


def check_all(ctx: Context, command: cmd.RequestChecks) -> Proposal | Done:
    found = checks(ctx.state.items, ctx.now, command.phase, command.team)
    if not any(found):
        raise Refused("there is no check to run", hint="`launchpad items` shows the checklist")
    if not found.ready:
        last = max((item.check_requested for item in found.under_way), default=0)
        return already(last, "checks", f"no other check can run now: {found.remark}")
    count = len(found.ready)
    rest = f"; {found.remark}" if found.remark else ""
    return Proposal(
        [ev.CheckRequested(item=item.item.id) for item in found.ready],
        f"asked for {count} check{'s' * (count != 1)}{rest}",
    )


def add(ctx: Context, command: cmd.AddItem) -> Proposal | Done:
    if command.required:
        ctx.require("director", "adding a required item")
    title = clean(words(command.title, "an item"), 500)
    name = command.id or _free_name(ctx, title)
    named(name, "an item")
    if name in ctx.state.items:
        raise BadInput(f"there is an item {name} already", hint="give another id")
    if command.team is not None:
        named(command.team, "a team")
    for seconds in (command.due, command.every, command.until):
        if seconds is not None and not abs(seconds) <= LONGEST:
            raise BadInput("an item is due at a time relative to T-0, a hundred years off at most")
    item = Item(
        id=name,
        title=title,
        phase=command.phase or ctx.state.phase,
        team=command.team,
        required=command.required,
        due=command.due,
        every=command.every,
        until=command.until,
    )
    for (key,), what in item.faults():
        raise BadInput(f"{key}: {what}")
    return Proposal([ev.ItemAdded(item=name, added=item)], f"added {name}", expect={f"item:{name}": 0})


def _free_name(ctx: Context, title: str) -> str:
    """An id made from the title that no item has yet: `call-the-bank`, `call-the-bank-2`."""
    name = re.sub(r"[^a-z0-9]+", "-", title.lower())[:40].strip("-") or "item"
    taken = sum(other == name or other.startswith(f"{name}-") for other in ctx.state.items)
    free = (f"{name}-{number}" for number in range(taken + 1, taken + 1000))
    return name if name not in ctx.state.items else next(n for n in free if n not in ctx.state.items)
