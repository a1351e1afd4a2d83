"""Who may look: tokens, cookies, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.errors import BadInput
from launchpad.web.access import Access, loopback, new_token, place, token_in

TOKEN = "a-token-that-nobody-guesses"


def access(token=TOKEN, url=None, port=8080):
    return Access(token, place("127.0.0.1", port, url), port)


def test_a_token_in_a_file_that_others_may_read_is_none(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o644)
    with pytest.raises(BadInput, match=r"may be read by others.*chmod 600"):
        token_in(file)
    file.chmod(0o600)
    assert token_in(file) == TOKEN


@pytest.mark.parametrize(
    "text", ["", "short\n", "x" * 19, "x" * 501, "two lines\nof a token, both long", "ü" * 30]
)
def test_what_can_be_guessed_or_typed_wrong_is_no_token_and_is_not_repeated(tmp_path, text):
    file = tmp_path / "token"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(BadInput, match="holds no token") as raised:
        token_in(file)
    assert not text.strip() or text.strip() not in str(raised.value)


def test_no_file_is_no_token(tmp_path):
    with pytest.raises(BadInput, match="can't read"):
        token_in(tmp_path / "none")


def test_new_tokens_are_long_and_differ():
    first, second = new_token(), new_token()
    assert first != second
    assert min(len(first), len(second)) >= 40


@given(st.text(max_size=60))
def test_nothing_but_the_token_is_right(text):
    assert access().right(text) == (text == TOKEN)


def test_the_cookie_lets_in_and_does_not_give_the_token_away():
    mine = access()
    pair = mine.cookie.partition(";")[0]
    assert mine.knows({"cookie": f"other=1; {pair}"})
    assert TOKEN not in mine.cookie
    assert "HttpOnly" in mine.cookie
    assert "SameSite=Strict" in mine.cookie
    assert "Secure" not in mine.cookie
    assert "Secure" in access(url="https://status.acme.example").cookie
    for headers in (
        {},
        {"cookie": ""},
        {"cookie": pair[:-1]},
        {"cookie": f"launchpad-8080={TOKEN}"},
        {"cookie": "\x00=;"},
    ):
        assert not mine.knows(headers)
    assert not access(token=TOKEN + "x").knows({"cookie": pair})
    assert not access(port=8081).knows({"cookie": pair})


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("127.0.0.1:8080", True),
        ("localhost:9000", True),  # through a tunnel
        ("[::1]:8080", True),
        ("LOCALHOST", True),
        ("evil.example:8080", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_only_its_own_names_are_answered(host, meant):
    assert access().addressed({"host": host}) is meant


def test_a_name_that_was_given_is_answered_too():
    named = access(url="https://status.acme.example/")
    assert named.addressed({"host": "status.acme.example"})
    assert not named.addressed({"host": "acme.example"})
    assert named.link == f"https://status.acme.example/enter?token={TOKEN}"


@pytest.mark.parametrize("url", ["status", "ftp://a", "http://", "https://a/b", "https://a?b", "//a"])
def test_urls_that_are_none(url):
    with pytest.raises(BadInput, match="--web-url"):
        place("127.0.0.1", 80, url)


def test_what_only_this_machine_reaches():
    assert loopback("127.0.0.1")
    assert loopback("::1")
    assert not loopback(None)
    assert not loopback("10.0.0.5")
    assert place("::1", 80, None).url == "http://[::1]:80"
