"""What is left of a view while nothing can be read: the same in every face."""

from msgspec.structs import replace

from launchpad.model.values import SECOND, Micros
from launchpad.rules.view import View, view

_AWAY = "the store is out of reach"


def blinded(last: View, now: Micros) -> View:
    """`last` as it must be shown at `now` when nothing can be read: no reading counts any more."""
    passed = (now - last.now) / SECOND
    readings = {
        shown.name: replace(
            shown.reading,
            verdict="unknown",
            age=None if shown.reading.age is None else shown.reading.age + passed,
            reason=_AWAY,
        )
        for shown in last.objectives
    }
    return view(last.state, readings, now, unwatched=_AWAY)
