"""The report: true to the journal, the same each time, and safe whatever was written into it."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.fold import fold
from launchpad.model.journal import recorded
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.smoke import SmokeFact, SmokeStepFact
from launchpad.model.state.runs import REPAIRS
from launchpad.model.values import SECOND
from launchpad.report.account import Report, account
from launchpad.report.chart import chart
from launchpad.report.html import html
from launchpad.report.markdown import markdown, plain
from launchpad.report.phrases import summary
from tests.support import launches
from tests.support.launches import ADA, BOB, LEAD, Demo, at


def told(demo: Demo) -> Report:
    events = [recorded(demo.launch, row) for row in demo.rows]
    state = fold(events)
    return account(state, events, demo.samples, state.closed_at or state.at)


def night(words: str = "a third of orders failed") -> Demo:
    """Gone wrong, acknowledged, rolled back by hand, over, closed, and talked about."""
    demo = launches.escalating()
    demo.add(12.9, "engine", ev.StepSucceeded(run="deploy-1", step=1))
    demo.add(12.9, "engine", ev.StepIntended(run="deploy-1", step=2, epoch=1, nonce="n3", attempt=1))
    demo.add(12.9, "engine", ev.StepRunning(run="deploy-1", step=2, provider_id="pid 9"))
    demo.add(12.95, "engine", ev.StepSucceeded(run="deploy-1", step=2))
    demo.add(12.95, "engine", ev.RunSucceeded(run="deploy-1"))
    demo.add(13, BOB.name, ev.AlertAcknowledged(alert="checkout-errors"), "the pool is too small")
    resolved = ev.AlertChanged(
        alert="checkout-errors", status="resolved", severity="critical", value=0.004, n=60
    )
    demo.add(20, "engine", resolved)
    demo.add(
        21,
        "engine",
        ev.ObjectiveChanged(objective="checkout", verdict="ok", value=0.0, limit=0.01, n=60, window=300.0),
    )
    demo.add(30, LEAD.name, ev.PhaseEntered(phase="post-launch", overridden=True), "we watch it by hand")
    demo.add(40, LEAD.name, ev.ReportNoted(section="impact"), words)
    demo.add(41, LEAD.name, ev.LaunchClosed(outcome="partial"), "checkout was down for a while")
    demo.add(60, ADA.name, ev.ReportNoted(section="lesson"), "size the pool for twice the peak")
    demo.add(61, ADA.name, ev.ReportNoted(section="action-item", owner="bob"), "alert on waiting connections")
    watched = max(s.observed for s in demo.samples if s.signal == "checkout")
    return demo.measure("checkout", (watched - at(0)) / (60 * SECOND) + 0.1, 41)


def test_it_has_every_heading_of_the_common_template():
    text = markdown(told(night()))
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[:2] == ["Summary", "Metrics"]
    assert {"Issues", "Rollbacks", "Lessons Learned", "Action Items", "Decisions", "Timeline"} <= set(
        headings
    )
    for fact in (
        "- Version: 4.2.0",
        "- Deployed by: lead",
        "- Status: Partial: checkout was down for a while",
        "- Uptime: **",
        "- Error rate: **",
        "- User impact: a third of orders failed (lead)",
        "- [ ] alert on waiting connections (bob)",
        "- size the pool for twice the peak (ada)",
    ):
        assert fact in text, fact


def test_a_trouble_says_when_it_was_had_and_when_it_was_over():
    trouble = next(t for t in told(night()).troubles if t.name == "checkout-errors")
    assert trouble.severity == "critical"
    assert trouble.acknowledged_by == "bob"
    assert trouble.to_acknowledge == pytest.approx(0.9 * 60)
    assert trouble.to_restore == pytest.approx(8 * 60)
    assert trouble.told == ("slack", "lead")
    text = markdown(told(night()))
    assert "bob had it after 54 s: the pool is too small" in text
    assert "Mean time to acknowledge 54 s (1 of 1); mean time to restore 8m (1 of 1)." in text


def test_measures_of_one_kind_are_told_apart_by_name():
    """Two that are both called latency say nothing of which is which."""
    text = markdown(told(night()))
    labels = re.findall(r"^- (.+): \*\*", text, re.MULTILINE)
    assert labels == ["Uptime", "Latency of latency", "Error rate", "Latency of search"]
    assert "Latency of search" in html(told(night()))


def test_an_issue_says_whom_it_hit():
    made = launches.definition()
    paying = replace(made.objectives["checkout"], affects="people who pay")
    demo = launches.degraded(Demo(of=replace(made, objectives={**made.objectives, "checkout": paying})))
    assert next(t for t in told(demo).troubles if t.name == "checkout-errors").affects == "people who pay"
    assert "   - Impact: people who pay" in markdown(told(demo))
    assert "<li>Impact: people who pay</li>" in html(told(demo))


def test_the_summary_says_what_is_left_behind():
    demo = launches.launched()
    reading = RolloutReading(status="halted", percent=10.0)
    demo.add(3, "engine", ev.RolloutObserved(rollout="android", reading=reading, observed_at=1))
    fact = MigrationFact(before="41", after=MigrationsReading(version="42"))
    demo.add(4, "engine", ev.MigrationsApplied(provider="db", run="deploy-1", fact=fact))
    facts = summary(told(demo))
    assert ("Rollout", "android, halted at 10%") in facts
    assert ("Migrated", "db, from 41 to 42") in facts
    back = MigrationFact(before="42", after=MigrationsReading(version="41"), backwards=True)
    demo.add(5, "engine", ev.MigrationsApplied(provider="db", run="back-1", fact=back))
    assert "Migrated" not in dict(summary(told(demo)))


def rolled_back(target):
    made = launches.definition()
    about = replace(made.launch, targets=d.Targets(rollback=target))
    demo = launches.launched(Demo(of=replace(made, launch=about)))
    return demo.request(5, LEAD, "rollback").begin(6, LEAD, "rollback-1", step=0)


def test_a_rollback_that_failed_has_kept_no_target():
    demo = rolled_back(30.0)
    demo.add(6.4, "engine", ev.StepFailed(run="rollback-1", step=0, reason="no such release"))
    demo.add(6.4, "engine", ev.RunFailed(run="rollback-1", reason="no such release"))
    assert dict(summary(told(demo)))["Rolled back"].endswith("failed after 24 s")


@pytest.mark.parametrize(("target", "kept"), [(30.0, "within"), (10.0, "LATER than")])
def test_a_rollback_is_held_against_its_target(target, kept):
    demo = rolled_back(target)
    demo.add(6.4, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    demo.add(6.4, "engine", ev.RunSucceeded(run="rollback-1"))
    said = dict(summary(told(demo)))["Rolled back"]
    assert said.endswith(f" s, {kept} the target of {target:.0f} s"), said


def test_a_run_that_failed_says_what_mended_it():
    demo = launches.during()
    demo.add(6, "engine", ev.StepFailed(run="deploy-1", step=1, reason="exit status 3"))
    demo.add(6, "engine", ev.RunFailed(run="deploy-1", reason="exit status 3"))
    assert "   - Resolution: see the runs below" in markdown(told(demo))
    demo.add(7, "engine", ev.RunRequested(run="rollback-1", action="rollback", params={REPAIRS: "deploy-1"}))
    made = launches.plan("rollback")
    planned = ev.RunPlanned(run="rollback-1", plan=made, digest=made.digest(), gate=None, expires_at=at(60))
    demo.add(7, "engine", planned)
    demo.begin(7, LEAD, "rollback-1", step=0)
    demo.add(8, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    demo.add(8, "engine", ev.RunSucceeded(run="rollback-1"))
    assert "   - Resolution: rollback-1, succeeded" in markdown(told(demo))


def test_deciding_against_a_gate_is_loud():
    report = told(night())
    decision = next(d for d in report.decisions if d.what.startswith("entered post-launch"))
    assert decision.loud
    assert "**entered post-launch against the gate**: we watch it by hand" in markdown(report)
    assert 'class="loud"' in html(report)


def test_the_measures_are_those_of_the_launch_itself():
    report = told(night())
    checkout = next(m for m in report.measures if m.name == "checkout")
    launched = report.summary.launched_at
    assert launched is not None
    known = [
        s for s in night().samples if s.signal == "checkout" and launched <= s.observed < report.summary.until
    ]
    assert checkout.n == len(known)
    assert checkout.value == pytest.approx(sum(s.verdict == "bad" for s in known) / len(known))
    assert checkout.bad == pytest.approx(9 * 60)
    assert sum(p.value is not None for p in checkout.course) > 10


def test_the_same_journal_makes_the_same_bytes():
    first, again = told(night()), told(night())
    for form in (markdown, html, lambda report: msgspec.json.encode(report, order="deterministic")):
        assert form(first) == form(again)
    assert first.head_hash in markdown(first)
    assert first.head_hash in html(first)


def test_what_is_said_afterwards_does_not_move_the_end():
    report = told(night())
    assert report.summary.until == at(41)
    assert report.summary.status == "partial"


def test_a_launch_that_never_began_is_told_too():
    report = told(Demo())
    text = markdown(report)
    assert "- Launched: the launch was not begun" in text
    assert "- Deployed by: nobody: nothing was deployed" in text
    assert "- Status: Still open" in text
    assert "no data" in text
    assert "<!doctype html>" in html(report)


def test_redacted_words_are_gone():
    demo = night("the password is hunter2")
    events = [recorded(demo.launch, row) for row in demo.rows]
    gone = [msgspec.structs.replace(e, text="", redacted=True) if "hunter2" in e.text else e for e in events]
    state = fold(gone)
    report = account(state, gone, [], state.closed_at or state.at)
    assert "hunter2" not in markdown(report) + html(report)
    assert "(text removed)" in markdown(report)


class Page(HTMLParser):
    """What a page refers to, and whether its tags are closed."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


