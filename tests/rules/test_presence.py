"""Who is said to be at what."""

from launchpad.model.definition import Definition, Launch, Operator
from launchpad.model.samples import Presence
from launchpad.rules.presence import at_work, idle, teams_of


def seat(name, subject="", *, still=0.0, age=0.0):
    return Presence(
        seat=name, operator=name, role="engineer", via="local", subject=subject, idle=still, age=age
    )


def test_an_item_tells_who_works_on_it_each_person_once():
    people = (
        seat("eva", "item:dns"),
        seat("eva", "item:dns"),
        seat("bob", "item:dns"),
        seat("lead", "item:x"),
    )
    assert at_work(people) == {"item:dns": ("eva", "bob"), "item:x": ("lead",)}
    assert at_work((seat("eva"),)) == {}


def test_who_typed_nothing_for_long_works_on_nothing():
    assert at_work((seat("eva", "item:dns", still=299.0),)) == {"item:dns": ("eva",)}
    assert at_work((seat("eva", "item:dns", still=290.0, age=12.0),)) == {}


def test_idle_goes_on_while_nothing_is_heard():
    assert idle(seat("eva", still=50.0, age=12.0)) == 62.0


def test_teams_are_those_of_the_definition():
    eva = Operator(name="eva", role="engineer", teams=("qa", "web"))
    definition = Definition(launch=Launch(product="A", version="1"), operators=(eva,))
    assert teams_of(definition, "eva") == ("qa", "web")
    assert teams_of(definition, "nobody") == ()
