"""Rows are made of plain values: right width, right words, at every size."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.journal import recorded
from launchpad.model.samples import LockInfo, Presence
from launchpad.rules.narrate import narrate
from launchpad.rules.objectives import Point
from launchpad.rules.polls import Ballot
from launchpad.rules.view import ItemView
from launchpad.rules.view.blind import blinded
from launchpad.rules.view.teams import by_team
from screens.glyphs import ASCII, BRAILLE, UNICODE, choose
from screens.keymap import keymap
from screens.panels import TimelineListing, checklist_listing
from screens.render import (
    alerts,
    checklist,
    criteria,
    gate,
    guide,
    head,
    incident,
    item,
    messages,
    objectives,
    people,
    plan,
    poll,
    run,
    timeline,
    tiny,
)
from screens.render.footer import Hint, footer
from screens.render.row import Row, Span, clip, cut, fit, line, rule, wrap
from screens.render.scene import Scene
from screens.render.trend import merged, trend
from screens.widgets.infull import in_full
from tests.screens.scenes import scene
from tests.support import launches
from tests.support.launches import ADA, BOB, EVE, LEAD, Demo, at

WIDTHS = (80, 120, 200)
SCENARIOS = (
    "before",
    "launched",
    "planned",
    "waiting",
    "during",
    "interrupted",
    "degraded",
    "advised",
    "declared",
)


def with_keys(scenario: str | Demo, wishes: dict[str, str] | None = None) -> Scene:
    """A scene with the keys that the face has on it, those of the definition's actions among them."""
    return scene(scenario, keys=keymap(wishes or {}, launches.definition()).shown)


def every_row(shown: Scene, width: int) -> list[Row]:
    view = shown.view
    runs = view.run
    rows = [head.first_line(shown, width), head.alert_line(shown, width)]
    rows += [head.tab_line(shown, tab, width) for tab in head.TABS]
    rows += [objectives.row(shown, o, width) for o in view.objectives]
    rows += [checklist.row(shown, i, width) for i in view.items]
    rows += [alerts.row(shown, a, width) for a in view.alerts]
    rows += [people.row(shown, p, width) for p in view.people]
    rows += run.standing(shown, runs, width, 6)
    rows += run.standing(shown, runs, width, 12)
    rows += [run.log_row(shown, entry, width) for entry in launches.during().log]
    for each in view.incidents:
        rows += [row for row in incident.rows(shown, each, width) if row.spans]
    if view.gate is not None:
        rows += [gate.row(c, width, shown.glyphs) for c in view.gate.conditions]
        rows += [gate.part(p, width, shown.glyphs) for p in gate.parts(view.gate)]
    return rows


@pytest.mark.parametrize("width", [*WIDTHS, 60, 40])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_row_fills_its_width_exactly(scenario: str, width: int) -> None:
    for row in every_row(scene(scenario), width):
        assert row.width == width, row.text


@given(st.text(), st.integers(0, 60))
def test_cutting_and_fitting_count_cells(text: str, width: int) -> None:
    text = text.replace("\n", " ")
    assert cell_len(cut(text, width)) <= width
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit(text, width, right=True)) == width


@given(st.text(max_size=300), st.integers(1, 40))
def test_wrapping_loses_no_letter(text: str, width: int) -> None:
    pieces = wrap(text, width, most=10_000)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_wide_characters_keep_the_columns() -> None:
    row = line(20, [Span("日本語のタイトルです")], [Span("right")])
    assert row.width == 20
    assert row.text.endswith("right")


def test_what_is_cut_shows_it() -> None:
    assert clip([Span("abcdef"), Span("ghi")], 5) == (Span("abcd…"),)
    assert rule(10, [Span("A VERY LONG TITLE")]).width == 10


# What is said


def test_first_line_says_it_all_at_120() -> None:
    text = head.first_line(scene("before"), 120).text
    for part in (
        "PRODUCTION",
        "Acme 4.2.0",
        "PRE-LAUNCH",
        "T-01:30:00",
        "NO-GO",
        "4/5",
        "required items done",
    ):
        assert part in text
    assert "✓ data" in text
    assert "lead director" in text
    assert "3 online" in text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_verdict_and_identity_survive_every_width(scenario: str, width: int) -> None:
    shown = scene(scenario)
    text = head.first_line(shown, width).text
    assert "PROD" in text
    assert "Acme 4.2.0" in text
    assert f" {shown.view.verdict} " in text


@pytest.mark.parametrize("width", [80, 120])
def test_a_launch_whose_t0_has_passed_is_late_until_it_is_entered_or_held(width: int) -> None:
    def clock(demo: Demo, minute: float) -> tuple[str, ...]:
        shown = Scene(view=demo.view(minute), me=LEAD, glyphs=UNICODE)
        first, small = head.first_line(shown, width).text, tiny.rows(shown, 40, 9)[0].text
        words = tuple(re.findall(r"T[-+]00:05:00|HELD|LATE", first))
        assert tuple(re.findall(r"T[-+]00:05:00|HELD|LATE", small)) == words
        return words

    assert clock(launches.before(), -5) == ("T-00:05:00",)
    assert clock(launches.before(), 5) == ("T+00:05:00", "LATE")
    held = launches.before().add(5, LEAD.name, ev.CountdownHeld(), "payments is late")
    assert clock(held, 9) == ("T+00:05:00", "HELD")
    assert clock(launches.launched(), 5) == ("T+00:05:00",)


