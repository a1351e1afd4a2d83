"""What the keys do to automated checks: run one now, or all of them."""

from collections import Counter

from launchpad.model import commands as cmd
from launchpad.model.commands import Done
from launchpad.model.events import CheckRequested
from launchpad.rules.view import View
from screens.acts.base import Acting


class ChecksAsked:
    """Checks that were asked for together, until all have ended."""

    def __init__(self, names: tuple[str, ...], seq: int) -> None:
        """`seq` is the event with which they were asked for."""
        self._names = names
        self._seq = seq

    def ended(self, view: View) -> str:
        """How they ended, in a line; empty while one has not."""
        items = [view.state.items[name] for name in self._names if name in view.state.items]
        if view.state.seq < self._seq or any(item.check_requested for item in items):
            return ""
        counts = Counter(item.check.verdict if item.check else "unknown" for item in items)
        told = ", ".join(
            f"{counts[verdict]} {verdict}" for verdict in ("ok", "bad", "unknown") if counts[verdict]
        )
        bad = [item.item.id for item in items if item.check and item.check.verdict != "ok"]
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        return f"{len(items)} checked: {told}" + (f" ({', '.join(bad[:3])}{more})" if bad else "")


class CheckActs(Acting):
    """Verbs on checks."""

    checks_asked: ChecksAsked | None = None

    def action_verify(self) -> None:
        item = None if self.lacking("verify") else self.board.item
        if item is not None:
            self.perform(cmd.RequestCheck(item=item.id))

    def action_verify_all(self) -> None:
        if self.lacking("verify_all"):
            return

        def asked(done: Done) -> None:
            new = [e.event for e in self.session.events[done.seq - 1 :]] if not done.already else []
            names = {event.item: None for event in new if isinstance(event, CheckRequested)}
            names |= {i.id: None for i in self.scene.view.items if i.state.check_requested}
            self.checks_asked = ChecksAsked(tuple(names), done.seq)

        self.perform(cmd.RequestChecks(), asked)

    def tell_checks(self, view: View) -> None:
        """Says how the checks ended that were asked for together, once all have."""
        if self.checks_asked is not None and (told := self.checks_asked.ended(view)):
            self.checks_asked = None
            self.say(told, "ok" if "(" not in told else "warn")
