"""Definitions are compared thing by thing, and differences read as they would be written."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model.differences import differences, summary
from launchpad.model.values import Quantity, parse_zoned_time
from tests.support.histories import amended, definition
from tests.support.launches import definition as acme

MADE = definition()


def sentences(before: d.Definition, **changed: object) -> list[str]:
    return [one.sentence for one in differences(before, replace(before, **changed))]


def test_what_is_the_same_does_not_differ():
    assert differences(MADE, definition()) == ()


@given(st.sampled_from(amended()), st.sampled_from(amended()))
def test_whatever_differs_is_told_in_one_line(before, after):
    found = differences(before, after)
    assert bool(found) == (before != after)
    back = differences(after, before)
    assert {(one.section, one.name, one.key) for one in found} == {
        (one.section, one.name, one.key) for one in back
    }
    for one in found:
        assert "\n" not in one.sentence
        assert one.before != one.after


def test_numbers_are_told_in_their_units():
    availability = replace(MADE.objectives["availability"], target=0.995, window=86400.0)
    assert sentences(MADE, objectives={**MADE.objectives, "availability": availability}) == [
        "objective availability: window 1h -> 1d",
        "objective availability: target 99.9% -> 99.5%",
    ]
    rule = replace(
        MADE.alerts["slow"],
        when=d.Threshold(objective="latency", op=">", limit=Quantity(value=4.0, unit="s")),
        for_=90.0,
    )
    assert sentences(MADE, alerts={**MADE.alerts, "slow": rule}) == [
        "alert slow: when latency > 3 s -> latency > 4 s",
        "alert slow: for 0 s -> 1m30s",
    ]
    t0 = parse_zoned_time("2027-01-15 10:00 Europe/Berlin")
    assert sentences(MADE, launch=replace(MADE.launch, t0=t0)) == [
        "launch: t0 2027-01-15 09:00:00 Europe/Berlin -> 2027-01-15 10:00:00 Europe/Berlin"
    ]


def test_things_come_and_go_by_name():
    made, page = replace(MADE, items=MADE.items[:5]), MADE.items[3]
    assert sentences(made, items=(*made.items[:3], d.Item(id="x", title="X", due=-3600.0))) == [
        "removed item page: " + differences(replace(MADE, items=(page,)), replace(MADE, items=()))[0].before,
        "removed item watch: id: watch, title: Watch, phase: launch, needs: [video]",
        "added item x: id: x, title: X, due: T-1h",
    ]


def test_a_gate_tells_the_conditions_that_came_and_went():
    gate = (*MADE.gates["launch"][:2], d.PollCondition(poll=("qa",)))
    [told] = sentences(MADE, gates={**MADE.gates, "launch": gate})
    assert told == "gate launch: poll: [engineering, qa] -> poll: [qa]"


def test_what_lies_deep_is_told_by_its_path():
    settings = {"operations": {"deploy": {"argv": ["sh", "-c", "one"]}}}
    before = replace(MADE, providers={"site": d.Provider(kind="command", settings=settings)})
    settings = {"operations": {"deploy": {"argv": ["sh", "-c", "two"]}}}
    after = {"site": d.Provider(kind="command", settings=settings)}
    assert sentences(before, providers=after) == [
        "provider site: settings.operations.deploy.argv sh, -c, one -> sh, -c, two"
    ]
    steps = (d.Step(verb="deploy", provider="site"),)
    deploy = replace(acme().actions["deploy"], steps=steps)
    [told] = sentences(acme(), actions={**acme().actions, "deploy": deploy})
    assert told == "action deploy: steps migrate db, smoke site -> nothing"


def test_a_summary_names_the_first_and_counts_the_rest():
    found = differences(MADE, amended()[1])
    assert summary(found, 1) == f"{found[0].sentence}; {len(found) - 1} more"
    assert summary(found[:1]) == found[0].sentence
