"""Who has the mouse: the face, or the terminal with its own selecting and copying."""

from msgspec.structs import replace

from screens.acts.base import Acting
from screens.terminal import SafeDriver


class MouseActs(Acting):
    """The mouse, given and taken while the face is open."""

    def action_mouse(self) -> None:
        """Gives the mouse to the terminal, or takes it back, for as long as this face is open."""
        wanted = not self.preferences.mouse
        self.preferences = replace(self.preferences, mouse=wanted)
        if isinstance(self._driver, SafeDriver):
            self._driver.take_mouse(wanted=wanted)
        told = "the mouse clicks here" if wanted else "the mouse is the terminal's: it selects and copies"
        other = self.scene.hint("mouse", "gives it away" if wanted else "takes it back")
        self.say(f"{told}; {other}" if other else told, "info", lambda: self.preferences.mouse == wanted)
