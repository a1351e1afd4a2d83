"""What the command provider's settings say about themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.command import CommandOperation, CommandSettings, filled, placeholders

VALUES = {"launch.version": "4.2", "param.to": "4.1; rm -rf /"}


def test_placeholders_are_filled_and_every_argument_stays_one():
    argv = (
        "deploy",
        "--from={{launch.version}}",
        "--to={{ param.to }}",
        "{{launch.version}}{{ launch.version }}",
    )
    assert filled(argv, VALUES) == ("deploy", "--from=4.2", "--to=4.1; rm -rf /", "4.24.2")


def test_what_is_filled_in_is_not_filled_again():
    assert filled(("{{ param.to }}",), {"param.to": "{{ launch.version }}"}) == ("{{ launch.version }}",)


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError, match=r"param\.gone"):
        filled(("{{ param.gone }}",), VALUES)


@given(st.text("{} a.", max_size=200))
def test_text_without_placeholders_stays(text):
    if not placeholders(text):
        assert filled((text,), {}) == (text,)


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        (CommandOperation(), ()),
        (CommandOperation(argv=("a",), shell="a"), ()),
        (CommandOperation(argv=("a", "{{ launch.verzion }}")), ("argv", 1)),
        (CommandOperation(argv=("a", "{{ param. }}")), ("argv", 1)),
        (CommandOperation(argv=("a", "{{ launch.version }")), ("argv", 1)),
        (CommandOperation(argv=("a", "keyring:b/c")), ("argv", 1)),
        (CommandOperation(argv=("{{ param.a }}",)), ("argv", 0)),
        (CommandOperation(shell="a {{ param.a }}"), ("shell",)),
        (CommandOperation(argv=("a",), env={"A=B": "c"}), ("env", "A=B")),
        (CommandOperation(argv=("a",), stuck_after=0), ("stuck_after",)),
    ],
)
def test_each_fault_is_named_where_it_is(operation, path):
    assert [where for where, _ in operation.faults()] == [path]


def test_a_shell_line_may_have_braces_of_its_own():
    assert list(CommandOperation(shell="docker ps --format '{{.ID}}'").faults()) == []


def test_a_good_operation_has_none():
    operation = CommandOperation(argv=("a", "{{ param.b-c }}"), env={"A_1": "env:A"})
    assert list(operation.faults()) == []
    assert CommandSettings(operations={"deploy": operation}).verbs == ("deploy",)
