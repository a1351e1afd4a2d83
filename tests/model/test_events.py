"""The journal's codec: every event comes back as it was; what is not understood is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchpad.model import events as ev
from launchpad.model.events import EVENTS, Unknown, decode, encode, kind_of, version_of
from tests.support.instances import instances


@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind, data):
    event = data.draw(instances(EVENTS[kind]))
    body = encode(event)
    assert kind_of(event) == kind
    assert decode(kind, version_of(kind), body) == event
    assert encode(decode(kind, version_of(kind), body)) == body
    assert event.subject == decode(kind, version_of(kind), body).subject


@pytest.mark.parametrize(
    ("kind", "v", "body"),
    [
        ("rollout.bumped", 1, '{"kind":"rollout.bumped","percent":10}'),
        ("item.ticked", 2, '{"kind":"item.ticked","item":"dns","how":"twice"}'),
        ("item.ticked", 0, '{"kind":"item.ticked","item":"dns"}'),
        ("item.ticked", -1, '{"kind":"item.ticked","item":"dns"}'),
        (
            "item.checked",
            1,
            '{"kind":"item.checked","item":"dns","verdict":"maybe","reason":"","observed_at":1}',
        ),
        ("item.ticked", 1, '{"kind":"item.ticked"}'),
        ("item.ticked", 1, '{"kind":"item.ticked","item":"\\ud800"}'),
        ("item.ticked", 1, "not JSON"),
        ("item.ticked", 1, ""),
        ("item.ticked", 1, "[" * 5000),
    ],
)
def test_what_is_not_understood_is_kept_as_it_stands(kind, v, body):
    event = decode(kind, v, body)
    assert event == Unknown(kind=kind, raw=body)
    assert encode(event) == body


def test_fields_of_a_later_version_do_no_harm():
    assert decode("item.ticked", 1, '{"kind":"item.ticked","item":"dns","mood":"good"}') == ev.ItemTicked(
        item="dns"
    )


def test_older_versions_are_upcast_step_by_step(monkeypatch):
    monkeypatch.setitem(ev.VERSIONS, "item.ticked", 3)
    monkeypatch.setitem(ev.UPCASTERS, ("item.ticked", 1), lambda raw: {**raw, "item": raw["item"] + "-b"})
    monkeypatch.setitem(ev.UPCASTERS, ("item.ticked", 2), lambda raw: {**raw, "item": raw["item"] + "-c"})
    body = '{"kind":"item.ticked","item":"a"}'
    assert [decode("item.ticked", v, body) for v in (1, 2, 3)] == [
        ev.ItemTicked(item=item) for item in ("a-b-c", "a-c", "a")
    ]
    assert decode("item.ticked", 1, "broken") == Unknown(kind="item.ticked", raw="broken")


def test_every_event_has_a_subject_of_its_own_kind():
    assert ev.ItemTicked(item="a").subject == ev.ItemFailed(item="a").subject == "item:a"
    assert ev.ItemCommented(item="a").subject == ev.EvidenceAdded(item="a").subject == "remarks:a"
    assert ev.RunRejected(run="r").subject == ev.StepAborted(run="r", step=0).subject == "run:r"
    assert ev.LaunchClosed(outcome="success").subject == "launch"
    assert {cls for cls in EVENTS.values() if issubclass(cls, ev.Event)} == set(ev.AnyEvent.__args__)


def test_a_body_keeps_the_order_in_which_the_user_wrote():
    event = ev.RunRequested(run="r", action="a", params={"zone": "1", "app": "2"})
    assert list(decode("run.requested", 1, encode(event)).params) == ["zone", "app"]
    assert encode(decode("run.requested", 1, encode(event))) == encode(event)
