"""One key puts a label on every panel and entry that can be seen; typing the label leads there."""

from textual.events import Event, Key, MouseDown

from screens.acts.base import Acting
from screens.labels import OF_PANELS, Labels, Target, begun, labels
from screens.layout import PANELS, tiny
from screens.render.head import TABS

_NUMBERED = {f"tab.{tab}" for tab in TABS}
"""Ids of the keys of tabs: those are labels that the tabs always bear."""


class LabelActs(Acting):
    """While labels are shown every key is theirs: none of them does what it would do without."""

    _typed = ""
    """The first letter of a label of two."""

    def action_labels(self) -> None:
        if tiny(*self.size):
            self.say("there is no room for panels here", "info")
            return
        seen = [panel for panel in self.board.seen if panel.region]
        entries = [Target(str(panel.id), key) for panel in seen for key in panel.visible_keys]
        self._give(labels([name for name in PANELS if self._exists(name)], entries))

    def _exists(self, panel: str) -> bool:
        view = self.scene.view
        return {"rollouts": bool(view.rollouts), "poll": bool(view.ballots)}.get(panel, True)

    def end_labels(self) -> None:
        """Takes the labels away."""
        self._give({})

    def _give(self, given: Labels) -> None:
        self.labels, self._typed = given, ""
        self._show_labels()

    def _show_labels(self) -> None:
        left = begun(self.labels, self._typed)
        # Also in those that have no place now: the window may change its size meanwhile.
        for name in PANELS:
            panel = self.board.panel(name)
            of_entries = {t.key: label for label, t in left.items() if t.panel == name and t.key is not None}
            own = OF_PANELS[name] if OF_PANELS[name] in left else ""
            panel.label(own, of_entries)
        self.around.footer.redraw()

    async def on_event(self, event: Event) -> None:
        if self.labels and isinstance(event, MouseDown):
            self.end_labels()
        await super().on_event(event)

    async def _act_on(self, key: Key) -> None:
        if self.labels:
            self._take(key)
        else:
            await super()._act_on(key)

    def _take(self, key: Key) -> None:
        """A letter of a label, the number of a tab, or the end of it."""
        if key.key in ("escape", "ctrl+c"):
            self.end_labels()
            return
        tab = next((b for b in self._bindings.key_to_bindings.get(key.key, ()) if b.id in _NUMBERED), None)
        typed = self._typed + (key.character or "")
        if typed in self.labels:
            target = self.labels[typed]
            self.end_labels()
            self.remember_place()
            self.find_panel(target.panel, target.key or "")
        elif key.is_printable and begun(self.labels, typed):
            self._typed = typed
            self._show_labels()
        elif tab is not None:
            self.end_labels()
            self.call_later(self.run_action, tab.action)
        else:
            self.say("type a label; esc leaves", "info", lambda: bool(self.labels))
