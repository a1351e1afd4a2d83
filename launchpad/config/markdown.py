"""Checklists out of Markdown: every line of a task list becomes an item, and none is lost.

Headings say in which phase and section the items stand, and, with words such as `T-1 week`, when they are
due. An item that has others nested under it is done when they are. Text and code that follow an item, or a
numbered step, are kept as its details; its first link is its runbook.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from launchpad.config.mojibake import mended
from launchpad.model.definition import Item, Phase
from launchpad.model.text import clean, clean_lines

TASK = re.compile(
    r"^(?P<indent>[ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]+\[(?P<box>[ xX~-])\](?:[ \t]+(?P<text>.*))?$"
)
"""A line of a task list."""
_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>.*)$")
_FENCE = re.compile(r"^[ \t>]*(?P<fence>`{3,}|~{3,})")
_LINK = re.compile(
    r"\[(?P<text>[^\[\]]*)\]\((?P<url>[^()\s]+)(?:\s+\"[^\"]*\")?\)|<(?P<bare>https?://[^<>\s]+)>"
)
_BARE = re.compile(r"https?://[^\s<>()\"'`]+[^\s<>()\"'`.,;:]")
# As far as a title may go: a mark that nothing closes is not looked after through a whole document.
_EMPHASIS = re.compile(
    r"(\*\*|__|~~|`)(?=\S)(.{1,500}?)(?<=\S)\1|(?<!\w)([*_])(?=\S)(.{1,500}?)(?<=\S)\3(?!\w)"
)
_OFFSET = re.compile(
    r"\bT\s*([-\u2212\u2013+])\s*(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)?\b", re.IGNORECASE
)
_UNIT = r"(minutes?|min|hours?|days?|weeks?)"
_EARLIER = re.compile(
    rf"\b(?:\d{{1,3}}\s*[-\u2212\u2013]\s*)?(\d{{1,4}})\s*{_UNIT} (?:before|ahead|prior)\b", re.IGNORECASE
)
"""`1 week before`; of `1-2 weeks before` the later word."""
_WITHIN = re.compile(rf"\bfirst\s+(?:(\d{{1,4}})\s*)?{_UNIT}\b", re.IGNORECASE)
"""`first 48 hours`, `first week`: by their end."""
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_LONGEST_TITLE = 500
_LONGEST_DETAILS = 4000
_ID = 64

_AFTER = (
    r"post[\s-]*(?:launch|deploy\w*|release|production|go[\s-]?live)",
    r"after (?:the )?(?:launch|deploy\w*|release)",
    r"T\s*\+\s*\d",
    r"first (?:hour|day|week|month|\d+ hours)",
    r"(?:week|month|day) 1\b",
    r"ongoing|short term|retrospective|hyper\s?care",
)
_BEFORE = (
    r"pre[\s-]*(?:launch|deploy\w*|release|production|flight)",
    r"before|prepar\w*|readiness|prerequisites?",
    r"T\s*[-\u2212\u2013]\s*[1-9]",
)
_DURING = (
    r"(?:launch|release|deployment) day|go[\s-]?live|cut[\s-]?over|rollout",
    r"T\s*[-\u2212\u2013]\s*0",
    r"deployment steps|during (?:the )?(?:launch|deploy\w*|release)|^(?:the )?launch$|:\s*launch$",
)
_PHASES: tuple[tuple[Phase, str], ...] = (
    ("post-launch", "|".join(_AFTER)),
    ("pre-launch", "|".join(_BEFORE)),
    ("launch", "|".join(_DURING)),
)
"""What a heading says when it speaks of a phase, the surest first."""


class _Heading(NamedTuple):
    level: int
    text: str
    phase: Phase | None
    due: float | None


class _Task(NamedTuple):
    indent: int
    place: int
    """Where its item stands."""


def count_tasks(text: str) -> int:
    """How many lines of a document are lines of a task list; code is none."""
    return sum(kind == "task" for kind, _ in _lines(text))


def count_ticked(text: str) -> int:
    """How many of them are ticked in it."""
    found = (TASK.match(line) for kind, line in _lines(text) if kind == "task")
    return sum(match is not None and match["box"] in "xX" for match in found)


def items_of(text: str) -> tuple[Item, ...]:
    """The items of a document, in its order."""
    reader = _Reader()
    for kind, line in _lines(mended(text)):
        reader.take(kind, line)
    return reader.finished()


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line with what it is: `task`, `heading`, `fence`, `code`, `text`."""
    fence = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found = _FENCE.match(line)
        if fence:
            closes = found and found["fence"].startswith(fence) and not line.strip(" \t>`~")
            yield ("fence" if closes else "code"), line
            fence = "" if closes else fence
        elif found:
            fence = found["fence"]
            yield "fence", line
        elif TASK.match(line):
            yield "task", line
        elif _HEADING.match(line):
            yield "heading", line
        else:
            yield "text", line


