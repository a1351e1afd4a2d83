"""Paths into JSON, and placeholders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.filling import filled_value
from launchpad.model.jsonpath import parse_path, value_at, written_path

DOCUMENT = {"items": [{"name": "hat", "a b": 1}], "none": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items[0].name", "hat"),
        ("$.items.0.name", "hat"),
        ("items[0]['a b']", 1),
        ('items[0]["a b"]', 1),
        ("none", None),
        ("$", DOCUMENT),
    ],
)
def test_a_path_leads_there(path, value):
    assert value_at(DOCUMENT, parse_path(path)) == value


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("items[1]", "there is no items[1]"),
        ("items.x", "there is no items.x"),
        ("none.a", "none holds nothing"),
        ("items[0].name.first", "there is no items[0].name.first"),
        ("items[0].name[0]", "there is no items[0].name[0]"),
    ],
)
def test_where_it_ends_is_said(path, says):
    with pytest.raises(LookupError) as caught:
        value_at(DOCUMENT, parse_path(path))
    assert caught.value.args[0] == says


@pytest.mark.parametrize("path", ["a[", "a[x]", "a b", "a..b"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="expected a path"):
        parse_path(path)


@given(st.lists(st.integers(0, 99) | st.from_regex(r"[a-zA-Z_]+", fullmatch=True), min_size=1))
def test_a_written_path_is_read_as_the_same(path):
    assert parse_path(written_path(tuple(path))) == tuple(path)


def test_a_number_stays_one_where_json_is_meant():
    values = {"n": 3, "t": True}
    assert filled_value({"json": {"a": "{{ n }}", "b": ["{{t}}"]}, "url": "/{{ n }}"}, values) == {
        "json": {"a": 3, "b": [True]},
        "url": "/3",
    }
