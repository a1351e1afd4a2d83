"""Neither a row nor a panel is drawn again while what it rests on is as it was: so the same must always look
the same.
"""

from typing import get_args

import pytest

from launchpad.model import commands as cmd
from launchpad.model.definition import PHASES
from launchpad.model.journal import Recorded
from launchpad.model.samples import LockInfo, Presence
from launchpad.model.values import SECOND
from launchpad.rules.view import view
from screens.glyphs import ASCII, UNICODE
from screens.keys import USUAL_TOLD
from screens.panels import (
    TELLS,
    TimelineListing,
    action_listing,
    alerts_listing,
    checklist_listing,
    gate_listing,
    mine_listing,
    objectives_listing,
    people_listing,
    poll_listing,
    rollouts_listing,
)
from screens.render.listing import Listing
from screens.render.rollouts import Detail
from screens.render.row import Row
from screens.render.scene import Scene
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
                keys=day.random.choice([USUAL_TOLD, {**USUAL_TOLD, "item.verify": "V"}]),
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


def panels(scene: Scene, events: list[Recorded]) -> dict[str, list[Listing]]:
    """All that each panel may list."""
    return {
        "objectives": [objectives_listing(scene)],
        "gate": [gate_listing(scene, two_lines=two_lines) for two_lines in (False, True)],
        "alerts": [alerts_listing(scene)],
        "rollouts": [rollouts_listing(scene, detail) for detail in get_args(Detail)],
        "checklist": [*(checklist_listing(scene, phase) for phase in PHASES), mine_listing(scene)],
        "poll": [poll_listing(scene)],
        "people": [people_listing(scene)],
        "timeline": [TimelineListing().listing(scene, events)],
        "action": [
            action_listing(scene, shown, ()) for shown in (scene.view.run, *scene.view.runs[:2], None)
        ],
    }


def pages(listings: list[Listing]) -> list[object]:
    """Everything that can be seen of them."""
    width = WIDTHS[1]
    return [
        [
            listing.heading(width, len(listing.entries)),
            listing.above(width, 20),
            # A journal grows long; its rows have a test of their own.
            [listing.draw(entry, width) for entry in listing.entries[:20]],
            listing.foot(width, 20),
            listing.empty(width),
        ]
        for listing in listings
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_panel_that_has_nothing_new_to_tell_looks_the_same_within_the_second(seed):
    left_alone = 0
    with LaunchDay(seed) as day:
        people = tuple(
            Presence(seat=name, operator=name, role="engineer", via="ssh", subject=f"item:{item}")
            for name, item in zip(PEOPLE, day.session.state.items, strict=False)
        )
        polls = [
            lambda: day.perform("lead", cmd.CallPoll(text="ready?")),
            lambda: day.perform("eva", cmd.AnswerPoll(answer=day.random.choice(["go", "no-go"]), text="so")),
        ]
        now = day.session.clock() // SECOND * SECOND
        drawn: dict[str, tuple[object, list[object]]] = {}
        for step in range(150):
            shown = view(day.state, {}, now + step, people=people)
            scene = Scene(view=shown, me=PEOPLE["opal"], glyphs=UNICODE)
            for name, listings in panels(scene, day.session.events).items():
                count = len(day.session.events) if name == "timeline" else 0
                told = scene.circumstances, scene.second, TELLS[name](scene), count
                seen = pages(listings)
                if name in drawn and drawn[name][0] == told:
                    left_alone += 1
                    assert seen == drawn[name][1], name
                drawn[name] = told, seen
            acts = [day.act] * 3 + [day.go_forward, day.carry, day.check, day.alert, day.judge, day.look]
            day.random.choice([*acts, *polls])()
    assert left_alone > 400