HOSTILE = '<script>alert(1)</script> & "quoted" | *bold* [x](http://evil.example) `code`'


def test_the_page_is_whole_and_loads_nothing():
    page = Page()
    page.feed(html(told(night(HOSTILE))))
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object"}
    for tag, attributes in page.tags:
        assert not (attributes.get("src") or "").strip(), tag
        assert re.match("#|https?://", attributes.get("href") or "#"), tag
        assert not any(name.startswith("on") for name in attributes), tag
    headings = [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    linked = {
        (attributes["href"] or "")[1:]
        for tag, attributes in page.tags
        if tag == "a" and (attributes.get("href") or "").startswith("#")
    }
    assert linked == set(ids)


def test_hostile_words_stay_words():
    report = told(night(HOSTILE))
    assert "<script>" not in html(report)
    assert "&lt;script&gt;" in html(report)
    line = next(line for line in markdown(report).splitlines() if line.startswith("- User impact"))
    assert r"\<script\>" in line
    assert r"\[x\](http" in line
    assert r"\|" in line


def test_evidence_is_listed_with_who_and_when_and_its_links_can_be_followed():
    demo = launches.launched()
    demo.add(
        3, BOB.name, ev.EvidenceAdded(item="dns"), "seen (https://a.example/x?a=1&b=<2>), javascript://x"
    )
    demo.add(4, ADA.name, ev.EvidenceAdded(item="dns"), "https://b.example/[y]")
    report = told(demo)
    text, page = markdown(report), html(report)
    assert (
        "  - Evidence by bob at 09:03:00: seen (<https://a.example/x?a=1&b=>\\<2\\>), javascript://x" in text
    )
    assert "  - Evidence by ada at 09:04:00: <https://b.example/[y]>" in text
    assert '<a href="https://a.example/x?a=1&amp;b=" rel="noopener noreferrer">' in page
    assert page.count('href="http') == 3, "the one of the demo itself is the third"
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)