class _Reader:
    def __init__(self) -> None:
        self._headings: list[_Heading] = []
        self._items: list[Item] = []
        self._details: list[list[str]] = []
        self._open: list[_Task] = []
        """The task that lines belong to, and those around it."""
        self._children: dict[int, list[int]] = {}

    def take(self, kind: str, line: str) -> None:
        match kind:
            case "heading":
                self._heading(line)
            case "task":
                self._task(line)
            case _:
                self._follow(kind, line)

    def finished(self) -> tuple[Item, ...]:
        """All items, each with an id of its own, its details and what it waits for."""
        ids = _ids(self._items)
        return tuple(
            replace(
                item,
                id=ids[place],
                needs=tuple(ids[child] for child in self._children.get(place, ())),
                details=clean_lines("\n".join(_trimmed(self._details[place])), _LONGEST_DETAILS),
                runbook=item.runbook or _first_link("\n".join(self._details[place])),
            )
            for place, item in enumerate(self._items)
        )

    def _heading(self, line: str) -> None:
        found = _HEADING.match(line)
        assert found is not None, "told apart before"
        level, text = len(found["marks"]), _plain(found["text"].rstrip("#"))
        self._headings = [h for h in self._headings if h.level < level]
        self._headings.append(_Heading(level, text, _phase(text), _due(text)))
        self._open = []

    def _task(self, line: str) -> None:
        found = TASK.match(line)
        assert found is not None, "told apart before"
        indent = len(found["indent"].expandtabs(4))
        self._open = [task for task in self._open if task.indent < indent]
        place = len(self._items)
        if self._open:
            self._children.setdefault(self._open[-1].place, []).append(place)
        self._open.append(_Task(indent, place))
        raw = found["text"] or ""
        title = clean(_plain(raw), _LONGEST_TITLE) or "(says nothing)"
        self._items.append(
            Item(
                id="-",
                title=title,
                phase=next((h.phase for h in reversed(self._headings) if h.phase), "pre-launch"),
                section=clean(self._headings[-1].text if self._headings else "", 80),
                due=next((h.due for h in reversed(self._headings) if h.due is not None), None),
                runbook=_first_link(raw),
            )
        )
        self._details.append([])

    def _follow(self, kind: str, line: str) -> None:
        """Text belongs to the task above it while it is indented, code until something else begins."""
        if not self._open:
            return
        indented = len(line) - len(line.lstrip(" \t>"))
        if kind == "text" and line.strip():
            self._open = [task for task in self._open if task.indent < indented]
            if not self._open:
                return
        details = self._details[self._open[-1].place]
        if kind in ("code", "text") and (line.strip() or details):
            details.append(line.rstrip())


def _plain(text: str) -> str:
    """Words without their markup, and without the pictures before them."""
    text = _LINK.sub(lambda m: m["text"] or m["bare"] or m["url"] or "", text)
    for _ in range(3):
        text, found = _EMPHASIS.subn(lambda m: m[2] or m[4] or "", text)
        if not found:
            break
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|<>-])", r"\1", text)
    words = text.strip()
    start, end = 0, len(words)
    while start < end and unicodedata.category(words[start]) in ("So", "Sk", "Cn", "Mn", "Cf", "Cc", "Zs"):
        start += 1
    while start < end and unicodedata.category(words[end - 1]) in ("So", "Mn", "Cf", "Zs"):
        end -= 1
    return words[start:end] or words


def _phase(heading: str) -> Phase | None:
    """The phase that a heading speaks of; the one whose words come first in it."""
    found = [
        (match.start(), phase)
        for phase, pattern in _PHASES
        if (match := re.search(rf"\b(?:{pattern})", heading, re.IGNORECASE))
    ]
    return min(found, key=lambda f: f[0])[1] if found else None


def _due(heading: str) -> float | None:
    """`T-1 week`, `1 week before`, `first 48 hours` → seconds from T-0."""
    match = _OFFSET.search(heading)
    if match is None:
        return _due_in_words(heading)
    amount, unit = int(match[2]), (match[3] or "")[:1].lower()
    if not unit and amount:
        return None
    seconds = amount * _UNITS.get(unit, 0.0)
    return seconds if match[1] == "+" or not seconds else -seconds


def _due_in_words(heading: str) -> float | None:
    if match := _EARLIER.search(heading):
        return -int(match[1]) * _UNITS[match[2][0].lower()]
    if match := _WITHIN.search(heading):
        return int(match[1] or 1) * _UNITS[match[2][0].lower()]
    return None


def _first_link(text: str) -> str | None:
    match = _LINK.search(text)
    if match and (url := match["bare"] or match["url"]) and re.match("https?://", url):
        return url
    bare = _BARE.search(text)
    return bare[0] if bare else None


def _trimmed(lines: list[str]) -> list[str]:
    """Lines without what they all are indented by, and without empty ones around."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    lines = lines[:end]
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    cut = min(indents, default=0)
    return [line[cut:] for line in lines]


def _ids(items: list[Item]) -> list[str]:
    """An id for each item, made from its words, so that it stays when others come and go.

    Items of the same words are told apart by their section, then by counting.
    """
    names = [slug(item.title) for item in items]
    often = Counter(names)
    given: list[str] = []
    taken: set[str] = set()
    counted: dict[str, int] = {}
    for name, item in zip(names, items, strict=True):
        if often[name] > 1 and item.section:
            name = slug(f"{item.section} {item.title}")
        chosen, count = name, counted.get(name, 1)
        while chosen in taken:
            count += 1
            chosen = f"{name[: _ID - len(str(count)) - 1]}-{count}"
        counted[name] = count
        taken.add(chosen)
        given.append(chosen)
    return given


def slug(text: str) -> str:
    """A name made of words."""
    words = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    if len(name) > _ID:
        name = name[:_ID].rsplit("-", 1)[0] or name[:_ID]
    return name or "item"
