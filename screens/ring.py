"""What reaches somebody who looks elsewhere: the terminal's bell, and its notification."""

from textual.app import App

from launchpad.model.text import clean

_LONGEST = 120


def ring(app: App[int], text: str) -> None:
    """Rings the bell and asks the terminal to notify (OSC 9, as iTerm2, WezTerm, Kitty and others do it).

    The first word keeps a terminal that takes `4;` for progress from misreading what somebody wrote.
    """
    app.bell()
    if (driver := app._driver) is not None:  # noqa: SLF001  # there is no public way to write to the terminal
        driver.write(f"\x1b]9;Launchpad: {clean(text, _LONGEST)}\x1b\\")
