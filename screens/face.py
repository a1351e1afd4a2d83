"""The application: shows a session's view and hands what the operator wants to the desk."""

import asyncio
import contextlib
import os
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Key, Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen

from launchpad.desk import Desk
from launchpad.model.definition import Definition
from launchpad.model.preferences import USUAL, Preferences
from launchpad.model.samples import Presence
from launchpad.rules.view import ItemView, view
from launchpad.session import Session
from screens import details, dialogs, themes
from screens.acts import Acts
from screens.around import Around
from screens.attended import Attended
from screens.board import Board
from screens.follow import Follower, News
from screens.glyphs import Glyphs
from screens.ground import Ground
from screens.keymap import keymap
from screens.keys import BINDINGS, VERB_OF
from screens.layout import PAGES, PANELS, tiny
from screens.notice import Caller, notification
from screens.opening import Opening
from screens.palette import FaceProvider
from screens.render import messages
from screens.render.scene import Scene
from screens.terminal import GONE, SafeDriver, perish
from screens.textual_themes import textual_themes
from screens.widgets.field import FilterField
from screens.widgets.lines import Lines
from screens.widgets.listing import ListPanel
from screens.widgets.painter import Painter

_SOON = (0.15, 0.3)
"""Seconds after something happened until all that is seen tells it, at least and at most."""


