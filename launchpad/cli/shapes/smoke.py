"""Smoke tests."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.model.state import SmokeState


def smoke(name: str, known: SmokeState) -> Shape:
    """A smoke test and its last outcome, step by step."""
    last = known.last
    return {
        "smoke": name,
        "verdict": last.verdict if last else "unknown",
        "outcome": last.sentence if last else "has not run yet",
        "at": instant(known.at) if last else None,
        "since": instant(known.since) if last else None,
        "seconds": last.seconds if last else None,
        "run": known.run or None,
        "requested": bool(known.requested),
        "steps": [
            {
                "step": step.title,
                "asks": step.asks,
                "verdict": step.verdict,
                "reason": step.reason,
                "seconds": step.seconds,
                "tries": step.tries,
            }
            for step in (last.steps if last else ())
        ],
    }
