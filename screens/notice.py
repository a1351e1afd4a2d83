"""Calls for somebody who looks elsewhere: a bell and a notification of the terminal."""

from collections.abc import Mapping

from launchpad.model.text import clean
from launchpad.rules.view import AlertView, View
from screens.render.words import SEVERITY

_WAKING = ("critical", "high")


class Caller:
    """Tells which alerts have begun to fire since it was last asked, of those worth waking somebody."""

    def __init__(self) -> None:
        self._known: set[int] | None = None
        """Events by which alerts began to fire; None before the first look: what fired then is in sight."""

    def calls(self, view: View) -> list[AlertView]:
        """Once for each time that an alert fires, as soon as somebody is told of it."""
        worth = [
            alert
            for alert in view.alerts
            if alert.unacknowledged and not alert.muted and not alert.spoken_for and alert.severity in _WAKING
        ]
        known, first = self._known or set(), self._known is None
        self._known = known | {alert.state.firing_seq or 0 for alert in worth}
        return [] if first else [alert for alert in worth if (alert.state.firing_seq or 0) not in known]


def notification(view: View, alert: AlertView, environ: Mapping[str, str]) -> str:
    """What makes a terminal show a notification: OSC 9, in tmux wrapped so that it passes through
    (tmux(1), allow-passthrough)."""
    launch = view.definition.launch
    what = f"{SEVERITY[alert.severity].word} {alert.rule}, now {alert.shown}"
    return notified(f"{launch.product} {launch.version}: {what}", environ)


def notified(said: str, environ: Mapping[str, str]) -> str:
    """The same for any words; the first must be ours, for some terminals take `4;` for progress."""
    sequence = f"\x1b]9;{clean(said, 200)}\x07"
    within = "TMUX" in environ or environ.get("TERM", "").startswith("tmux")
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\" if within else sequence
