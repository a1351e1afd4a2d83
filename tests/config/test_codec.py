"""What is read from YAML is what the journal gives back."""

import string
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from launchpad.config import load
from launchpad.model.definition import (
    PHASES,
    ROLES,
    SEVERITIES,
    Action,
    Alert,
    AlertCondition,
    Definition,
    HttpProof,
    HttpSignal,
    Item,
    ItemsCondition,
    Launch,
    Objective,
    ObjectiveCondition,
    OnFailure,
    Operator,
    PhaseCondition,
    Provider,
    Step,
    Threshold,
    Window,
    WindowCondition,
)
from launchpad.model.events import LaunchOpened, decode, encode
from launchpad.model.http import HttpExpect
from launchpad.model.values import Quantity, ZonedTime
from tests.support.kinds import CHANNELS, PROVIDERS

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"

names = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
lines = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
seconds = st.floats(0, 1e6)
shares = st.floats(0, 1)
quantities = st.builds(Quantity, value=seconds, unit=st.sampled_from(["s", "%", ""]))
texts = st.dictionaries(names, lines, max_size=3)
expectations = st.builds(
    HttpExpect,
    status=st.lists(st.integers(100, 599), max_size=3).map(tuple),
    contains=st.none() | lines,
    header=texts,
)
probing = {"url": lines, "headers": texts, "every": seconds, "timeout": seconds}
checks = st.builds(HttpProof, **probing, expect=expectations, valid_for=seconds)
items = st.builds(
    Item,
    id=names,
    title=lines,
    phase=st.sampled_from(PHASES),
    team=st.none() | names,
    needs=st.lists(names, max_size=3).map(tuple),
    due=st.none() | st.floats(-1e6, 1e6),
    check=st.none() | checks,
)
conditions = st.one_of(
    st.builds(ItemsCondition, items=st.sampled_from(["required", "all"]), advisory=st.booleans()),
    st.builds(ObjectiveCondition, objective=names),
    st.builds(AlertCondition, no_alert=st.sampled_from(SEVERITIES)),
    st.builds(PhaseCondition, phase=st.sampled_from(PHASES)),
    st.builds(
        WindowCondition, window=st.builds(Window, not_on=st.just(("fri",)), between=st.just("22:00-04:00"))
    ),
)
definitions = st.builds(
    Definition,
    launch=st.builds(
        Launch,
        product=lines,
        version=lines,
        t0=st.none() | st.builds(ZonedTime, at=st.integers(-(2**62), 2**62), zone=st.just("Europe/Berlin")),
    ),
    operators=st.lists(
        st.builds(
            Operator, name=names, role=st.sampled_from(ROLES), teams=st.lists(names, max_size=2).map(tuple)
        ),
        max_size=2,
    ).map(tuple),
    items=st.lists(items, max_size=3).map(tuple),
    skips=texts,
    providers=st.dictionaries(names, st.builds(Provider, kind=names, settings=texts), max_size=2),
    signals=st.dictionaries(names, st.builds(HttpSignal, **probing, expect=expectations), max_size=2),
    objectives=st.dictionaries(
        names,
        st.builds(
            Objective, signal=names, window=seconds, target=st.none() | shares, below=st.none() | quantities
        ),
        max_size=2,
    ),
    alerts=st.dictionaries(
        names,
        st.builds(
            Alert,
            when=st.builds(
                Threshold, objective=names, op=st.sampled_from([">", ">=", "<", "<="]), limit=quantities
            ),
            for_=seconds,
        ),
        max_size=2,
    ),
    gates=st.dictionaries(names, st.lists(conditions, max_size=5).map(tuple), max_size=2),
    actions=st.dictionaries(
        names,
        st.builds(
            Action,
            steps=st.lists(
                st.builds(Step, verb=st.just("deploy"), provider=names), min_size=1, max_size=2
            ).map(tuple),
            key=st.none() | st.sampled_from("bdx"),
            on_failure=st.none() | st.builds(OnFailure, run=names),
        ),
        max_size=2,
    ),
)


@given(definitions)
def test_a_definition_survives_the_journal_unchanged(definition):
    opened = LaunchOpened(definition=definition, format=1)
    assert decode("launch.opened", 1, encode(opened)) == opened
    again = msgspec.json.decode(msgspec.json.encode(definition), type=Definition)
    assert again == definition
    assert again.digest() == definition.digest()


def test_what_was_read_survives_too():
    definition = load(EXAMPLE, PROVIDERS, channels=CHANNELS).definition
    assert msgspec.json.decode(msgspec.json.encode(definition), type=Definition) == definition
