"""What becomes of items."""

from launchpad.model.definition import Item
from launchpad.model.events.base import Event
from launchpad.model.events.health import ReadingVerdict
from launchpad.model.values import Micros


class _OfItem(Event):
    item: str

    @property
    def subject(self) -> str:
        return f"item:{self.item}"


class ItemAdded(_OfItem, tag="item.added"):
    """Found in the course of the launch: from here on an item like any other."""

    added: Item


class ItemTicked(_OfItem, tag="item.ticked"):
    """Done; the event's text is the evidence given, if any."""

    occurrence: int | None = None
    """Which of its occurrences, from 0, where the item recurs."""


class ItemReopened(_OfItem, tag="item.reopened"):
    """Retracted: open again."""


class ItemFailed(_OfItem, tag="item.failed"):
    """Found not to hold; the reason is the event's text."""


class ItemSkipped(_OfItem, tag="item.skipped"):
    """Left out; the reason is the event's text."""


class ItemAssigned(_OfItem, tag="item.assigned"):
    assignee: str | None


class ItemCommented(_OfItem, tag="item.commented"):
    @property
    def subject(self) -> str:
        # A remark must not make a colleague's tick collide.
        return f"remarks:{self.item}"


class EvidenceAdded(_OfItem, tag="item.evidence"):
    @property
    def subject(self) -> str:
        return f"remarks:{self.item}"


class CheckRequested(_OfItem, tag="item.check-requested"):
    """An operator wants the item's automated check run now."""

    @property
    def subject(self) -> str:
        return f"check:{self.item}"


class ItemChecked(_OfItem, tag="item.checked"):
    """The engine ran the item's check. Appended when its verdict changes, when a pass is renewed before
    it expires, and as the answer to a request."""

    verdict: ReadingVerdict
    reason: str
    observed_at: Micros
