"""The single-letter keys that faces keep for themselves; an action may take any other."""

RESERVED_KEYS: dict[str, str] = {
    "A": "assign",
    "E": "export the report",
    "F": "zoom the panel",
    "H": "halt a rollout",
    "K": "kill switches",
    "L": "live, in a replay",
    "N": "previous match",
    "P": "approve",
    "S": "seek, in a replay",
    "V": "verify all items again",
    "X": "abort the run",
    "a": "acknowledge",
    "c": "comment",
    "e": "evidence",
    "g": "go or no-go",
    "h": "hold the countdown",
    "n": "next match",
    "p": "pause, in a replay",
    "q": "quit",
    "v": "verify the item again",
    "w": "war-room log",
    "y": "copy, and yes",
    "z": "undo the last tick",
}
"""Key → what it does."""