def test_a_long_product_leaves_the_version_and_the_verdict() -> None:
    long = launches.definition()
    launch = replace(long.launch, product="Acme Enterprise Suite 2026", version="11.4.0-rc.1")
    text = head.first_line(scene(Demo(of=replace(long, launch=launch)).engine(-10)), 80).text
    assert "Acme En… 11.4.0-rc.1" in text
    assert " NO-GO " in text


def test_production_looks_like_nothing_else() -> None:
    styles = {
        name: head.first_line(shown, 120).spans[0]
        for name, shown in {
            "production": scene("before"),
            "rehearsal": scene("before", rehearsal=True),
            "staging": scene(Demo(of=launches.definition(environment="staging")).engine(-10)),
        }.items()
    }
    assert styles["production"] == Span(" PRODUCTION ", "badge-production")
    assert styles["rehearsal"] == Span(" REHEARSAL ", "badge-rehearsal")
    assert styles["staging"] == Span(" staging ", "badge-environment")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_says_each_thing_once(width: int) -> None:
    shown = scene("during")
    text = "\n".join(
        row.text
        for row in (
            head.first_line(shown, width),
            head.tab_line(shown, "launch", width),
            head.alert_line(shown, width),
        )
    )
    for once in ("27 s", "15m", "OK", "all 4 objectives met", "deploy-1 is running, step 2 of 3"):
        assert text.count(once) == 1, text


def test_where_the_tabs_do_not_tell_of_the_watch_the_third_line_does() -> None:
    held = launches.during().add(14, LEAD.name, ev.SeatTaken(holder="ada"), "lead is away")
    assert "watching the first 15m" in head.alert_line(scene(held), 200).text


def under(shown: Scene, width: int, room: int, item_id: str = "announce") -> list[Row]:
    """What stands under the checklist while an item is selected."""
    listing = checklist_listing(shown, "launch")
    entry = next(item for item in listing.entries if item.id == item_id)
    return in_full(listing, entry, listing.draw(entry, width), UNICODE, width, room)


def test_what_a_row_cuts_is_said_in_full_under_the_list() -> None:
    shown = scene("during")
    narrow = under(shown, 54, 20)
    assert "Announcement sent: marketing, needs dns, payments" in " ".join(row.text for row in narrow)
    assert all(row.width <= 54 for row in narrow)
    assert under(shown, 140, 20) == []


@pytest.mark.parametrize("room", range(12))
def test_what_is_said_in_full_leaves_entries_their_room(room: int) -> None:
    shown = scene("during")
    title = "Announcement sent to everybody who has ever asked when it comes, in all languages" * 2
    items = [
        replace(i, state=replace(i.state, item=replace(i.state.item, title=title))) for i in shown.view.items
    ]
    shown = replace(shown, view=replace(shown.view, items=tuple(items)))
    rows = under(shown, 54, room)
    assert len(rows) <= max(0, room - 3)
    assert len(rows) >= (1 if room >= 4 else 0)


def test_marks_under_the_trends_take_no_objective_its_row() -> None:
    shown = scene("during")
    assert objectives.markers(shown, 80, 5)
    assert not objectives.markers(shown, 80, 4)


def test_no_engine_is_said_in_the_first_line_with_the_mend() -> None:
    demo = launches.during()
    demo.watched = False
    for width in WIDTHS:
        assert "launchpad engine" in head.first_line(scene(demo), width).text
    shown = scene(demo)
    assert Span(" not watched", "unknown") in objectives.heading(shown, 80)[0]
    assert "STANDS STILL" in "".join(s.text for s in run.heading(shown, shown.view.run)[0])
    assert "HOLD" in head.first_line(scene(demo), 80).text


def test_before_the_launch_too_clock_and_verdict_stand_beside_a_missing_engine() -> None:
    demo = launches.before()
    demo.watched = False
    for width in WIDTHS:
        first = head.first_line(scene(demo), width).text
        assert re.search(r"T[+-]\d\d:\d\d:\d\d", first)
        assert "NO ENGINE" in first
        assert re.search(r"(HOLD|NO-GO) \d/\d", first)
        assert "launchpad engine" in head.alert_line(scene(demo), width).text


def test_a_lost_store_does_not_say_that_nothing_runs() -> None:
    shown = scene("launched")
    assert "nothing runs" in "".join(span.text for span in run.heading(shown, None)[0])
    away = replace(shown, lost="the store is away")
    assert "nothing ran when last read" in "".join(span.text for span in run.heading(away, None)[0])


def test_approval_is_offered_to_those_whose_approval_counts():
    def offered(me):
        shown = scene("waiting", me)
        return "".join(span.text for span in run.heading(shown, shown.view.run)[1])

    assert "P approve" in offered(ADA)
    assert "approve" not in offered(LEAD), "who asked for it needs another's yes"


def test_lost_store_leaves_nothing_green() -> None:
    view = scene("during").view
    shown = Scene(view=blinded(view, view.now + 12_000_000), me=LEAD, lost="the store is away", lost_for=12.0)
    assert shown.view.verdict == "HOLD"
    assert "STORE AWAY 12 s" in head.first_line(shown, 80).text
    assert "the store is away" in head.alert_line(shown, 80).text
    rows = [objectives.row(shown, o, 80) for o in shown.view.objectives]
    assert all("? unknown" in row.text for row in rows)
    assert not any(span.style == "ok" for row in rows for span in row.spans)


