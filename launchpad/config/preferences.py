"""A person's `face.yaml`: how they like the face."""

from pathlib import Path

from launchpad.config.faults import HOLE, Faults, Unreadable
from launchpad.config.nodes import compose
from launchpad.config.reader import Reader
from launchpad.config.source import read_source
from launchpad.model.preferences import Preferences


def load_preferences(path: Path) -> Preferences:
    """What the file says. Raises BadInput with all its faults, each with its line."""
    faults = Faults(str(path))
    preferences = HOLE
    try:
        root = compose(read_source(path, str(path), faults), str(path), faults)
        preferences = Preferences() if root is None else Reader(faults, {}).read(root, Preferences)
    except Unreadable:
        pass
    faults.raise_any()
    assert isinstance(preferences, Preferences), "what can't be read is a fault"
    return preferences
