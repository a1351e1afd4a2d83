"""The panels of a launch and their arrangement."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from launchpad.model.definition import PHASES, Phase
from launchpad.model.journal import Recorded
from launchpad.model.samples import LogLine
from launchpad.rules.view import ItemView, RunView
from screens import panels, room
from screens.layout import GUTTER, LEFT, PAGES, PANELS, REST, RIGHT, Arrangement, arrange
from screens.render import objectives, rollouts
from screens.render.scene import Scene
from screens.widgets.lines import Bare
from screens.widgets.listing import ListPanel

_LEAST_TREND = 20
"""Cells."""
_TRENDS_AT_FIRST = 60
"""Objectives whose past is asked for before it is known which of them are seen."""


class Told(NamedTuple):
    """All that a panel shows is made of this."""

    circumstances: object
    news: object
    second: int


class Stack(Vertical, Bare):
    """Panels one under the other, or beside each other."""


class Board(Vertical, Bare):
    """Panels side by side or one under the other, as the terminal allows."""

    class Rearranged(Message):
        """Other panels are seen now: some keys matter where a panel is, some where it is not."""

    def __init__(self, scene: Scene, events: list[Recorded], log: Sequence[LogLine] = ()) -> None:
        super().__init__(id="board")
        self.scene = scene
        self.tab: str = scene.view.state.phase
        self.zoomed: str | None = None
        self.mine = False
        """Whether the checklist lists what the operator has to do, in the place of a phase."""
        self.room = Size(80, 24)
        """Of the whole terminal."""
        self.chosen_run = ""
        """The run that the operator wants to see, where it is not the one at work."""
        self._chosen_beside = ""
        """The run that was at work when they said so."""
        self._log = log
        self._events = events
        self._timeline = panels.TimelineListing()
        self._told: dict[str, Told] = {}
        """What each panel shows: while that is as it was, it is left alone."""
        self._arranged: Arrangement | None = None
        self._panels = {
            name: ListPanel(id=name, keeps_cursor=name == "checklist", tells_seen=name == "objectives")
            for name in PANELS
        }
        first = islice(scene.view.definition.objectives, _TRENDS_AT_FIRST)
        self.trends = objectives.points(_LEAST_TREND), frozenset(first)
        """How many points of the past the trends draw, and of which objectives. Other threads read it, so it
        is never asked of the layout: that would be made anew there, under the hands of the thread that paints
        it."""

    def compose(self) -> ComposeResult:
        with Stack(id="columns"):
            with Stack(id="left"):
                yield from (self._panels[name] for name in LEFT)
            with Stack(id="right"):
                yield from (self._panels[name] for name in RIGHT)
        yield self._panels["action"]

    # What is shown

    def show(self, scene: Scene, log: Sequence[LogLine], events: list[Recorded]) -> None:
        """Takes a later scene, and shows of it what can't wait; the rest comes with `refill`."""
        self.scene = scene
        self._log = log
        self._events = events
        self.rearrange()
        self.refill(only_at_once=True)

    def refill(self, *, only_at_once: bool = False) -> None:
        """Gives every visible panel what it lists, or only those that can't wait for it."""
        scene = self.scene
        # A trend that is out of sight for a moment comes back as fine as it was.
        if width := self.panel("objectives").size.width:
            self.trends = objectives.points(max(_LEAST_TREND, width - 2)), self.trends[1]
        beside = panels.Beside(
            self.phase, self.mine, self._two_lines, self._detail, self.run, self._log, self._events
        )
        makers = panels.makers(scene, beside, self._timeline)
        for name, make in makers.items():
            panel = self.panel(name)
            if panel.display and self._is_due(name, only_at_once=only_at_once):
                panel.show(make())

    def _is_due(self, name: str, *, only_at_once: bool) -> bool:
        """Whether a panel has something to show that it does not show yet; notes that it does from now on."""
        before = self._told.get(name)
        told = Told(
            self.scene.circumstances, (panels.TELLS[name](self.scene), *self._beside(name)), self.scene.second
        )
        if before is None or not only_at_once:
            due = before != told
        elif before.circumstances != told.circumstances:
            due = True
        else:
            due = name in panels.AT_ONCE and before.news != told.news
        if due:
            self._told[name] = told
        return due

    def look_at_trends(self) -> bool:
        """Notes which objectives are seen; returns whether the past of one of them has not been asked for."""
        panel = self.panel("objectives")
        points, asked = self.trends
        self.trends = points, frozenset(panel.near_keys)
        return not asked.issuperset(panel.visible_keys)

    def _beside(self, name: str) -> tuple[object, ...]:
        """What a panel shows besides the scene."""
        match name:
            case "gate":
                return (self._two_lines,)
            case "rollouts":
                return (self._detail,)
            case "checklist":
                return self.mine, self.phase
            case "timeline":
                return (len(self._events),)
            case "action":
                return self.chosen_run, self._log
            case _:
                return ()

    def panel(self, name: str) -> ListPanel:
        return self._panels[name]

    @property
    def seen(self) -> list[ListPanel]:
        """The panels that have a place now, in the order of the layout."""
        return [panel for panel in self._panels.values() if panel.display]

    @property
    def phase(self) -> Phase:
        """The phase whose checklist is open; of a page, the launch's own."""
        return next((p for p in PHASES if p == self.tab), self.scene.view.state.phase)

    @property
    def item(self) -> ItemView | None:
        """The selected checklist item, while the checklist can be seen."""
        panel = self.panel("checklist")
        selected = panel.selected
        return selected if panel.display and isinstance(selected, ItemView) else None

    @property
    def focused_panel(self) -> ListPanel | None:
        """The list that has the focus."""
        focused = self.screen.focused
        return focused if isinstance(focused, ListPanel) else None

    @property
    def looking_at(self) -> str:
        """In a word or two, for the others."""
        if self.tab in PAGES:
            return self.tab
        item = self.item
        return f"{self.tab}: {item.id}" if item else self.tab

    @property
    def run(self) -> RunView | None:
        """The run whose log is shown: one that was asked for, until another begins; else the one at work."""
        view = self.scene.view
        at_work = view.run.state.id if view.run else ""
        if at_work not in ("", self._chosen_beside):
            self.chosen_run = ""
        return next((run for run in view.runs if run.state.id == self.chosen_run), view.run)

    def choose_run(self, name: str) -> None:
        """Shows the log of this run; with an empty name, of the one at work."""
        run = self.scene.view.run
        self.chosen_run, self._chosen_beside = name, run.state.id if run else ""
        self.refill()

    @property
    def _detail(self) -> rollouts.Detail:
        return room.detail(self.scene.view, self._arranged)

    @property
    def _two_lines(self) -> bool:
        return room.two_lines(self.scene.view, self._arranged, *self.room)

    # Where it is shown

    def go(self, tab: str, *, focus: bool = True) -> None:
        """Opens a phase's checklist or a page, and gives it the focus unless told otherwise."""
        self.tab = tab
        self.zoomed = None
        self.mine = False
        self.rearrange()
        self.refill()
        if focus:
            self.screen.set_focus(self.panel(tab if tab in PAGES else "checklist"))

    def show_mine(self) -> None:
        """Lists what the operator has to do in the place of a phase's checklist, and gives it the focus."""
        before = self.item
        self.go(self.phase)
        self.mine = True
        self.refill()
        selected = self.item
        if before is None or selected is None or selected.id != before.id:
            self.panel("checklist").to_top()

    def zoom(self, name: str | None) -> None:
        """Shows one panel alone, or all again."""
        self.zoomed = name
        self.rearrange()
        self.refill()

    def rearrange(self) -> None:
        """Lays the panels out anew, if anything that matters for it has changed."""
        need = room.needed(self.scene.view, self.room.width)
        arrangement = arrange(*self.room, self.tab, self.zoomed, need)
        if arrangement != self._arranged:
            self._arranged = arrangement
            self._apply(arrangement)
            self.post_message(self.Rearranged())

    def _apply(self, chosen: Arrangement) -> None:
        heights = {**chosen.left, **chosen.right}
        for name in PANELS[:-1]:
            _place(self.panel(name), heights.get(name, -1))
        _place(self.panel("action"), chosen.action)
        columns = self.query_one("#columns")
        columns.display = bool(heights)
        columns.styles.layout = "horizontal" if chosen.columns else "vertical"
        left, right = self.query_one("#left"), self.query_one("#right")
        left.display, right.display = bool(chosen.left), bool(chosen.right)
        # Set here, not by a class: for one, every widget would be styled anew.
        left.styles.margin = (0, GUTTER if chosen.columns else 0, 0, 0)
        if chosen.columns:
            left.styles.width, left.styles.height = chosen.split, "1fr"
        else:
            fills = REST in chosen.left.values()
            left.styles.width, left.styles.height = "100%", "1fr" if fills else sum(chosen.left.values())

    def on_resize(self, _event: Resize) -> None:
        self.refill()


def _place(widget: Widget, height: int) -> None:
    """Hidden below zero, the rest at zero, else so many rows."""
    widget.display = height >= 0
    if height >= 0:
        widget.styles.height = "1fr" if height == REST else height