class Arrived(Message):
    """The follower has something newer to show."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news

    def can_replace(self, message: Message) -> bool:
        # A face that falls behind shows the latest only.
        return isinstance(message, Arrived)


class Rest(Message):
    """What was put off is due."""


class Face(Attended, Acts, App[int], inherit_bindings=False):
    """The one screen of a launch, with its dialogs."""

    CSS_PATH = "styles.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(BINDINGS)
    COMMANDS: ClassVar[set[Any]] = {FaceProvider}
    ALLOW_SELECT: ClassVar[bool] = False
    AUTO_FOCUS = "#checklist"
    NOTIFICATION_TIMEOUT = 0

    def __init__(
        self,
        session: Session,
        desk: Desk,
        *,
        via: str = "local",
        theme: str = themes.DARK.name,
        greys: bool = False,
        rehearsal: bool = False,
        glyphs: Glyphs,
        preferences: Preferences = USUAL,
        complaint: str = "",
        memory: Path | None = None,
        save_report: Callable[[], str] | None = None,
        opening: Opening | None = None,
    ) -> None:
        """`greys` are wanted under rows where a terminal has 256 colours. `complaint` is a word about what
        the operator wished for; `memory` a folder for what is to be known the next time. `opening`
        stands on the terminal already: the face goes on from what it shows.
        """
        # Textual picks the filter for NO_COLOR here, before it knows the theme: only this one leaves no grey.
        super().__init__(driver_class=SafeDriver, ansi_color=theme in themes.OF_TERMINAL or None)
        self.animation_level = "none"
        self._begin_with(theme, greys=greys)
        self.session = session
        self.desk = desk
        self.save_report = save_report
        self.painter = Painter(theme, glyphs, greys=greys)
        self.framed = opening is not None
        self.fault: Exception | None = None
        """What ended the face, if it was no wish."""
        self._allowed_to: tuple[object, frozenset[str]] = (None, frozenset())
        """Who they are, and what is allowed to them."""
        seen = opening.news if opening is not None else None
        unread = view(session.state, {}, session.clock(), unwatched="the samples are being read")
        self.scene = Scene(
            view=seen.view if seen is not None else unread,
            me=desk.identity,
            glyphs=glyphs,
            rehearsal=rehearsal,
            loading=seen is None,
            allowed=self._allowed(session.state.read_only),
            only_looks=desk.only_looks,
        )
        self.board = Board(self.scene, session.events, seen.log if seen is not None else ())
        self.around = Around(self, complaint)
        self._via = via
        self._caller = Caller()
        self.preferences = preferences
        self.memory = memory
        self._rest: asyncio.TimerHandle | None = None
        self._seat = uuid.uuid4().hex[:12]
        self._follower = Follower(
            session,
            deliver=self._deliver,
            failed=self._failed,
            presence=self._presence,
            trends=lambda: self.board.trends,
            run=lambda: self.board.chosen_run,
        )
        self._bind(self.scene.view.definition)

    def _begin_with(self, theme: str, *, greys: bool) -> None:
        """As Textual sets a theme, but before a sheet is parsed: it would parse each of them twice."""
        for known in textual_themes(greys=greys):
            self.register_theme(known)
        self.set_reactive(App.theme, theme)
        dark = self.current_theme.dark
        classes = {f"-theme-{theme}": True, "-dark-mode": dark, "-light-mode": not dark}
        self.update_classes(classes, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[Any]:
        return Ground(id="_default")

    def compose(self) -> ComposeResult:
        around = self.around
        yield from (around.first, around.tabs, around.alert, self.board, around.tiny, around.message)
        yield FilterField(written=self.filter_by, done=self.end_filter)
        yield around.footer

    def on_mount(self) -> None:
        self._fit(self.size)
        self.board.refill()
        # The panels first: what they will show takes a moment to be worked out.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.settle_in()
        self._follower.start()
        if not self.scene.loading:
            self._read_ahead()

    def _read_ahead(self) -> None:
        """What is not needed for what is shown first."""
        self.run_worker(dialogs.read_all, thread=True)

    def on_unmount(self) -> None:
        self._follower.end()

    def settle(self) -> None:
        """Waits for the threads that read the store, so that it can be closed."""
        self._follower.join(within=3.0)

    def on_resize(self, event: Resize) -> None:
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        """Panels, or the few lines that a small terminal has room for."""
        small = tiny(*size)
        if small and self.labels:
            self.end_labels()
        self.board.room = size
        self.board.rearrange()
        self.board.display = not small
        self.around.fit(small=small)

    # News

    def _deliver(self, news: News) -> None:
        """Called from the follower's thread."""
        self.post_message(Arrived(news))

    def _failed(self, error: Exception) -> None:
        """Called from the follower's thread when it met a fault of the program's own."""
        self.call_later(self._handle_exception, error)

    def on_arrived(self, arrived: Arrived) -> None:
        if not self.is_running:
            return  # closing: the panels may be gone already
        news = arrived.news
        if news.view.definition != self.scene.view.definition:
            self._bind(news.view.definition)
        if self.away_since is None:
            self.welcome_back(news.view)
        self.tell_checks(news.view)
        if self.scene.loading:
            # Not before: what is shown first would wait for it.
            self.call_after_refresh(self._read_ahead)
        before = self.scene.view
        self.scene = Scene(
            view=news.view,
            me=self.desk.identity,
            glyphs=self.painter.glyphs,
            rehearsal=self.scene.rehearsal,
            allowed=self._allowed(news.view.state.read_only),
            only_looks=self.desk.only_looks,
            keys=self.scene.keys,
            lost=news.lost,
            lost_for=news.lost_for,
            unread=self.listen(),
        )
        self.board.show(self.scene, news.log, self.session.events)
        self.follow_phase(before, news.view)
        self.around.redraw_at_once()
        self._show_rest_soon()
        for dialog in self.screen_stack[1:]:
            if isinstance(dialog, dialogs.Dialog):
                dialog.show(self.scene)
        self.offer_tour()
        self._call()
        self.tidy()

    def _call(self) -> None:
        """Rings for what has just begun to fire."""
        for alert in self._caller.calls(self.scene.view):
            self.ring(notification(self.scene.view, alert, os.environ))

    def ring(self, notification: str) -> None:
        if self.preferences.bell and self._driver is not None:
            self.bell()
            self._driver.write(notification)

    def _show_rest_soon(self) -> None:
        """What tells of what happened, and of what could be done, is brought up to date a moment later: of
        many events that come at the same time it is painted once, and it holds up none of them."""
        if self._rest is None:
            # Not in step with all the others in the room, whose faces share a machine.
            loop = asyncio.get_running_loop()
            delay = random.uniform(*_SOON)  # noqa: S311  # keeps no secret
            self._rest = loop.call_later(delay, self.post_message, Rest())

    def on_rest(self, _rest: "Rest") -> None:
        self._rest = None
        if self.is_running:
            self.board.refill()
            self.around.footer.redraw()

    def refresh_view(self) -> None:
        self._follower.poke()

    def say(self, text: str, style: str = "ok", holds: Callable[[], bool] = lambda: True) -> None:
        self.around.say(text, style, holds)
        self.around.message.redraw()

    def watch_theme(self, theme: str) -> None:
        """Everything is painted anew in the new colours."""
        self.painter = Painter(theme, self.painter.glyphs, greys=self.painter.greys)
        if self.is_running:
            for widget in self.screen_stack[0].walk_children():
                if isinstance(widget, Lines | ListPanel):
                    widget.redraw()
                    widget.refresh()

    def _presence(self) -> Presence:
        me = self.desk.identity
        looking = self.board.looking_at if self.is_running else ""
        item = self.board.item if self.is_running else None
        return self.presence(
            me, seat=self._seat, via=self._via, looking_at=looking, item=item.id if item else None
        )

    # Who may do what

    def permits(self, action: str) -> bool:
        """Whether the role allows what this action of the face needs, on a launch that takes changes."""
        return action not in VERB_OF or self.scene.allows(action)

    def _allowed(self, read_only: str) -> frozenset[str]:
        """The actions of the face that this operator may take on a launch that is `read_only`, or not."""
        who = self.desk.identity, read_only
        if who != self._allowed_to[0]:
            able = (action for action, verb in VERB_OF.items() if not read_only and self.desk.may(verb))
            self._allowed_to = who, frozenset(able)
        return self._allowed_to[1]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return self.permits(action)

    def idle_key(self, event: Key) -> None:
        """A key that works for others only is answered, not swallowed."""
        bound = next(iter(self._bindings.key_to_bindings.get(event.key, ())), None)
        if bound is None:
            return
        closed = self.scene.view.state.read_only or self.desk.only_looks
        role = self.desk.identity.role
        self.say(f"{bound.description}: {closed or f'your role is {role}, which may not do this'}", "warn")

    def _bind(self, definition: Definition) -> None:
        """Takes the keys for the actions of a definition, as this operator has them."""
        found = keymap(self.preferences.keys, definition)
        self._bindings = found.bindings(definition)
        self.set_keymap(found.brought_along)
        self.scene = replace(self.scene, keys=found.shown)
        if found.complaint:
            self.around.say(found.complaint, "warn")

    # Looking around

    def action_zoom(self) -> None:
        if self.board.zoomed is not None:
            self.board.zoom(None)
            return
        focused = self.screen.focused
        name = focused.id if focused is not None and focused.id in PANELS else "checklist"
        self.board.zoom(name)
        self.find_panel(name or "checklist")

    def action_step_back(self) -> None:
        if self.query_one("#query").has_focus:
            self.end_filter()
        panel = self.board.focused_panel or self.filtered
        if panel is not None and panel.query_text:
            panel.filter("")
        elif self.board.zoomed is not None:
            self.board.zoom(None)
        elif self.board.chosen_run:
            self.board.choose_run("")
        elif self.board.mine or self.board.tab in PAGES:
            self.action_tab(self.board.phase)

    def action_refresh(self) -> None:
        # Every cell, too: something else may have written over them.
        self.screen.refresh()
        self.refresh_view()
        self.say("looked again", "info")

    def find_item(self, item: ItemView) -> None:
        """Goes to an item's checklist and selects it."""
        self.board.go(item.state.item.phase)
        self.board.panel("checklist").select(item.id)
        self.around.redraw()

    def on_board_rearranged(self) -> None:
        self._redraw_footer()

    def on_list_panel_moved(self, _event: ListPanel.Moved) -> None:
        self._redraw_footer()

    def _redraw_footer(self) -> None:
        # It may be told to while the face closes: then there is no screen any more.
        if self.screen_stack:
            self.around.footer.redraw()

    def on_list_panel_seen(self, _event: ListPanel.Seen) -> None:
        if self.board.look_at_trends():
            self.refresh_view()

    def on_list_panel_opened(self, event: ListPanel.Opened) -> None:
        if isinstance(event.entry, ItemView):
            self.push_screen(dialogs.ItemDialog(self.scene, event.entry, lambda: self.session.events))
            return
        panel, key, first = event.panel, event.panel.key, event.panel.selected_text

        def said() -> str:
            return panel.selected_text if panel.key == key else first

        title, rows = details.of_entry(str(panel.id), event.entry, said, lambda: self.session.events)
        self.push_screen(dialogs.Reading(self.scene, title, rows))

    def action_messages(self) -> None:
        self.push_screen(dialogs.Reading(self.scene, "Messages: who was told what of alerts", messages.rows))

    def action_gate(self) -> None:
        self.push_screen(dialogs.Reading(self.scene, "Gates: the next phase, then actions", details.gates))

    # The end

    def _handle_exception(self, error: Exception) -> None:
        """Textual's own would print a traceback with all values of all variables."""
        self.fault = self.fault or error
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def terminal_gone(self) -> None:
        """Nobody can see this face any more: it ends at once, with no word to the terminal."""
        perish(GONE, self.farewell)

    def hush(self) -> None:
        """Draws on nothing but stderr from now on; see `SafeDriver.hush`."""
        if isinstance(self._driver, SafeDriver):
            self._driver.hush()

    def farewell(self) -> None:
        """Tells the others that this seat is empty."""
        with contextlib.suppress(Exception):
            self.session.source.leave(self.session.launch, self._seat)