@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_a_text_is_one_line_of_markdown_that_opens_nothing(text):
    shown = plain(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]`*_|#]", shown)


@pytest.mark.parametrize("name", ["availability", "latency", "checkout", "search"])
def test_a_chart_is_a_picture_with_a_sentence(name):
    report = told(night())
    measure = next(m for m in report.measures if m.name == name)
    root = ElementTree.fromstring(chart(measure, report.zone))
    assert root.attrib["role"] == "img"
    assert measure.sentence in root.attrib["aria-label"]
    numbers = [float(n) for line in root.iter("polyline") for n in re.split("[ ,]", line.attrib["points"])]
    assert all(0 <= n <= 720 for n in numbers)
    marks = [line.findtext("title") for line in root.iter("line") if line.attrib["class"] == "mark"]
    assert "launch" in marks
    assert any(mark.startswith("deploy-1") for mark in marks)


def test_what_is_unknown_is_shaded_and_what_is_bad_is_marked():
    report = told(night())
    search = next(m for m in report.measures if m.name == "search")
    assert 'class="unknown"' in chart(search, report.zone)
    checkout = next(m for m in report.measures if m.name == "checkout")
    assert 'class="bad"' in chart(checkout, report.zone)


def test_json_is_read_back():
    made = json.loads(msgspec.json.encode(told(night())))
    assert made["summary"]["status"] == "partial"
    assert made["troubles"][0]["acknowledged_by"] == "bob"


def test_what_recurs_says_how_often_it_was_done_and_is_open_where_it_was_due_again():
    again = d.Item(id="smoke", title="Smoke test", phase="launch", due=0.0, every=600.0, until=3600.0)

    def smoked(minute):
        demo = Demo(of=launches.definition(items=(again,)))
        demo.add(-5, LEAD.name, ev.PhaseEntered(phase="launch"))
        demo.add(1, BOB.name, ev.ItemTicked(item="smoke", occurrence=0))
        return markdown(told(demo.add(minute, LEAD.name, ev.LaunchClosed(outcome="success"))))

    assert "- [x] Smoke test: done, 1 of 7 times, last by bob at 09:01:00" in smoked(9)
    assert "- [ ] Smoke test: open, 1 of 7 times, last by bob at 09:01:00" in smoked(11)


@pytest.mark.parametrize(
    ("minute", "done", "says"),
    [(9, 1, "- [x] Front page: done by engine"), (17, 0, "- [ ] Front page: stale by engine")],
)
def test_what_a_check_proved_too_long_ago_is_as_little_done_as_on_the_screen(minute, done, says):
    page = d.Item(id="page", title="Front page", phase="pre-launch", check=d.HttpProof(url="http://acme/"))
    demo = Demo(of=launches.definition(items=(page,)))
    demo.add(1, "engine", ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=at(1)))
    report = told(demo.add(minute, LEAD.name, ev.LaunchClosed(outcome="success")))
    assert says in markdown(report)
    assert (">☑<" in html(report)) == bool(done)
    assert [section.finished for section in report.checklist] == [done]
    assert demo.view(minute).progress("pre-launch") == (done, 1)


def test_who_found_a_rollback_criterion_met_is_among_the_decisions():
    decided = [(line.by, line.what) for line in told(launches.advised()).decisions]
    assert ("bob", "found payments-fail met, a rollback criterion") in decided


def test_who_went_on_with_a_journal_that_lost_events_is_told_loudly():
    lost = launches.launched().add(5.0, LEAD.name, ev.LossAccepted(head="5f" * 32), "the primary died")
    vetoed = lost.add(6.0, BOB.name, ev.RolloutVetoed(rollout="android"), "let us wait")
    loss, veto = told(vetoed).decisions[-2:]
    assert (loss.by, loss.what, loss.why, loss.loud) == (
        "lead",
        "went on with a journal that had lost events up to 5f5f5f5f5f5f",
        "the primary died",
        True,
    )
    assert (veto.by, veto.what, veto.loud) == ("bob", "vetoed the next step of android", False)


def test_who_had_an_alert_before_it_fired_is_not_forgotten():
    demo = launches.launched()
    for minute, status in ((10.0, "pending"), (11.0, "firing")):
        if status == "firing":
            demo.add(10.5, BOB.name, ev.AlertAcknowledged(alert="slow"), "a cold cache")
        changed = ev.AlertChanged(alert="slow", status=status, severity="medium", value=1.2, n=9)  # type: ignore[arg-type]
        demo.add(minute, "engine", changed)
    (trouble,) = told(demo).troubles
    assert (trouble.acknowledged_by, trouble.to_acknowledge) == ("bob", 0)
    assert "bob had it after 0 s: a cold cache" in markdown(told(demo))


def test_an_amendment_is_told_in_full_and_ends_the_alert_that_it_takes_away():
    demo = launches.escalating()
    made = demo.definition
    alerts = {name: rule for name, rule in made.alerts.items() if name != "checkout-errors"}
    signal = msgspec.structs.replace(made.signals["homepage"], url="https://acme.example/other")
    after = msgspec.structs.replace(made, alerts=alerts, signals={**made.signals, "homepage": signal})
    amended = ev.LaunchAmended(definition=after, digest="d", base="b", format=1)
    demo.add(13, LEAD.name, amended, "the rule was noise")
    report = told(demo)
    [decision] = [one for one in report.decisions if one.what == "amended the definition"]
    assert (decision.by, decision.why, decision.loud) == (LEAD.name, "the rule was noise", True)
    assert any(number.startswith("removed alert checkout-errors") for number in decision.numbers)
    [trouble] = [one for one in report.troubles if one.name == "checkout-errors"]
    assert trouble.over_at == at(13)
    assert trouble.what.startswith("checkout > ")
    assert not next(measure for measure in report.measures if measure.name == "availability").n
    assert "removed alert checkout-errors" in markdown(report)
    assert "removed alert checkout-errors" in html(report)


def incident_night() -> Demo:
    """The same night with an incident declared, led, resolved and reviewed."""
    demo = launches.escalating()
    declared = ev.IncidentDeclared(incident="incident-1", severity="critical", alert="checkout-errors")
    demo.add(13, BOB.name, declared)
    demo.add(13, BOB.name, ev.IncidentImpactStated(incident="incident-1"), "all who pay by card")
    demo.add(14, LEAD.name, ev.IncidentCommanded(incident="incident-1", commander="ada"))
    demo.add(15, ADA.name, ev.IncidentTaskAdded(incident="incident-1", task=1), "call the bank")
    demo.add(16, ADA.name, ev.IncidentMitigating(incident="incident-1"), "rolling back")
    demo.add(40, ADA.name, ev.IncidentResolved(incident="incident-1"), "an index was <missing>")
    return demo.add(50, ADA.name, ev.IncidentReviewed(incident="incident-1"), "test the index")


def test_an_incident_is_told_with_its_times_and_what_is_left():
    report = told(incident_night())
    text, page = markdown(report), html(report)
    for words in (
        "1. **incident-1** (critical)",
        "Impact: all who pay by card",
        "Command: ada commanded",
        "resolved by ada at 09:40:00",
        "Response: acknowledged: ",
        "Left to do: call the bank",
        "Review: test the index",
    ):
        assert words in text, words
    assert r"an index was \<missing\>" in text
    assert "an index was &lt;missing&gt;" in page
    assert "User impact: incident-1: all who pay by card" in text


def test_the_summary_and_the_decisions_name_the_incident_and_the_rollback():
    demo = incident_night()
    last = (demo.rows[-1].at - at(0)) / 60_000_000
    demo.request(last, LEAD, "rollback").begin(last, LEAD, "rollback-1", step=0)
    demo.add(last + 2, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    demo.add(last + 2, "engine", ev.RunSucceeded(run="rollback-1"))
    report = told(demo)
    facts = dict(summary(report))
    assert re.fullmatch(r"incident-1, critical, at [\d:]+: .+; over after .+", facts["Incident"])
    assert re.fullmatch(r"rollback-1 at [\d:]+ by lead: succeeded after 2m", facts["Rolled back"])
    decided = [decision.what for decision in report.decisions]
    assert any(what.startswith("declared incident-1, critical") for what in decided)
    assert "called incident-1 over" in decided
    assert any(mark.what == "incident-1" for measure in report.measures for mark in measure.marks)
    assert "Incident" not in dict(summary(told(night())))


@pytest.mark.parametrize(("minutes", "form"), [(4, r"\d\d:\d\d:\d\d"), (40, r"\d\d:\d\d")])
def test_a_short_course_has_its_ends_named_to_the_second(minutes, form):
    demo = Demo(of=launches.definition())
    begin = (demo.rows[0].at - at(0)) / 60_000_000
    demo.measure("checkout", begin, begin + minutes, typical=0.2)
    demo.add(begin + minutes, LEAD.name, ev.LaunchClosed(outcome="success"))
    (measure,) = [m for m in told(demo).measures if m.name == "checkout"]
    ends = re.findall(r'y="144" text-anchor="\w+">([^<]+)<', chart(measure, "Europe/Berlin"))
    assert len(ends) == 2
    assert all(re.fullmatch(form, end) for end in ends), ends


def test_a_rollout_that_was_halted_is_an_issue_until_it_went_on():
    aim = RolloutAim(rollout="android", verb="halt", why="broken at 50%: errors < 1%")
    demo = launches.launched()
    for minute, status, run in ((1, "rolling", ""), (3, "halted", "halt-1"), (5, "rolling", "")):
        if run:
            demo.add(minute, "engine", ev.RunRequested(run=run, action="halt", aim=aim))
        reading = RolloutReading(status=status, percent=50.0)
        demo.add(
            minute, "engine", ev.RolloutObserved(rollout="android", reading=reading, observed_at=1, run=run)
        )
    (halted,) = [trouble for trouble in told(demo).troubles if trouble.name == "android"]
    assert halted.what == "halted at 50%, broken at 50%: errors < 1%"
    assert (halted.began_at, halted.to_restore) == (at(3), 120.0)
    assert "over at 09:05" in markdown(told(demo))


def test_no_share_is_drawn_above_the_whole():
    measure = next(m for m in told(night()).measures if m.kind == "error rate")
    all_fail = replace(measure, course=tuple(replace(p, value=1.0, good=False) for p in measure.course))
    ends = re.findall(r'<text class="axis"[^>]*>([\d.]+)%<', chart(all_fail, "UTC"))
    assert [float(end) for end in ends] == [100.0, 0.0]


def test_time_that_nobody_saw_is_not_known_and_most_of_it_unseen_is_not_met():
    fine = ev.ObjectiveChanged(objective="checkout", verdict="ok", value=0.0, limit=0.01, n=9, window=300.0)

    def hour(demo: Demo):
        demo.add(60, LEAD.name, ev.LaunchClosed(outcome="success"))
        return next(m for m in told(demo).measures if m.name == "checkout")

    left = launches.launched().add(2, "engine", fine)
    ends = max(s.observed for s in left.samples if s.signal == "checkout")
    unseen, seen = hour(left), hour(launches.launched().add(2, "engine", fine).measure("checkout", 0.0, 60.0))
    assert unseen.value == seen.value == 0.0
    assert (unseen.met, seen.met) == (None, True)
    # Known until the last sample was stale: two intervals of 5 s, a timeout of 3 s and one second more.
    assert unseen.unknown - seen.unknown == pytest.approx((at(60) - ends) / SECOND - 14.0, abs=0.01)


def test_the_last_outcome_of_each_smoke_test_is_told():
    demo = launches.escalating()
    steps = (
        SmokeStepFact(title="Sign in", asks="GET /", verdict="ok", reason="status 200"),
        SmokeStepFact(title="<b>Buy</b>", asks="POST /", verdict="bad", reason="status 500, expected 201"),
    )
    fact = SmokeFact(verdict="bad", steps=steps, seconds=1.5)
    ran = ev.SmokeRan(suite="shop", result=fact, observed_at=at(13), cause="run", run="deploy-1")
    report = told(demo.add(13, "engine", ran))
    assert (
        r"- Smoke test shop: **bad** (step 2 (\<b\>Buy\</b\>): status 500, expected 201; 1 of 2 steps passed,"
        " at 09:13:00, in deploy-1)" in markdown(report)
    )
    assert "step 2 (&lt;b&gt;Buy&lt;/b&gt;): status 500" in html(report)
    assert "Smoke tests" not in html(told(launches.escalating()))
