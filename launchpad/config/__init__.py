"""YAML to definition, with every fault named by line; secret references; the shipped examples."""

from launchpad.config.document import Checklist, ChecklistUse, Document, Override
from launchpad.config.loading import Loaded, load, loads
from launchpad.config.reader import Settings
from launchpad.errors import BadInput

__all__ = [
    "BadInput",
    "Checklist",
    "ChecklistUse",
    "Document",
    "Loaded",
    "Override",
    "Settings",
    "load",
    "loads",
]
