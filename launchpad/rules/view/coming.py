"""What comes next, in a few words: the end of the sentence that says how the launch stands."""

from collections.abc import Sequence

from launchpad.model.values import Micros, format_clock, format_duration
from launchpad.rules.view.items import ItemView
from launchpad.rules.view.runs import RunView
from launchpad.rules.watch import WatchWindow


def coming(
    update_at: Micros | None,
    run: RunView | None,
    items: Sequence[ItemView],
    window: WatchWindow | None,
    zone: str,
    now: Micros,
) -> str:
    """The next update on an incident; else the action under way or the item due next, and how far the watch
    has come. Empty when nothing comes."""
    if update_at is not None:
        return f"update {'was due' if update_at < now else 'at'} {format_clock(update_at, zone, now)}"
    parts = (_action(run) or _due(items, zone, now), watching(window))
    return "; ".join(part for part in parts if part)


def _action(run: RunView | None) -> str:
    if run is None or run.expired:
        return ""
    if run.waits_for:
        return f"{run.state.id} waits for {run.waits_for}"
    return f"{run.state.id} is {run.state.status}, step {run.step + 1} of {len(run.state.steps)}"


def _due(items: Sequence[ItemView], zone: str, now: Micros) -> str:
    waiting = [(item.due_at, item.id) for item in items if item.due_at and item.awaited]
    if not waiting:
        return ""
    at, name = min(waiting)
    return f"{name} {'was due' if at < now else 'due'} {format_clock(at, zone, now)}"


def watching(window: WatchWindow | None) -> str:
    """The watch window and what is left of it; empty where there is none."""
    return "" if window is None else f"watching the {window.name}, {format_duration(window.left)} left"