def test_viewers_and_closed_launches_are_read_only() -> None:
    assert "READ-ONLY" in head.first_line(scene("during", EVE), 120).text
    closed = launches.launched().add(14.5, "lead", ev.LaunchClosed(outcome="success"))
    first = head.first_line(scene(closed), 80).text
    assert "CLOSED: success" in first
    assert "NO ENGINE" not in first
    assert "closed" in head.alert_line(scene(closed), 80).text


def test_alert_row_calls_for_an_acknowledgement_then_says_who_has_it() -> None:
    firing = launches.degraded()
    row = head.alert_line(scene(firing), 80)
    assert row.back == "alarm"
    assert "CRITICAL" in row.text
    assert "UNACKED" in row.text
    assert "a ack" in row.text
    firing.add(14, BOB.name, ev.AlertAcknowledged(alert="checkout-errors"), "on it")
    row = head.alert_line(scene(firing), 120)
    assert row.back == ""
    assert "acknowledged by bob: on it" in row.text


def test_alert_row_names_the_blocker_while_nothing_is_alarming() -> None:
    assert (
        "NO-GO required items done: 1 of 3 done; open: legal, oncall"
        in head.alert_line(scene("before"), 80).text
    )


def test_states_are_sign_word_and_style_together() -> None:
    shown = scene("degraded")
    said = {o.name: objectives.row(shown, o, 120).spans[0] for o in shown.view.objectives}
    assert said["availability"] == Span(" ✓ ok      ", "ok")
    assert said["checkout"] == Span(" ✗ bad     ", "bad")
    assert said["search"] == Span(" ? unknown ", "unknown")


def test_stale_is_neither_zero_nor_green() -> None:
    shown = scene("degraded")
    search = next(o for o in shown.view.objectives if o.name == "search")
    row = objectives.row(shown, search, 80)
    assert "no data" in row.text
    assert "stale 4m33s" in row.text
    assert "ok" not in {span.style for span in row.spans}


def test_objectives_keep_their_columns_under_their_names() -> None:
    shown = scene("during")
    for width in (58, 78, 110):
        title, labels = objectives.heading(shown, width)
        drawn = rule(width + 2, title, labels).text
        for shown_objective in shown.view.objectives:
            row = " " + objectives.row(shown, shown_objective, width).text
            assert row[: drawn.index("now") + 3].rstrip().endswith(shown_objective.reading.shown)


def test_checklist_rows_tell_who_and_why() -> None:
    shown = scene("degraded")
    rows = {i.id: checklist.row(shown, i, 78).text for i in shown.view.items}
    assert rows["dns"].startswith("[ ]")
    assert "needs deploy" in rows["dns"]
    assert "MUST" in rows["dns"]
    assert "due 09:30" in rows["payments"]
    assert "ada" in rows["payments"]
    assert rows["legal"].startswith("[✓]")
    assert re.search(r"lead +done 08:00", rows["legal"])
    assert "done Nov 30" in rows["load"]
    assert "stale" in rows["status-page"]


def test_overdue_is_said() -> None:
    shown = Scene(view=launches.launched().view(45), me=LEAD, glyphs=UNICODE)
    payments = next(i for i in shown.view.items if i.id == "payments")
    assert "! overdue 15m" in checklist.row(shown, payments, 78).text
    assert Span("1 overdue", "bad") in checklist.heading(shown, "launch", 6)[1]


def test_a_check_that_fails_alarms_nobody_before_its_phase_unless_it_is_overdue() -> None:
    page = d.HttpProof(url="http://acme.example/")
    items = [d.Item(id="page", title="Front page", phase="launch", team="qa", due=60.0, check=page)]
    demo = Demo(of=launches.definition(items=items))
    demo.add(
        -9, "engine", ev.ItemChecked(item="page", verdict="bad", reason="status 503", observed_at=at(-9))
    )

    def shown(minute: float) -> tuple[str, str, int]:
        view = demo.view(minute)
        (item,) = view.items
        row = checklist.row(Scene(view=view, me=LEAD, glyphs=UNICODE), item, 78)
        assert ("bad" in {span.style for span in row.spans}) == (item.mark == "failed")
        return item.mark, row.text.split("qa")[1].split(":")[0].strip(), by_team(view.items)[0].failed

    assert shown(-8) == ("open", "not yet", 0)
    assert shown(2) == ("failed", "failed", 1)
    demo.add(-7, LEAD.name, ev.PhaseEntered(phase="launch"))
    assert shown(-6) == ("failed", "failed", 1)


def test_how_late_an_item_is_is_told_in_minutes_and_its_row_drawn_once_in_each() -> None:
    def late(seconds: float) -> tuple[Scene, ItemView]:
        shown = Scene(view=launches.launched().view(30 + seconds / 60), me=LEAD, glyphs=UNICODE)
        return shown, next(i for i in shown.view.items if i.id == "payments")

    assert "late 13m " in checklist.row(*late(13 * 60 + 15), 58).text
    assert checklist.rests_on(*late(13 * 60 + 15)) == checklist.rests_on(*late(13 * 60 + 16))
    assert checklist.rests_on(*late(13 * 60 + 15)) != checklist.rests_on(*late(14 * 60))
    assert "late 12 s " in checklist.row(*late(12.4), 58).text
    assert checklist.in_full(*late(12.4)).endswith("ada, overdue 12 s"), "no sign for a line to end with"


