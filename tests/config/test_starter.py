"""What `launchpad init` writes validates, whatever the answers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.config import BadInput, loads
from launchpad.config.starter import Answers, check_answer, env_example, starter

lines = st.one_of(
    st.text(min_size=1, max_size=30), st.text("ab1: #'\"\\{}[]-~&*!|>%@`?,.é", min_size=1, max_size=12)
)


@given(lines, lines, st.none() | lines, st.none() | st.just("2026-12-01 09:00 Europe/Berlin"))
def test_what_it_writes_says_what_was_answered(product, version, login, t0):
    answers = Answers(
        product=product, version=version, url="https://acme.test/?a=1#b", operator="lead", t0=t0, login=login
    )
    try:
        text = starter(answers)
    except BadInput:
        return
    definition = loads(text.encode(), Path("launchpad.yaml"), {}).definition
    assert definition.launch.product == product.strip()
    assert definition.launch.version == version.strip()
    assert definition.operators[0].login == (login.strip() if login else None)
    assert (definition.launch.t0 is not None) == (t0 is not None)
    assert definition.signals["homepage"].url == answers.url
    assert definition.operators[0].role == "director"
    assert definition.items


@pytest.mark.parametrize(
    "plain", ["Acme Shop", "4.2.0", "null", "no", "- x", "a: b", "#1", "'", '"', "é", "{}"]
)
def test_no_ordinary_answer_is_refused(plain):
    text = starter(Answers(product=plain, version=plain, url="http://localhost:8080", operator="lead"))
    assert loads(text.encode(), Path("launchpad.yaml"), {}).definition.launch.product == plain


@pytest.mark.parametrize(
    ("field", "text", "what"),
    [
        ("product", "", "product: nothing here"),
        ("product", "a\nb", "product: several lines, expected one"),
        ("product", "\x1b[2J", "product: control character"),
        ("url", "acme.test", "url: expected a URL that begins with http:// or https://"),
        ("url", "https://me:hunter22@acme.test", "url: a secret in plain sight"),
        ("operator", "Jane Doe", "operator: expected a name"),
        ("t0", "tomorrow", "t0: expected a time with its zone"),
    ],
)
def test_a_wrong_answer_is_refused_in_a_sentence(field, text, what):
    with pytest.raises(BadInput) as caught:
        check_answer(field, text)
    assert str(caught.value).startswith(what)
    assert "hunter22" not in str(caught.value)


def test_the_environment_file_names_the_variables():
    text = env_example(("env:TOKEN", "file:x", "env:OTHER"))
    assert [line for line in text.splitlines() if not line.startswith("#")] == ["TOKEN=", "OTHER="]
    assert all(line.startswith("#") for line in env_example().splitlines())
