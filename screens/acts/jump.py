"""What the keys do to get from a thing to what it is about, and back."""

from launchpad.model.definition import PHASES
from screens import dialogs
from screens.acts.base import Acting
from screens.layout import PANELS
from screens.leads import Place, leads_to
from screens.render import criteria, messages
from screens.render.head import tabs
from screens.trail import Stood, Trail


class JumpActs(Acting):
    """From anything listed to what it is about, from tab to tab, and back."""

    _trail = Trail()

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
        self.remember_place()
        self.go_to(found)

    def remember_place(self) -> None:
        self._trail = self._trail.left(self._here())

    def _here(self) -> Stood:
        board = self.board
        panel = board.focused_panel or board.panel("checklist")
        return Stood(board.tab, board.zoomed, board.mine, str(panel.id), panel.key)

    def action_jump_back(self) -> None:
        self._follow(self._trail.back(self._here()), "there is nowhere to go back to")

    def action_jump_forward(self) -> None:
        self._follow(self._trail.forward(self._here()), "there is nowhere to go forward to")

    def _follow(self, found: tuple[Trail, Stood] | None, otherwise: str) -> None:
        if found is None:
            self.say(otherwise, "info")
            return
        self._trail, stood = found
        if stood.mine:
            self.board.show_mine()
        else:
            self.board.go(stood.tab)
        if stood.zoomed is not None:
            self.board.zoom(stood.zoomed)
        self.find_panel(stood.panel, stood.key or "")
        self.around.redraw()

    def action_tab(self, tab: str) -> None:
        self.remember_place()
        self.board.go(tab)
        self.around.redraw()

    def action_tab_beside(self, by: int) -> None:
        """The next tab of those in the second line, or the one before."""
        shown = tabs(self.scene)
        self.action_tab(shown[(shown.index(self.board.tab) + by) % len(shown)])

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
                self.find_panel("action")
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
                self.find_panel(place.kind, place.name)
            case panel:
                self.find_panel(panel, place.name)

    def find_panel(self, name: str, key: str = "") -> None:
        assert name in PANELS, name
        panel = self.board.panel(name)
        if not panel.display and self.board.tab not in PHASES:
            self.board.go(self.scene.view.state.phase)
        if not panel.display:
            self.board.zoom(name)
        if key and not panel.select(key):
            # What is looked for goes before what was filtered.
            panel.filter("")
            panel.select(key)
        self.screen.set_focus(panel)