def test_a_recurring_item_says_which_time_it_is_and_when_next() -> None:
    again = d.Item(id="smoke", title="Smoke test", phase="launch", due=0.0, every=600.0, until=3600.0)
    made = launches.definition(items=(again,))

    def shown(*numbers: int) -> Scene:
        demo = Demo(of=made).add(-5, LEAD.name, ev.PhaseEntered(phase="launch"))
        for number in numbers:
            demo.add(number * 10, BOB.name, ev.ItemTicked(item="smoke", occurrence=number))
        return scene(demo)  # at T+14m

    late, done = shown(0), shown(0, 1)
    assert "overdue 4m 1/7" in checklist.row(late, late.view.items[0], 120).text
    assert "2/7 next 09:20" in checklist.row(done, done.view.items[0], 80).text
    assert "next due 09:20 smoke" in head.tab_line(done, "launch", 120).text
    assert "overdue since 09:10 smoke" in head.tab_line(late, "launch", 120).text
    told = [span.text for span in item.details(done, done.view.items[0])]
    assert "every 10m until T+1h: done 2 of 7" in told
    assert told[-1] == "occurrence 1 done 09:00:00 by bob"


def test_the_watch_window_stands_beside_the_tabs_at_every_width() -> None:
    shown = scene("during")
    assert "first 15m: 27 s left" in head.tab_line(shown, "launch", 120).text
    assert head.tab_line(shown, "launch", 80).text.endswith("6 People    27 s of 15m")
    assert "first" not in head.tab_line(scene("before"), "launch", 120).text


def test_a_recommended_rollback_is_seen_at_every_size_and_nothing_while_nothing_speaks_for_it() -> None:
    shown = with_keys("advised")
    whole = "rollback criteria met 2 of 5, 2 unknown: recommends roll back"
    assert f" {whole} (r) " in head.tab_line(shown, "launch", 200).text
    for width in (80, 120):
        assert " ROLL BACK? 2/5 (r) " in head.tab_line(shown, "launch", width).text
    assert "6 People" in head.tab_line(shown, "launch", 120).text
    assert any("ROLL BACK? 2/5 (r)" in row.text for row in tiny.rows(shown, 40, 6))
    rows = [row.text.rstrip() for row in criteria.rows(shown, 80, "data-wrong")]
    assert rows[0] == f" {whole}"
    assert rows[1] == " recommended since 09:13:01"
    assert any("MET" in row and "alert checkout-errors: checkout > 2%" in row for row in rows)
    assert any("bob 1m33s ago: three tickets" in row for row in rows)
    assert any(row.startswith(shown.glyphs.pointer) and "Data is lost" in row for row in rows)
    assert rows[-1].endswith("The way back is rollback: r opens its plan.")
    assert criteria.badge(scene("during")) == []


