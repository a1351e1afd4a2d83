"""Scripts at a real desk, on a real store."""

import threading

import pytest

from launchpad.desk import open_launch
from launchpad.errors import Unreachable
from launchpad.model import commands as cmd
from launchpad.model.definition import Definition, Item, Launch
from launchpad.rehearsal.colleagues import Colleagues, parts
from launchpad.rehearsal.example import FIRST, load, read_script
from launchpad.rehearsal.play import Cast, Play
from launchpad.rehearsal.script import Act
from launchpad.session import Session
from launchpad.store import open_store
from tests.rehearsal.test_script import script
from tests.support.cli import eventually
from tests.support.war_room import PEOPLE, WarRoom

LAUNCH = "acme-4.2.0"
DEFINITION = Definition(
    launch=Launch(product="Acme", version="4.2.0", environment="rehearsal"),
    operators=PEOPLE,
    items=(Item(id="legal", title="Terms are approved"), Item(id="site", title="The site answers")),
)


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/journal.db")
    open_launch(store, WarRoom.person("lead"), cmd.OpenLaunch(launch=LAUNCH, definition=DEFINITION))
    yield store
    store.close()


@pytest.fixture
def told():
    return []


@pytest.fixture
def play(store, told):
    return Play(Cast(store, LAUNCH), told.append, lambda _view: None)


def test_each_step_is_taken_by_its_operator_at_the_desk(store, play, told):
    course = play.perform(
        (
            Act(by="eva", do="tick legal", when="item legal is open"),
            Act(by="eva", do="phase launch", refused="eva is engineer"),
            Act(when="item legal is done"),
            Act(by="lead", do="phase launch"),
        )
    )
    assert not course.stopped
    assert [(o.sentence, o.verdict) for o in course.outcomes] == [("eva: phase launch is refused", "ok")]
    journal = Session(store, LAUNCH).events
    assert [(e.kind, e.actor) for e in journal[1:]] == [("item.ticked", "eva"), ("phase.entered", "lead")]
    assert len(told) == 3


def test_a_wait_that_runs_out_stops_the_script_and_is_named_with_how_it_stands(play):
    course = play.perform(
        (
            Act(by="eva", do="tick legal"),
            Act(when="phase is launch", within=0.01),
            Act(if_="phase is launch", then=(Act(by="lead", do="tick site"),)),
            Act(by="lead", do="close success"),
        )
    )
    (broken,) = course.outcomes
    assert (broken.verdict, broken.detail) == ("broken", "phase is pre-launch")
    assert broken.sentence == "phase is launch, within 10 ms"
    assert course.missed == ("wait until phase is launch", "lead: close success")


def test_a_refusal_that_was_not_expected_stops_it(play):
    course = play.perform((Act(by="guest", do="tick legal"), Act(by="lead", do="tick legal")))
    assert [o.verdict for o in course.outcomes] == ["broken"]
    assert "guest is viewer" in course.outcomes[0].detail
    assert course.stopped


@pytest.mark.parametrize("words", ["in other words", "guest is engineer"])
def test_a_refusal_in_other_words_is_broken_and_so_is_none(play, words):
    course = play.perform(
        (Act(by="guest", do="tick legal", refused=words), Act(by="lead", do="tick legal", refused=words))
    )
    assert [o.verdict for o in course.outcomes] == ["broken", "broken"]
    assert not course.stopped, "the day goes on"


def test_a_turn_is_played_only_if_the_day_took_it_and_is_told(store, play):
    course = play.perform(
        (
            Act(if_="item legal is done", cope="never", then=(Act(by="lead", do="tick site"),)),
            Act(if_="item legal is open", cope="it was open", then=(Act(by="lead", do="tick legal"),)),
        )
    )
    assert course.coped == ("it was open",)
    assert [e.kind for e in Session(store, LAUNCH).events[1:]] == ["item.ticked"]


def test_somebody_whom_nobody_knows_stops_it(play):
    assert "there is no operator zoe" in play.perform((Act(by="zoe", do="tick legal"),)).outcomes[0].detail


def test_colleagues_act_whenever_it_is_their_turn_and_never_for_you(store):
    steps = """\
  - {by: lead, do: tick site, when: item site is open}
  - {by: eva, do: tick legal, when: item legal is open}
  - {by: eva, do: tick site}
"""
    day = read_script(script(steps), "s")
    assert [step.sentence for step in parts(day)] == ["eva: tick legal"]
    others = Colleagues(store, LAUNCH, day)
    session = Session(store, LAUNCH)

    def look(now: float) -> list[str]:
        session.refresh()
        others.look(session.view(), now)
        session.refresh()
        return [e.kind for e in session.events[1:]]

    assert look(0.0) == []
    assert look(3.9) == [], "they take a moment"
    assert look(4.0) == ["item.ticked"]
    assert look(9.0) == ["item.ticked"]
    Cast(store, LAUNCH).does("lead", cmd.Untick(item="legal"))
    assert look(10.0)[-1] == "item.reopened"
    assert look(14.0)[-1] == "item.ticked", "and do it again when it is their turn again"


def test_what_the_desk_refuses_a_colleague_is_not_asked_for_again_and_again(store):
    day = read_script(script("  - {by: guest, do: tick legal, when: item legal is open}"), "s")
    others = Colleagues(store, LAUNCH, day)
    view = Session(store, LAUNCH).view()
    for now in (0.0, 5.0, 10.0):
        others.look(view, now)
    assert len(Session(store, LAUNCH).events) == 1


def test_what_a_busy_store_did_not_hear_a_colleague_says_again(store, monkeypatch):
    day = read_script(script("  - {by: eva, do: tick legal, when: item legal is open}"), "s")
    others = Colleagues(store, LAUNCH, day)
    view = Session(store, LAUNCH).view()
    others.look(view, 0.0)

    def busy(*_: object) -> None:
        raise Unreachable("the store is busy")

    with monkeypatch.context() as patch:
        patch.setattr(Cast, "does", busy)
        others.look(view, 4.0)
    others.look(view, 4.5)
    assert [e.kind for e in Session(store, LAUNCH).events[1:]] == ["item.ticked"]


def test_while_they_play_they_are_seen_and_what_is_due_meanwhile_is_done(store):
    looks = []
    day = read_script(script("  - {by: eva, do: tick legal, when: item legal is open}"), "s")
    others = Colleagues(store, LAUNCH, day, speed=60, meanwhile=looks.append)
    with others.playing():
        eventually(lambda: len(Session(store, LAUNCH).events) == 2)
        assert {p.operator for p in store.present(LAUNCH)} == {"ops", "eva", "guest"}
    assert looks
    assert not any(thread.name == "colleagues" for thread in threading.enumerate())


def test_in_the_first_example_the_others_leave_the_decisions_to_you():
    assert {step.by for step in parts(load(FIRST).script)} == {"ops", "eva", "sue"}
