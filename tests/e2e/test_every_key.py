"""Every key of the footer and of the help, pressed in a real terminal of each size.

What each does is in the table; a key that is not fails.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from screens.keys import BINDINGS, OF_LISTS
from screens.render.scene import OF_ACTION
from tests.support import launches
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux")]

SIZES = [(80, 24), (120, 40), (200, 60)]


class Press(NamedTuple):
    """What a key does; `first` are pressed before it, `back` after it."""

    shows: str = ""
    """On the screen after it, and not before; a regular expression."""
    hides: str = ""
    """The other way round."""
    first: tuple[str, ...] = ()
    back: tuple[str, ...] = ("Escape",)
    same: bool = True
    """Whether the screen is then what it was before all this, but for the line of messages."""


_SECOND = r"▌\[.\] (?!Release deployed)"
_FIRST = r"▌\[.\] Release deployed"
_DOWN = Press(_SECOND, back=("Home",))
_UP = Press(_FIRST, first=("End",), back=())
_FILTERED = ("/", "o", "Enter")
_ELSEWHERE = r"▌ ?(✓|●|\d)"

TABLE: dict[str, Press] = {
    "jump": Press("nothing has happened to deploy yet"),
    "jump.back": Press("there is nowhere to go back to"),
    "jump.forward": Press("there is nowhere to go forward to"),
    "labels": Press("letter goes there"),
    "item.tick": Press(r"\[✓\] Release", back=("z",), same=False),
    "item.undo": Press("deploy is open again", hides=r"\[✓\] Release", first=("space",), same=False),
    "alert.acknowledge": Press("no alert waits"),
    "phase.next": Press(r"Enter post-launch\?"),
    "poll.answer": Press("Call the roll"),
    "countdown.hold": Press("the countdown is over"),
    "rollout.bump": Press("there is no rollout to bump"),
    "rollout.halt": Press("no rollouts are defined"),
    "run.approve": Press("Plans  a key opens one"),
    "run.abort": Press(r"Abort deploy-1\?"),
    "run.resolve": Press("no run is interrupted"),
    "item.assign": Press("Assign deploy"),
    "item.comment": Press("Comment on deploy"),
    "item.evidence": Press("Evidence for deploy"),
    "item.skip": Press("Skip deploy: why"),
    "item.verify": Press("deploy has no automated check"),
    "item.verify-all": Press("asked for 1 check", same=False),
    "note.write": Press("War-room log"),
    "gate.show": Press("Gates: the next phase"),
    "messages.show": Press("Messages: who was told"),
    "criteria.show": Press("Rollback criteria"),
    "incident.open": Press(r"Declare an incident\?"),
    "handover.show": Press("Since you were last here"),
    "mentions.show": Press("What mentions you"),
    "item.mine": Press("MINE, NOW", back=("m",)),
    "report.write": Press("launchpad report acme"),
    "item.teams": Press("Progress by team"),
    "tab.pre-launch": Press("CHECKLIST Pre", back=("2",)),
    "tab.launch": Press("CHECKLIST Launch", first=("1",), back=("2",), same=False),
    "tab.post-launch": Press("CHECKLIST Post", back=("2",)),
    "tab.rollouts": Press(hides="CHECKLIST", back=("2",)),
    "tab.timeline": Press(hides="CHECKLIST", back=("2",)),
    "tab.people": Press(hides="CHECKLIST", back=("2",)),
    "tab.next": Press("CHECKLIST Post", back=("[",)),
    "tab.previous": Press("CHECKLIST Pre", back=("]",)),
    "log.wrap": Press("the log shows all of each line", back=("W",)),
    "log.right": Press("the lines end here"),
    "log.left": Press("the lines begin here"),
    "list.sort": Press("Sort the checklist by"),
    "panel.next": Press(_ELSEWHERE, back=("BTab",)),
    "panel.previous": Press(_ELSEWHERE, back=("Tab",)),
    "panel.zoom": Press(hides="OBJECTIVES"),
    "copy": Press("copied: deploy:"),
    "copy.all": Press("copied 6 lines of checklist"),
    "mouse": Press("the mouse is the terminal's", back=("F8",)),
    "filter": Press("enter keep the filter"),
    "filter.next": Press(_SECOND, first=_FILTERED, back=("Escape", "Home")),
    "filter.previous": Press(_FIRST, first=(*_FILTERED, "n"), back=("Escape", "Home")),
    "back": Press("OBJECTIVES", first=("F",), back=(), same=False),
    "refresh": Press("looked again", first=("R",)),
    "palette": Press("Search for commands"),
    "help": Press(r"│  Help "),
    "quit": Press(r"Leave\?"),
    "list.up": _UP._replace(first=("Down",)),
    "list.down": _DOWN,
    "list.page-up": _UP,
    "list.page-down": _DOWN,
    "list.first": _UP,
    "list.last": _DOWN,
    "list.details": Press("Item deploy"),
    "action.deploy": Press("deploy-1 is running; see it to its end"),
    "action.backup": Press("Plan: backup", same=False),
    "action.rollback": Press("Plan: rollback", same=False),
}
"""Id of a binding → what its keys do on a launch that is under way, to its director."""

_TMUX = {
    "space": "space", "tab": "Tab", "shift+tab": "BTab", "left": "Left", "right": "Right", "up": "Up",
    "down": "Down", "pageup": "PPage", "pagedown": "NPage", "home": "Home", "end": "End", "enter": "Enter",
    "escape": "Escape", "backspace": "BSpace", "f1": "F1", "f5": "F5", "f8": "F8", "slash": "/", "colon": ":",
    "question_mark": "?", "greater_than_sign": ">", "at": "@", "left_square_bracket": "[",
    "right_square_bracket": "]", "right_curly_bracket": "}", "left_curly_bracket": "{",
    "shift+right": "S-Right", "shift+left": "S-Left", "minus": "-", "plus": "+",
    "equals_sign": "=", "semicolon": r"\;",
}  # fmt: skip


def _keys() -> Iterator[tuple[str, str]]:
    """Id and key, all of them, in the order of the table."""
    bound = {b.id or "": b.key for b in (*BINDINGS, *OF_LISTS)}
    bound |= {OF_ACTION + name: a.key for name, a in launches.definition().actions.items() if a.key}
    assert bound.keys() == TABLE.keys(), "each binding has a line in the table"
    for name in TABLE:
        for key in bound[name].split(","):
            yield name, _TMUX.get(key) or (f"C-{key[5:]}" if key.startswith("ctrl+") else key)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_key_does_what_it_says_and_escape_leads_back(size: tuple[int, int]) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    argv = [sys.executable, "-m", "tests.support.demo_face", "during", "--still"]
    terminal = Terminal(argv, size=size, environ=environ, cwd=Path(__file__).parents[2])
    try:
        # The others of the demo are gone by then: nothing changes but by these keys.
        terminal.shows("all 4 objectives met", seconds=60)
        terminal.shows(r" 1 on", seconds=90)
        for name, key in _keys():
            _press(terminal, name, key)
    finally:
        terminal.close()


def _press(terminal: Terminal, name: str, key: str) -> None:
    does = TABLE[name]
    # The timeline and the keys in the last line follow a moment after what the key before has done.
    before = _settled(terminal, still=0.6)
    for each in does.first:
        terminal.press(each)
        _settled(terminal)
    if does.shows:
        terminal.hides(does.shows)
    if does.hides:
        terminal.shows(does.hides)
    terminal.press(key)
    if does.shows:
        terminal.shows(does.shows)
    if does.hides:
        terminal.hides(does.hides)
    for each in does.back:
        _settled(terminal)
        terminal.press(each)
    deadline = time.monotonic() + 60
    while does.same and _apart_from_message(terminal.screen()) != _apart_from_message(before):
        assert time.monotonic() < deadline, f"{name} ({key}):\n{before}\nbecame\n{terminal.screen()}"
        time.sleep(0.03)


def _settled(terminal: Terminal, still: float = 0.1) -> str:
    """The screen as soon as it has stood still for so many seconds."""
    shown, since = terminal.screen(), time.monotonic()
    while time.monotonic() - since < still:
        time.sleep(0.1)
        before, shown = shown, terminal.screen()
        since = since if shown == before else time.monotonic()
    return shown


def _apart_from_message(screen: str) -> list[str]:
    # What the others are told of this seat follows a moment later.
    lines = [line.partition("lead (you)")[0] for line in screen.splitlines()]
    return [*lines[:-2], lines[-1]]
