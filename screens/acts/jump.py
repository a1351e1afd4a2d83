"""What the keys do to get from a thing to what it is about, and back."""

from typing import NamedTuple

from launchpad.model.definition import PHASES
from screens import dialogs
from screens.acts.base import Acting
from screens.layout import PANELS
from screens.leads import Place, leads_to
from screens.render import criteria, messages

_TRAIL = 32
"""Most places that one can go back through."""


class _Stood(NamedTuple):
    """Where the operator was."""

    tab: str
    zoomed: str | None
    panel: str
    key: str | None


class JumpActs(Acting):
    """From anything listed to what it is about."""

    _trail: tuple[_Stood, ...] = ()

    def action_jump(self) -> None:
        """Goes to what the selected entry is about, or waits for."""
        panel = self.board.focused_panel or self.board.panel("checklist")
        entry = panel.selected
        if entry is None:
            self.say("nothing is selected that leads anywhere", "info")
            return
        found = leads_to(self.scene.view, self.session.events, entry)
        if isinstance(found, str):
            self.say(found, "info")
            return
        self._trail = (
            *self._trail[-_TRAIL:],
            _Stood(self.board.tab, self.board.zoomed, str(panel.id), panel.key),
        )
        self.go_to(found)

    def action_jump_back(self) -> None:
        if not self._trail:
            self.say("there is nowhere to go back to", "info")
            return
        *rest, stood = self._trail
        self._trail = tuple(rest)
        self.board.go(stood.tab)
        if stood.zoomed is not None:
            self.board.zoom(stood.zoomed)
        self._stand_at(stood.panel, stood.key or "")

    def go_to(self, place: Place) -> None:
        """Shows a place, whatever page it is on."""
        match place.kind:
            case "checklist":
                item = next((i for i in self.scene.view.items if i.id == place.name), None)
                if item is not None:
                    self.board.panel("checklist").filter("")
                    self.find_item(item)
            case "run":
                self.board.choose_run(place.name)
                self._stand_at("action", "")
            case "phase":
                self.board.go(place.name)
            case "incident":
                self.call_later(self.run_action, f"incident('{place.name}')")
            case "criteria":
                self.push_screen(dialogs.Reading(self.scene, "Rollback criteria", criteria.rows))
            case "messages":
                self.push_screen(
                    dialogs.Reading(self.scene, "Messages: who was told what of alerts", messages.rows)
                )
            case "timeline" | "people" if not self.board.panel(place.kind).display:
                self.board.go(place.kind)
                self._stand_at(place.kind, place.name)
            case panel:
                if self.board.tab not in PHASES and panel not in ("timeline", "people"):
                    self.board.go(self.scene.view.state.phase)
                self._stand_at(panel, place.name)

    def _stand_at(self, panel: str, key: str) -> None:
        """Gives a panel the focus, with the cursor on the entry `key`."""
        assert panel in PANELS, panel
        if self.board.zoomed not in (None, panel) or not self.board.panel(panel).display:
            self.board.zoom(panel)
        found = self.board.panel(panel)
        if key:
            found.filter("")
            found.select(key)
        self.screen.set_focus(found)
