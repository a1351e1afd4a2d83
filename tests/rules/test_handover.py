"""What somebody must know who comes back: what is so, and what others did meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model import events as ev
from launchpad.rules.handover import _CHAPTER_OF, _LEFT_OUT, handover, last_act
from tests.support import launches
from tests.support.launches import ADA, BOB, LEAD, at


def missed(demo, who=BOB, minute=5.0, now=14.55):
    return handover(demo.view(now), demo.events, who.name, at(minute))


def chapters(found):
    return {chapter.name: [line.text for line in chapter.lines] for chapter in found.chapters}


def test_no_event_is_both_told_and_left_out():
    assert not set(_CHAPTER_OF) & _LEFT_OUT


def test_the_last_act_is_ones_own():
    events = launches.declared().events
    assert last_act(events, "bob") == at(13)
    assert last_act(events, "ada") == at(14)
    assert last_act(events, "nobody") is None


def test_the_gravest_comes_first_and_then_the_newest():
    demo = (
        launches.declared().tick(14.1, ADA, "payments").add(14.2, LEAD.name, ev.NoteWritten(), "press is in")
    )
    found = missed(demo, launches.EVE)
    assert list(chapters(found)) == ["incidents", "alerts", "runs", "items", "notes"]
    said = chapters(found)
    assert said["incidents"][0] == "task 1 of incident-1 for bob: call the card processor"
    assert (
        said["incidents"][-1] == "DECLARES incident-1 CRITICAL from checkout-errors: cards fail at the till"
    )
    assert [text.split(" at ")[0] for text in said["alerts"]][-1] == "alert checkout-errors firing (critical)"
    assert said["notes"] == ["notes: press is in"]
    assert found.headline == "1 incident, 1 alert, 1 run, 1 item, 1 note"


def test_what_is_so_now_names_owners():
    found = missed(launches.declared())
    assert found.standing.startswith(
        "Acme 4.2.0 (production, launch) at 09:14 Europe/Berlin: NOT OK: incident-1"
    )
    assert (
        found.now[0] == "incident-1 critical declared: cards fail at the till; ada commands; update at 09:28"
    )
    assert found.now[1].endswith("for 2m27s; bob has it")
    assert found.now[2] == "deploy-1 is running"
    assert missed(launches.degraded()).now[0].endswith("; nobody has it yet")


def test_what_one_did_oneself_is_no_news():
    demo = launches.launched().tick(6, BOB, "announce").tick(7, ADA, "payments")
    assert chapters(missed(demo)) == {"items": ["ticked payments"]}
    assert missed(demo, minute=7.0).headline == ""


def test_going_against_a_gate_is_a_chapter_of_its_own():
    demo = launches.launched().add(
        6, LEAD.name, ev.PhaseEntered(phase="post-launch", overridden=True), "we must"
    )
    found = missed(demo)
    assert chapters(found) == {"overrides": ["entered post-launch AGAINST THE GATE: we must"]}
    assert found.headline == "1 override"
    slipped = launches.before().add(-80, LEAD.name, ev.CountdownSlipped(seconds=600.0), "late")
    later = missed(slipped, minute=-85, now=-70)
    assert chapters(later) == {"launch": ["moved T-0 10m later: late"]}
    assert later.headline == "1 change"


def test_what_is_overdue_and_what_is_mine_is_said():
    found = missed(launches.launched(), ADA, now=45.0)
    assert "overdue: payments" in found.now
    assert "yours: payments" in found.now


def test_what_was_found_to_fail_is_still_somebodys():
    demo = launches.launched().add(5.0, BOB.name, ev.ItemFailed(item="payments"), "declined")
    assert "yours: payments" in missed(demo, ADA, now=45.0).now


def test_a_long_night_is_cut_and_says_so():
    demo = launches.launched()
    for number in range(40):
        demo.add(10, ADA.name, ev.NoteWritten(), f"note {number}")
    (notes,) = missed(demo).chapters
    assert (len(notes.lines), notes.left_out) == (30, 10)
    assert notes.lines[0].text == "notes: note 39"
    assert missed(demo).headline == "40 notes"


DECLARED = launches.declared()
SHOWN = DECLARED.view(14.55)


@given(st.integers(-3100, 20), st.integers(-3100, 20), st.sampled_from(launches.EVERYBODY))
def test_whoever_was_away_longer_misses_no_less(one, other, who):
    longer, shorter = (
        handover(SHOWN, DECLARED.events, who.name, at(float(minute))) for minute in sorted((one, other))
    )
    for chapter in shorter.chapters:
        kept = next(c for c in longer.chapters if c.name == chapter.name)
        assert kept.lines[: len(chapter.lines)] == chapter.lines
    assert longer.now == shorter.now


@pytest.mark.parametrize("text", ["two\nlines", "[/x]"])
def test_words_stay_words_in_one_line(text):
    (notes,) = missed(launches.launched().add(9, ADA.name, ev.NoteWritten(), text)).chapters
    assert notes.lines[0].text == f"notes: {' '.join(text.split())}"
