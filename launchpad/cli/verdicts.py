"""What verdicts mean for the exit status."""

from collections.abc import Iterable, Mapping

from launchpad.errors import Exit

_EXIT: Mapping[str, Exit] = {"ok": Exit.DONE, "unknown": Exit.HOLD, "bad": Exit.NO}
"""From the mildest to the gravest."""


def gravest(verdicts: Iterable[str]) -> Exit:
    """The exit status for all of them: that of the worst."""
    order = list(_EXIT)
    return _EXIT[max(verdicts, key=order.index, default="ok")]
