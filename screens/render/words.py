"""How states are said: glyph, word and style always together."""

from typing import NamedTuple

from launchpad.model.definition import Phase, Role, Severity
from launchpad.model.events import ReadingVerdict
from launchpad.model.lifecycles import RunStatus, StepStatus
from launchpad.model.plan import GateVerdict
from launchpad.model.values import format_duration
from launchpad.rules.view import Mark
from screens.glyphs import Glyphs
from screens.render.row import Span


class Said(NamedTuple):
    """A state in words and in the style that goes with them."""

    word: str
    style: str


VERDICTS: dict[ReadingVerdict, Said] = {
    "ok": Said("ok", "ok"),
    "bad": Said("bad", "bad"),
    "unknown": Said("unknown", "unknown"),
}
GATES: dict[GateVerdict, Said] = {
    "GO": Said("GO", "ok"),
    "HOLD": Said("HOLD", "unknown"),
    "NO-GO": Said("NO-GO", "bad"),
}
MARKS: dict[Mark, Said] = {
    "open": Said("open", "text"),
    "blocked": Said("blocked", "dim"),
    "done": Said("done", "ok"),
    "stale": Said("stale", "unknown"),
    "failed": Said("failed", "bad"),
    "skipped": Said("skipped", "dim"),
}
RUNS: dict[RunStatus, Said] = {
    "requested": Said("REQUESTED", "info"),
    "planned": Said("PLANNED", "info"),
    "approved": Said("APPROVED", "info"),
    "running": Said("RUNNING", "accent"),
    "interrupted": Said("INTERRUPTED", "warn"),
    "aborting": Said("ABORTING", "warn"),
    "succeeded": Said("SUCCEEDED", "ok"),
    "failed": Said("FAILED", "bad"),
    "aborted": Said("ABORTED", "warn"),
    "rejected": Said("REJECTED", "warn"),
    "retracted": Said("RETRACTED", "dim"),
    "refused": Said("REFUSED", "warn"),
}
STEPS: dict[StepStatus, Said] = {
    "pending": Said("pending", "dim"),
    "intended": Said("starting", "accent"),
    "running": Said("running", "accent"),
    "succeeded": Said("done", "ok"),
    "failed": Said("failed", "bad"),
    "skipped": Said("skipped", "dim"),
    "interrupted": Said("interrupted", "warn"),
    "aborted": Said("aborted", "warn"),
}
SEVERITY: dict[Severity, Said] = {
    "critical": Said("CRITICAL", "bad"),
    "high": Said("HIGH", "bad"),
    "medium": Said("MEDIUM", "warn"),
    "low": Said("LOW", "info"),
}
PHASE_NAMES: dict[Phase, str] = {"pre-launch": "Pre", "launch": "Launch", "post-launch": "Post"}
ROLES: dict[Role, str] = {"viewer": "VIEW", "engineer": "ENG", "operator": "OPS", "director": "DIR"}

_GLYPH_OF_STYLE = {"ok": "ok", "bad": "bad", "unknown": "unknown", "warn": "warn", "accent": "run"}


def lasting(seconds: float) -> str:
    """A duration in whole minutes once it has one: a row that tells it is not drawn anew each second."""
    return format_duration(seconds // 60 * 60 if seconds >= 60 else seconds // 1)


def glyph(glyphs: Glyphs, said: Said) -> str:
    """The sign that goes with what is said."""
    sign: str = getattr(glyphs, _GLYPH_OF_STYLE.get(said.style, "idle"))
    return sign


def shown(glyphs: Glyphs, said: Said) -> Span:
    """Sign and word, styled."""
    return Span(f"{glyph(glyphs, said)} {said.word}", said.style)


def box(glyphs: Glyphs, mark: Mark) -> Span:
    """An item's box: what it holds says the state without its colour."""
    inside = {
        "open": " ", "blocked": " ", "done": glyphs.ok, "stale": glyphs.unknown, "failed": glyphs.bad,
        "skipped": glyphs.skipped,
    }  # fmt: skip
    return Span(f"[{inside[mark]}]", MARKS[mark].style)