def test_a_rollback_that_somebody_has_taken_up_is_recommended_to_nobody_else() -> None:
    taken = launches.advised().request(14, LEAD, "rollback")
    badge = criteria.badge(with_keys(taken))
    assert badge[0].text == " ROLL BACK? 2/5 (r) ", "nobody has confirmed its plan"
    badge = criteria.badge(with_keys(taken.begin(14.2, LEAD, "rollback-1", step=0)))
    assert badge[0].text == " ROLLING BACK 2/5 "
    taken.add(14.3, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    taken.add(14.3, "engine", ev.RunSucceeded(run="rollback-1"))
    done = with_keys(taken)
    assert criteria.badge(done)[0].text == " ROLLED BACK 2/5 "
    told = criteria.rows(done, 120)[0].text
    assert "rolled back by rollback-1, the readings are yet to recover" in told


def test_the_heading_names_the_objectives_that_are_bad_wherever_they_are_in_the_list() -> None:
    shown = scene("degraded")
    worst = shown.view.objectives[0]
    bad = replace(worst, reading=replace(worst.reading, verdict="bad"))
    many = tuple(replace(bad, name=name) for name in ("checkout", "search p99", "carts"))
    told = replace(shown, view=replace(shown.view, objectives=(*shown.view.objectives[1:], *many)))
    for width in (62, 80, 100):
        title, remark = objectives.heading(told, width - 2)
        drawn = rule(width, title, remark).text
        assert " bad: checkout," in drawn, drawn
        assert re.search(r"past \d+m +budget ─$", drawn), drawn
    unknown = replace(worst, reading=replace(worst.reading, verdict="unknown"))
    both = replace(shown, view=replace(shown.view, objectives=(replace(bad, name="web"), unknown)))
    assert "1 bad: web; 1 unknown" in "".join(span.text for span in objectives.heading(both, 98)[0])
    few = replace(shown, view=replace(shown.view, objectives=(replace(bad, name="web"),)))
    title, remark = objectives.heading(few, 98)
    assert (title[1].text, remark[0].text[:3]) == (" 1 bad: web", "now"), "where there is room, all stays"


def test_a_title_has_the_room_that_the_columns_beside_it_leave() -> None:
    shown = scene("before")
    items: dict[str, ItemView] = {i.id: i for i in shown.view.items}

    def drawn(item: ItemView, title: str, width: int, **more: object) -> str:
        declared = replace(item.state.item, title=title, **more)
        made = checklist.row(shown, replace(item, state=replace(item.state, item=declared)), width)
        assert made.width == width
        return made.text

    fresh = next(i for i in items.values() if i.mark == "open" and i.state.assignee is None)
    short = drawn(fresh, "Terms for the plan are approved", 54, team="qa", required=False)
    assert short.startswith("[ ] Terms for the plan are approved ")
    must = drawn(fresh, "Code is frozen and tagged", 54, team="engineering", required=True)
    assert "Code is frozen and tagged MUST engin" in must, "a team gives way where the title then is whole"
    long = drawn(fresh, "A backup was restored and looked at by somebody", 54, team="database", required=True)
    assert re.search("… +MUST database ", long), "and nowhere else"


def test_the_column_for_evidence_is_the_titles_while_nothing_stands_in_it() -> None:
    bare, noted = checklist.columns(108, noted=False), checklist.columns(108, noted=True)
    assert (bare.evidence, bare.title) == (0, noted.title + noted.evidence)
    assert noted.evidence == 18
    shown = scene("launched")
    assert shown.noted
    assert not replace(shown, view=replace(shown.view, items=())).noted


def test_at_least_is_not_more_than_where_there_are_no_signs_but_ascii() -> None:
    shown = scene("during", glyphs=ASCII)
    for width in (60, 78, 120):
        rows = [objectives.row(shown, o, width) for o in shown.view.objectives]
        assert any(re.search(r" >= 99\.\d+% ", shown.glyphs.shown(row.text)) for row in rows)
        assert {row.width for row in rows} == {width}


def test_the_help_names_every_key_in_full() -> None:
    keys = [Hint("shift+right", "right in long lines", "log.right"), Hint("a", "acknowledge", "alert.ack")]
    for width in (70, 100):
        told = "\n".join(row.text for row in guide.rows(scene("during"), "gate", keys, width))
        assert "shift+right right in long lines" in told
        assert re.search(r" a {11}acknowledge", told)


def test_the_way_back_is_named_by_the_key_that_the_operator_has() -> None:
    shown = with_keys("advised", {"action.rollback": "B"})
    assert criteria.badge(shown)[0].text == " ROLL BACK? 2/5 (B) "
    assert criteria.rows(shown, 80)[-1].text.rstrip().endswith("The way back is rollback: B opens its plan.")


def test_item_details_hold_everything_and_redacted_texts_nothing() -> None:
    shown = scene("launched")
    items: dict[str, ItemView] = {i.id: i for i in shown.view.items}
    text = "\n".join(span.text for span in item.details(shown, items["backup-tested"]))
    assert "ticket OPS-812" in text
    state = items["backup-tested"].state
    hidden = replace(state, evidence=(replace(state.evidence[0], text="", redacted=True),))
    text = "\n".join(s.text for s in item.details(shown, replace(items["backup-tested"], state=hidden)))
    assert "(redacted)" in text
    assert "OPS-812" not in text


def test_item_details_tell_needs_distance_links_and_history() -> None:
    demo = launches.launched()
    demo.add(3, BOB.name, ev.EvidenceAdded(item="dns"), "seen: https://a.example/x and https://b.example/y")
    demo.add(4, ADA.name, ev.EvidenceAdded(item="dns"), "again https://a.example/x")
    demo.add(5, BOB.name, ev.ItemCommented(item="dns"), "the US is late")
    shown = scene(demo)
    dns = next(i for i in shown.view.items if i.id == "dns")
    history = [e for e in demo.events if getattr(e.event, "item", "") == "dns"]
    told = [span.text for span in item.details(shown, dns, history)]
    assert "[ ] blocked" in told
    assert any(
        text.startswith("needs [ ] deploy: ") and text.endswith("(open, engineering)") for text in told
    )
    assert "evidence 09:03 bob: seen: [1] https://a.example/x and [2] https://b.example/y" in told
    assert "evidence 09:04 ada: again [1] https://a.example/x" in told
    assert "comment 09:05 bob: the US is late" in told
    assert told[told.index("history") + 1] == "09:05:00 bob on dns: the US is late"
    assert item.links_of(dns.state) == ("https://a.example/x", "https://b.example/y")
    payments = next(i for i in shown.view.items if i.id == "payments")
    told = [span.text for span in item.details(shown, payments)]
    assert any(re.fullmatch(r"due 2026-12-01 09:30:00 Europe/Berlin, in 15m.*", text) for text in told)
    late = Scene(view=launches.launched().view(45), me=LEAD, glyphs=UNICODE)
    payments = next(i for i in late.view.items if i.id == "payments")
    assert any(text.endswith("15m ago, overdue") for text in (s.text for s in item.details(late, payments)))
    page = next(i for i in shown.view.items if i.id == "status-page")
    told = [span.text for span in item.details(shown, page)]
    assert any(text.startswith("check: ") and "a pass holds for" in text for text in told)
    assert any(text.startswith("checked 07:29:00, 1h45m ago: ok") for text in told)


def test_what_is_left_out_says_why_and_belongs_to_nobody() -> None:
    made = launches.definition()
    shown = scene(Demo(of=replace(made, skips={"dns": "not for staging"})))
    dns = next(i for i in shown.view.items if i.id == "dns")
    assert dns.mark == "skipped"
    assert "[-] Domain" in checklist.row(shown, dns, 120).text
    assert " not for staging " in checklist.row(shown, dns, 120).text
    assert "reason: not for staging" in [span.text for span in item.details(shown, dns)]


def test_running_action_says_step_time_and_last_words() -> None:
    demo = launches.during()
    shown = scene(demo)
    title = "".join(s.text for s in run.heading(shown, shown.view.run)[0])
    assert "deploy-1" in title
    assert "RUNNING" in title
    assert "step 2 of 3" in title
    [step] = run.standing(shown, shown.view.run, 80, 3)
    assert "of 15m" in step.text
    assert run.log_row(shown, demo.log[-1], 80).text.rstrip().endswith("[2] us-east: 4.2.0 healthy")


def test_with_room_every_step_is_told() -> None:
    shown = scene("during")
    steps = [row.text for row in run.standing(shown, shown.view.run, 80, 10)]
    assert ["migrate db done" in steps[0], "deploy site" in steps[1], "smoke site pending" in steps[2]] == [
        True
    ] * 3


def test_a_run_that_says_nothing_for_long_looks_stuck() -> None:
    shown = scene(launches.during(), rehearsal=False)
    running = shown.view.run
    assert running is not None
    title = run.heading(shown, replace(running, stuck=True, timed_out=False))[0]
    assert "STUCK?" in "".join(s.text for s in title)


def test_who_holds_a_lock_is_told_where_the_action_stands() -> None:
    shown = scene("launched")
    lock = LockInfo(target="*", owner="ada", reason="incident 42", expires_in=600.0)
    own = LockInfo(target="site", owner="acme-4.2.0/deploy-1", reason="runs", expires_in=60.0)
    locked = replace(shown, view=replace(shown.view, locks=(lock, own)))
    told = "\n".join(row.text for row in run.standing(locked, None, 100, 6))
    assert "LOCKED everything by ada: incident 42  for 10m more" in told
    at_work = scene("during")
    locked = replace(at_work, view=replace(at_work.view, locks=(lock, own)))
    told = "\n".join(row.text for row in run.standing(locked, locked.view.run, 100, 10))
    assert "by ada" in told
    assert "LOCKED site" not in told, "its own lock is in nobody's way"


def test_waiting_and_interrupted_runs_say_what_they_wait_for() -> None:
    waiting = scene("waiting")
    assert "1 approval by others than lead" in run.standing(waiting, waiting.view.run, 80, 3)[0].text
    stuck = scene("interrupted")
    title, keys = run.heading(stuck, stuck.view.run)
    assert "INTERRUPTED" in "".join(s.text for s in title)
    assert "R resolve" in keys[0].text


def test_idle_action_tells_what_is_next() -> None:
    shown = scene("launched", launches.ADA)
    assert "your next item: Payments reconciled" in run.standing(shown, None, 80, 3)[0].text


def test_plan_says_what_to_whom_whether_undone_and_who_else() -> None:
    shown = scene("planned")
    state = shown.view.state.runs["deploy-1"]
    text = "\n".join(row.text for row in plan.rows(shown, state, state.gate, 100))
    for part in (
        "can be undone",
        "1. migrate db",
        "$ bin/deploy acme 4.2.0 --all-regions",
        "undo: bin/migrate --to 4.1.9",
        "GATE deploy GO 2/2",
        "1 needed besides lead",
        "ada (online)",
        "on failure: asks whether to run rollback",
    ):
        assert part in text, part
    lasting = scene(launches.planned(reversible=False))
    state = lasting.view.state.runs["deploy-1"]
    assert "CAN'T BE UNDONE" in "\n".join(row.text for row in plan.rows(lasting, state, None, 100))


def test_smallest_terminals_keep_identity_alert_and_action() -> None:
    rows = tiny.rows(scene("degraded"), 40, 3)
    assert "PRODUCTION" in rows[0].text
    assert "NO-GO" in rows[0].text
    assert "CRITICAL" in rows[1].text
    assert "deploy-1 running" in rows[2].text
    assert all(row.width == 40 for row in rows)


def test_markup_in_titles_is_text() -> None:
    nasty = "[/x] [bold]loud[/] [@click=app.quit()]x[/]"
    items = (d.Item(id="a", title=nasty, phase="pre-launch"),)
    shown = scene(Demo(of=launches.definition(items=items)).engine(-10))
    assert nasty in checklist.row(shown, shown.view.items[0], 120).text


# Trends, glyphs


def test_trends_fill_their_cells_in_runs_of_one_style() -> None:
    shown = scene("degraded")
    checkout = next(o for o in shown.view.objectives if o.name == "checkout")
    for glyphs in (BRAILLE, UNICODE, ASCII):
        spans = trend(checkout, 20, glyphs)
        assert sum(cell_len(s.text) for s in spans) == 20
        assert len(spans) < 20
        assert {"trend", "trend-bad"} <= {s.style for s in spans}
        assert all(a.style != b.style for a, b in pairwise(spans))


def test_merged_points_are_judged_by_their_mean() -> None:
    latency = launches.definition().objectives["latency"]
    fast, slow = Point(value=0.1, verdict="ok"), Point(value=0.6, verdict="bad")
    silent, failed = Point(value=None, verdict="unknown"), Point(value=None, verdict="bad")
    pairs = [fast, fast, slow, slow, slow, fast]
    assert [p.verdict for p in merged(pairs, 3, latency)] == ["ok", "bad", "ok"]
    assert merged([silent, silent, failed, silent], 2, latency) == [silent, failed]
    assert merged([fast, failed], 1, latency)[0].verdict == "bad"
    assert merged([], 5, latency) == []
    assert merged([fast, slow], 5, latency) == [fast, slow]


def test_glyphs_follow_the_locale_unless_told() -> None:
    assert choose(None, {"LANG": "de_DE.UTF-8"}) is BRAILLE
    assert choose(None, {"TERM": "linux", "LC_CTYPE": "C.utf8"}) is UNICODE
    assert choose(None, {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}) is ASCII
    assert choose(None, {"LANG": "en_US.ISO-8859-1"}) is ASCII
    assert choose("ascii", {"LANG": "C.UTF-8"}) is ASCII


@given(st.text(max_size=40))
def test_ascii_shows_ascii_of_the_same_width(text: str) -> None:
    shown = ASCII.shown(text)
    assert shown.isascii()


def test_footer_keeps_what_must_stay() -> None:
    many = [Hint(chr(97 + i), "something long") for i in range(20)]
    row = footer(many, [Hint("?", "help"), Hint("q", "quit")], 80)
    assert row.width == 80
    assert row.text.endswith("q quit ")
    assert "a something long" in row.text


def test_timeline_rows_carry_the_date_when_wide() -> None:
    shown = scene("before")
    first = launches.before().events[0]
    assert "2026-11-29 07:00:00 lead" in timeline.row(shown, first, 120).text
    assert "Nov 29" in timeline.row(shown, first, 60).text


def _named(*operators: d.Operator) -> Demo:
    return Demo(of=replace(launches.definition(), operators=operators))


def test_the_timeline_gives_names_the_room_there_is() -> None:
    name = "maximiliane.schneider-hoff"
    whole = _named(d.Operator(name=name, role="director"))
    demo = whole.add(-5, name, ev.PhaseEntered(phase="launch"))
    shown = Scene(view=demo.view(1), me=LEAD, glyphs=UNICODE)
    assert "maximiliane… entered launch" in timeline.row(shown, demo.events[-1], 58).text
    assert f"{name} entered launch" in timeline.row(shown, demo.events[-1], 180).text
    short = Scene(view=launches.launched().view(1), me=LEAD, glyphs=UNICODE)
    assert "lead     opened Acme" in timeline.row(short, launches.launched().events[0], 58).text


def test_people_are_told_by_name_and_teams_where_there_is_room() -> None:
    name = "maximiliane.schneider-hoff"
    teams = ("engineering", "security", "support")
    view = _named(d.Operator(name=name, role="director", teams=teams)).view(1)
    person = Presence("s", name, "director", "ssh 203.0.113.1", "launch: payments", 0.0)
    shown = Scene(view=replace(view, people=(person,)), me=LEAD, glyphs=UNICODE)
    wide = people.row(shown, person, 140).text
    assert f"{name} " in wide
    assert "engineering, security, support " in wide
    assert "launch: payments" in people.row(shown, person, 108).text
    assert all(people.row(shown, person, width).width == width for width in range(38, 200, 7))


def test_words_of_several_lines_stay_in_their_row() -> None:
    shown = line(30, [Span(" OVERRIDDEN by lead: no\nother\nway")], [Span("X\nabort")])
    assert shown.text == " OVERRIDDEN by lead:…  X abort"


def test_an_answer_is_read_in_full_where_it_is_renewed() -> None:
    view = launches.deciding().view(-90)
    sentence = "lapsed, T-0 moved by 30m: was go by ada as proxy 33m28s ago"
    ballot = Ballot(team="qa", verdict="HOLD", sentence=sentence)
    rows = list(poll.full(Scene(view=view, me=LEAD), ballot, 40))
    assert " ".join(" ".join(row.text for row in rows).split()).endswith(sentence)
    assert all(row.width == 40 for row in rows)


def _told(width: int) -> tuple[str, str, str]:
    """The alert line, the panel's row and the messages of an alert of which somebody could not be told."""
    demo = launches.escalating()
    shown = scene(demo)
    alert = next(a for a in shown.view.alerts if a.state.name == "checkout-errors")
    rows = "\n".join(row.text for row in messages.rows(shown, width))
    return head.alert_line(shown, width).text, alerts.row(shown, alert, max(62, width * 3 // 5)).text, rows


@pytest.mark.parametrize("width", [80, 120])
def test_who_is_woken_next_and_who_could_not_be_told(width: int) -> None:
    line, row, rows = _told(width)
    assert re.search(r"UNACKED 2m..s  pages cto in 12m..s", line)
    assert "pages" in row
    assert "lead by sms of checkout-errors" in rows
    assert "refused firing: no such number" in rows
    assert "slack of checkout-errors" in rows
    if width == 120:
        assert "lead by sms NOT TOLD: no" in line


def test_the_timeline_tells_of_a_message_once_it_has_got_somewhere() -> None:
    demo = launches.escalating()
    events = [recorded(demo.launch, row) for row in demo.rows]
    listing = TimelineListing().listing(scene(demo), events)
    said = [narrate(told, demo.definition).text for told in listing.entries]
    assert any("slack has it" in text for text in said)
    assert not any(text.startswith("tells") for text in said)
    assert len(listing.entries) == len(events) - 2


def test_an_open_incident_is_in_the_head_at_every_width() -> None:
    for width in WIDTHS:
        row = head.alert_line(scene("declared"), width).text
        assert "CRITICAL incident-1  cards fail" in row
        assert f"ada{' commands' if width >= 110 else ''}  update 09:28  I" in row
    assert "incident-1 critical" in head.first_line(scene("declared"), 120).text
    late = Scene(view=launches.declared().view(40), me=LEAD, glyphs=UNICODE)
    assert "ada  UPDATE WAS DUE 09:28" in head.alert_line(late, 80).text


def test_an_alert_that_nobody_has_goes_before_the_incident_and_names_it() -> None:
    demo = launches.declared()
    fired = ev.AlertChanged(alert="slow", status="firing", severity="medium", value=1.2, n=60)
    demo.add(14.2, "engine", fired)
    row = head.alert_line(scene(demo), 80)
    assert row.back == "alarm"
    assert "latency > 1 s" in row.text
    assert row.text.endswith("incident-1  a ack ")


def test_an_incident_is_read_with_its_times_its_tasks_and_its_own_timeline() -> None:
    shown = scene("declared")
    text = "\n".join(row.text for row in incident.rows(shown, shown.view.incidents[0], 70))
    for part in (
        "what     cards fail at the till",
        "affects  everybody who pays by card",
        "lead     ada commands",
        "acknowledged: 54 s, promised within 15m",
        "[ ] 1 call the card processor  bob",
        "09:13:00 bob          impact: everybody who pays by card",
        "09:12:06 engine       alert checkout-errors fires",
    ):
        assert part in text, part
    assert text.index("task 1: call") < text.index("declared it critical"), "newest first"


def test_the_first_line_answers_at_80_columns_too() -> None:
    demo = launches.launched()
    for name in demo.definition.objectives:
        met = ev.ObjectiveChanged(objective=name, verdict="ok", value=0.1, limit=1.0, n=9, window=60.0)
        demo.add(9, "engine", met)
    text = head.first_line(scene(demo), 80).text
    assert " OK since 09:09" in text
    assert "✓ data 13 s" in text
    assert "DIR" in text


def test_an_item_says_who_else_works_on_it_and_people_for_how_long_they_are_idle() -> None:
    shown = scene("before")
    item = shown.view.items[0]
    away, other = (
        Presence(
            seat=name, operator=name, role="engineer", via="local", subject=f"item:{item.id}", idle=still
        )
        for name, still in (("zoe", 4 * 60.0), ("yan", 0.0))
    )
    mine = replace(other, operator=shown.me.name)
    busy = replace(shown, view=replace(shown.view, people=(away, other, mine)))
    for width in (40, 78, 120):
        row = checklist.row(busy, item, width)
        assert "● zoe+1 " in row.text
        assert row.width == width
    assert "●" not in checklist.row(busy, shown.view.items[1], 78).text
    assert "idle 4m" in people.row(busy, away, 78).text
    assert "idle" not in people.row(busy, other, 78).text
    assert "silent 9 s" in people.row(busy, replace(other, age=9.4), 78).text


def test_the_ladder_of_the_worst_alert_is_told_where_there_is_room() -> None:
    shown = scene("escalating")
    told = [row.text.strip() for row in alerts.under(shown, 90, 6)]
    assert told == ["✓ wakes lead at 09:12", "▶ wakes cto in 12m33s"]
    assert not alerts.under(shown, 60, 6)
    assert not alerts.under(shown, 90, 1)
    assert not alerts.under(scene("during"), 90, 6)


def test_details_of_an_alert_say_who_was_told_and_who_was_not() -> None:
    shown = scene("escalating")
    text = "\n".join(span.text for span in alerts.details(shown, shown.view.alerts[0]))
    assert "nobody has acknowledged it" in text
    assert "wakes cto" in text
    assert "slack: told" in text
    assert "lead by sms: refused" in text


def test_an_alert_that_was_told_in_the_message_of_another_shows_what_went_to_whom() -> None:
    demo = launches.escalating()
    root = next(e.event for e in demo.events if isinstance(e.event, ev.MessageIntended))
    demo.add(
        12.2, "engine", ev.AlertChanged(alert="slow", status="firing", severity="medium", value=1.2, n=60)
    )
    firing = len(demo.rows)
    both = [replace(root, attempt=1), replace(root, alert="slow", firing=firing, under=root.message)]
    both[1] = replace(both[1], message=f"slow/{firing}/slack/slack")
    demo.add(12.4, "engine", both[0], "CRITICAL checkout\nand slow, too")
    demo.add(12.4, "engine", both[1])
    for each in both:
        demo.add(12.5, "engine", ev.MessageAnswered(message=each.message, outcome="confirmed"))
    shown = scene(demo)
    told = {
        alert.state.name: "\n".join(span.text for span in alerts.details(shown, alert, demo.events))
        for alert in shown.view.alerts
    }
    assert "slack: told firing at" in told["slow"]
    assert "in the message of checkout-errors" in told["slow"]
    assert "> CRITICAL checkout\n> and slow, too" in told["slow"]
    assert "with it goes slow" in told["checkout-errors"]
    assert "> CRITICAL checkout\n> and slow, too" in told["checkout-errors"]


def test_an_alert_that_another_speaks_for_shows_whom_that_one_told() -> None:
    whole = launches.escalating()
    rules = {name: replace(rule, group="shop") for name, rule in whole.definition.alerts.items()}
    grouped = replace(whole.definition, alerts=rules)
    demo = Demo(of=grouped)
    demo.rows, demo.samples = [], whole.samples
    for each in whole.events:
        event = each.event
        if isinstance(event, ev.LaunchOpened):
            event = replace(event, definition=grouped)
        demo.add((each.at - launches.at(0)) / 60e6, each.actor, event, each.text)
    demo.add(
        12.2, "engine", ev.AlertChanged(alert="slow", status="firing", severity="medium", value=1.2, n=60)
    )
    shown = scene(demo)
    slow = next(alert for alert in shown.view.alerts if alert.state.name == "slow")
    text = "\n".join(span.text for span in alerts.details(shown, slow, demo.events))
    assert "checkout-errors speaks for all of shop" in text
    assert "slack: told firing at" in text
    assert "> CRITICAL\n> checkout" in text
