"""A row is not drawn again while what it rests on is as it was: so the same must always look the same."""

import pytest

from launchpad.model.journal import Recorded
from launchpad.model.samples import LockInfo, Presence
from launchpad.model.values import SECOND
from launchpad.rules.view import view
from screens.glyphs import ASCII, UNICODE
from screens.panels import (
    TimelineListing,
    checklist_listing,
    mine_listing,
    objectives_listing,
    people_listing,
)
from screens.render.row import Row
from screens.render.scene import KEYS, Scene
from tests.support import launches
from tests.support.histories import PEOPLE, LaunchDay

WIDTHS = (58, 120)
LATER = (0, 1, 61, 3 * 3600, 2 * 86400)
"""Seconds from what happened to when it is looked at."""


def scenes(day: LaunchDay) -> list[Scene]:
    """What is seen now, and what would be, by others, later, in other company."""
    made = []
    for later in LATER:
        person = day.random.choice(list(PEOPLE.values()))
        subject = f"item:{day.random.choice(list(day.session.state.items))}"
        people = tuple(
            Presence(
                seat=f"s{number}",
                operator=name,
                role="engineer",
                via="ssh",
                looking_at=day.random.choice(["launch", "timeline"]),
                subject=subject,
                idle=day.random.choice([0.0, 70.0, 75.0, 4000.0]),
                age=day.random.choice([0.0, 2.0, 9.0, 9.4]),
            )
            for number, name in enumerate(day.random.sample(sorted(PEOPLE), 2))
        )
        locks = (LockInfo(target="shop", owner="lead", reason="held", expires_in=60.0 - later % 60),)
        shown = view(day.session.state, {}, day.session.clock() + later * SECOND, people=people, locks=locks)
        made.append(
            Scene(
                view=shown,
                me=person,
                glyphs=day.random.choice([ASCII, UNICODE]),
                keys=day.random.choice([KEYS, {**KEYS, "item.verify": "V"}]),
            )
        )
    return made


class Drawn:
    """What was drawn of which things, at which widths."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], list[tuple[object, Row]]] = {}
        self.again = 0
        """Rows that would not have been drawn again."""

    def check(self, scene: Scene, events: list[Recorded]) -> None:
        """Draws all there is, and holds it against what was drawn of the same things before."""
        listings = {
            "checklist": checklist_listing(scene, scene.view.state.phase),
            "mine": mine_listing(scene),
            "people": people_listing(scene),
            "timeline": TimelineListing().listing(scene, events),
            "objectives": objectives_listing(scene),
        }
        for name, listing in listings.items():
            assert listing.rests_on is not None
            for entry in listing.entries:
                rests_on = listing.rests_on(entry)
                for width in WIDTHS:
                    row = listing.draw(entry, width)
                    seen = self._rows.setdefault((name, listing.key(entry), width), [])
                    same = [before for made_of, before in seen if made_of == rests_on]
                    assert all(before == row for before in same)
                    self.again += bool(same)
                    if not same:
                        seen.append((rests_on, row))


@pytest.mark.parametrize("seed", range(6))
def test_what_rests_on_the_same_looks_the_same(seed):
    drawn = Drawn()
    with LaunchDay(seed) as day:
        for _ in range(25):
            day.random.choice([day.act, day.act, day.go_forward, day.check, day.alert])()
            day.session.refresh()
            for scene in scenes(day):
                drawn.check(scene, day.session.events)
    assert drawn.again > 100


def test_what_goes_on_from_second_to_second():
    drawn = Drawn()
    late, verdicts = set(), set()
    # The day before, an item gets later; on the day, readings come in and then grow stale.
    for demo, begin, end in ((launches.before(), -45.0, -43.5), (launches.launched(), 14.0, 15.5)):
        for second in range(0, round((end - begin) * 60), 3):
            shown = demo.view(begin + second / 60)
            drawn.check(Scene(view=shown, me=launches.LEAD, glyphs=UNICODE), demo.events)
            late |= {item.id for item in shown.items if item.overdue}
            verdicts |= {objective.reading.verdict for objective in shown.objectives}
    assert late
    assert verdicts == {"ok", "unknown"}
    assert drawn.again
