"""What every event is."""

from typing import Literal

from launchpad.model.values import Value

Auth = Literal["key", "os", "claimed", "engine"]
"""How the actor was known: SSH key, OS user, `--as`, the engine itself."""


class Event(Value, tag_field="kind"):
    """Base of all events."""

    @property
    def subject(self) -> str:
        return "launch"
