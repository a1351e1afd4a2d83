"""Smoke tests: the last outcome of each."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import SmokeState


def _requested(parts: Parts, rec: Recorded, event: ev.SmokeRequested) -> None:
    known = _known(parts)
    before = known.get(event.suite, SmokeState())
    parts.scalars["smoke"] = {**known, event.suite: replace(before, requested=rec.seq)}


def _ran(parts: Parts, rec: Recorded, event: ev.SmokeRan) -> None:
    if event.result.given:
        return
    known = _known(parts)
    before = known.get(event.suite, SmokeState())
    # Another clock wrote it: nothing was observed after the word of it.
    at = min(event.observed_at, rec.at)
    same = before.last is not None and before.last.verdict == event.result.verdict
    parts.scalars["smoke"] = {
        **known,
        event.suite: SmokeState(
            last=event.result,
            at=at,
            since=before.since if same else at,
            run=event.run,
            requested=0 if event.cause == "request" else before.requested,
        ),
    }


def forget(parts: Parts, suites: frozenset[str]) -> None:
    """What was found by suites that are others now says nothing."""
    parts.scalars["smoke"] = {name: one for name, one in _known(parts).items() if name not in suites}


def _known(parts: Parts) -> dict[str, SmokeState]:
    known: dict[str, SmokeState] = parts.scalars.get("smoke", {})
    return known


HANDLERS: Handlers = {ev.SmokeRequested: _requested, ev.SmokeRan: _ran}
