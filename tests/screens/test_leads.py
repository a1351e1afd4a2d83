"""Everything that is listed leads somewhere, or says why it does not."""

import pytest

from launchpad.model import events as ev
from launchpad.model.journal import Draft, Head, seal
from launchpad.model.samples import LockInfo, LogLine
from screens.leads import Place, leads_to
from tests.rules.test_narrate import EXAMPLES
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.support import launches
from tests.support.launches import BOB, Demo


def of(demo: Demo, entry: object) -> Place | str:
    return leads_to(scene(demo).view, demo.events, entry)


def test_an_alert_leads_to_its_objective_and_back() -> None:
    demo = launches.degraded()
    view = scene(demo).view
    [alert] = view.alerts
    assert leads_to(view, demo.events, alert) == Place("objectives", "checkout")
    checkout = next(o for o in view.objectives if o.name == "checkout")
    assert leads_to(view, demo.events, checkout) == Place("alerts", "checkout-errors")


def test_an_objective_without_an_alert_leads_to_what_was_last_said_of_it() -> None:
    demo = launches.degraded()
    view = scene(demo).view
    search = next(o for o in view.objectives if o.name == "search")
    assert leads_to(view, demo.events, search) == "nothing has happened to search yet"
    told = ev.ObjectiveChanged(objective="search", verdict="ok", value=0.3, limit=0.8, n=9, window=600.0)
    demo.add(14, "engine", told)
    assert leads_to(view, demo.events, search) == Place("timeline", str(demo.events[-1].seq))


def test_conditions_lead_to_what_they_wait_for() -> None:
    before = launches.before()
    view = scene("before").view
    assert view.gate is not None
    found = {c.name: leads_to(view, before.events, c) for c in view.gate.conditions}
    assert list(found.values()) == [
        Place("checklist", "legal"),
        Place("objectives", "availability"),
        Place("objectives", "latency"),
        found[view.gate.conditions[3].name],
        Place("objectives", "search"),
    ]
    assert "critical" in str(found[view.gate.conditions[3].name]), "nothing fires: it says what it has seen"
    firing = launches.degraded()
    view = scene(firing).view
    assert view.gate is not None
    assert leads_to(view, firing.events, view.gate.conditions[1]) == Place("alerts", "checkout-errors")


def test_polls_people_and_locks_have_their_places() -> None:
    demo = launches.deciding()
    view = scene("deciding").view
    assert view.gate is not None
    found = [leads_to(view, demo.events, c) for c in view.gate.conditions]
    places = {place.kind for place in found if isinstance(place, Place)}
    assert {"poll", "people"} <= places
    during = launches.during()
    lock = LockInfo(target="site", owner="acme-4.2.0/deploy-1", reason="runs", expires_in=60.0)
    assert of(during, lock) == Place("run", "deploy-1")
    said = LogLine(run="deploy-1", n=1, at=0, step=0, text="")
    place = of(during, said)
    assert isinstance(place, Place)
    assert place.kind == "timeline"
    person = next(p for p in scene(during).view.people if p.operator == "ada")
    assert of(during, person) == Place("checklist", "payments")


def test_items_lead_to_what_blocks_them() -> None:
    demo = launches.launched()
    items = {i.id: i for i in scene(demo).view.items}
    assert of(demo, items["dns"]) == Place("checklist", "deploy")
    place = of(demo, items["oncall"])
    assert isinstance(place, Place)
    assert place.kind == "timeline"


@pytest.mark.parametrize(
    ("event", "place"),
    [
        (ev.ItemTicked(item="dns"), Place("checklist", "dns")),
        (ev.RunRequested(run="deploy-1", action="deploy"), Place("run", "deploy-1")),
        (ev.PhaseEntered(phase="launch"), Place("phase", "launch")),
        (ev.AlertSilenced(alert="slow", until=0), Place("objectives", "latency")),
        (ev.NoteWritten(), "this line is all there is of it"),
    ],
)
def test_a_line_of_the_timeline_leads_to_what_it_speaks_of(event: ev.Event, place: Place | str) -> None:
    demo = launches.during().add(14.5, "lead", event)
    assert of(demo, demo.events[-1]) == place


@pytest.mark.parametrize("kind", EXAMPLES.values(), ids=lambda example: type(example).__name__)
def test_every_kind_of_event_leads_somewhere_or_says_why_not(kind: ev.Event) -> None:
    demo = launches.during()
    demo.rows.append(
        seal(
            demo.launch,
            Draft(id="x", event=kind, actor="lead", auth="os"),
            previous=Head(seq=demo.rows[-1].seq, hash=demo.rows[-1].hash),
            at=demo.rows[-1].at,
            salt="salt",
        )
    )
    shown = scene("during")
    assert leads_to(shown.view, demo.events, demo.events[-1])


@pytest.mark.slow
async def test_o_goes_there_and_backspace_comes_back(open_face: Opener) -> None:
    async with open_face("degraded", BOB, size=(120, 40)) as seat:
        seat.face.board.panel("alerts").focus()
        await seat.press("o")
        await seat.until(lambda: seat.face.focused is seat.face.board.panel("objectives"))
        assert seat.face.board.panel("objectives").selected.name == "checkout"
        await seat.press("o")
        await seat.until(lambda: seat.face.focused is seat.face.board.panel("alerts"))
        await seat.press("backspace", "backspace")
        await seat.until(lambda: seat.face.focused is seat.face.board.panel("alerts"))
        await seat.press("backspace")
        await seat.shows("there is nowhere to go back to")


@pytest.mark.slow
async def test_o_leads_through_pages_and_panels_out_of_sight(open_face: Opener) -> None:
    async with open_face("degraded") as seat:
        await seat.press("5", "slash", *"requested deploy-1", "enter", "o")
        await seat.until(lambda: seat.face.focused is seat.face.board.panel("action"))
        await seat.press("backspace")
        await seat.shows("TIMELINE")
        assert "requested deploy-1" in seat.face.board.panel("timeline").selected_text
        await seat.press("escape", "home", "slash", *"checkout-errors firing", "enter", "o")
        await seat.shows("─ ALERTS 1")
        await seat.press("enter")
        await seat.shows("nobody has acknowledged it")
        await seat.press("escape", "2", "down", "o")
        await seat.until(lambda: seat.face.board.item is not None and seat.face.board.item.id == "deploy")
