import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.http import parse_url


@pytest.mark.parametrize(
    ("text", "origin", "target"),
    [
        ("https://acme.com", "https://acme.com", "/"),
        ("HTTP://ACME.com:80/a?b=c#d", "http://acme.com", "/a?b=c"),
        ("https://acme.com:8443/x", "https://acme.com:8443", "/x"),
        ("http://[::1]:8080/", "http://[::1]:8080", "/"),
        ("http://[0:0::1]/", "http://[::1]", "/"),
        ("https://bücher.example/straße?q=ü", "https://xn--bcher-kva.example", "/stra%C3%9Fe?q=%C3%BC"),
        ("http://under_score.internal/", "http://under_score.internal", "/"),
        ("http://acme.com./100%25", "http://acme.com.", "/100%25"),
        ("  http://127.0.0.1  ", "http://127.0.0.1", "/"),
    ],
)
def test_a_url_is_taken_apart(text: str, origin: str, target: str) -> None:
    url = parse_url(text)
    assert (url.origin, url.target) == (origin, target)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ftp://acme.com/", "begins with http"),
        ("acme.com", "begins with http"),
        ("http://user:hunter2@acme.com/", "without user name"),
        ("http://acme.com:99999/", "port"),
        ("http://acme.com:0/", "port"),
        ("http://acme.com:x/", "port"),
        ("http:///path", "host name"),
        ("http://a..b/", "host name"),
        ("http://-a-/", "host name"),
        ("http://[fe80::1%25eth0]/", "host name"),
        ("http://[nonsense]/", "host name"),
        (f"http://{'x' * 64}.com/", "host name"),
        ("http://acme.com/a b", "blanks"),
        ("http://acme.com/\r\nHost: evil", "blanks"),
    ],
)
def test_what_no_probe_can_ask_is_refused(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        parse_url(text)
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=40))
def test_whatever_is_written_gives_a_url_or_one_fault(text: str) -> None:
    faults: list[str] = []
    for candidate in (text, f"http://{text}", f"http://acme.com/{text}"):
        try:
            url = parse_url(candidate)
        except ValueError as fault:
            faults.append(str(fault))
        else:
            line = f"{url.authority}{url.target}"
            assert line.isascii()
            assert not any(char.isspace() for char in line)
            assert parse_url(url.origin + url.target) == url
    assert all(fault.startswith("expected ") and fault.isprintable() for fault in faults)
