"""Links in free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.http import parse_url
from launchpad.model.links import fault, links, pieces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://wiki.example/restore", ("https://wiki.example/restore",)),
        (
            "see https://a.example/x, then (http://b.example/y).",
            ("https://a.example/x", "http://b.example/y"),
        ),
        (
            "https://a.example/w_(x) and <HTTPS://A.example/>",
            ("https://a.example/w_(x)", "HTTPS://A.example/"),
        ),
        ("https://a.example/ twice: https://a.example/", ("https://a.example/",)),
        ("javascript:alert(1) ftp://a.example/ http:// //a.example ticket OPS-812", ()),
        ("https://user:secret@a.example/", ()),
    ],
)
def test_links_are_found(text: str, found: tuple[str, ...]) -> None:
    assert links(text) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftp://files.example/x", "not with ftp://"),
        ("file:///etc/passwd", "not with file://"),
        ("https://user:secret@a.example/", "is no link"),
        ("see http:///x", "is no link"),
        ("load was 3:1, see https://a.example/.", ""),
        ("", ""),
    ],
)
def test_what_cannot_be_followed_is_said(text: str, why: str) -> None:
    assert why in fault(text)
    assert bool(fault(text)) == bool(why)


@given(st.lists(st.sampled_from(["https://a.example/", "http://[::1]/x", ")", ".", " ", "<", "x", "ftp://"])))
def test_nothing_is_lost_and_every_link_can_be_followed(parts: list[str]) -> None:
    text = "".join(parts)
    assert "".join(piece.text for piece in pieces(text)) == text
    for link in links(text):
        parse_url(link)
