import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.text import clean, clean_lines

_PIECES = st.sampled_from(
    [
        "\x1b",
        "\x1b[",
        "\x1b]",
        "\x1bP",
        "\x07",
        "\x1b\\",
        "\x9b",
        "\x9d",
        "\x9c",
        "\r",
        "\n",
        "\t",
        "\u202e",
        "\u200b",
    ]
)
hostile = st.lists(st.one_of(_PIECES, st.text(st.characters(), max_size=5)), max_size=30).map("".join)
limits = st.integers(1, 60)
_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def has_control(text: str, allowed: str = "") -> bool:
    return any(
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(char) in _BIDI
        for char in text
        if char not in allowed
    )


@given(hostile, limits)
def test_clean_leaves_one_safe_line(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert not has_control(cleaned)
    assert len(cleaned) <= limit
    assert clean(cleaned, limit) == cleaned
    cleaned.encode()


@given(hostile, limits)
def test_clean_lines_keeps_only_newlines(text: str, limit: int) -> None:
    cleaned = clean_lines(text, limit)
    assert not has_control(cleaned, "\n")
    assert len(cleaned) <= limit
    assert clean_lines(cleaned, limit) == cleaned
    cleaned.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=50))
def test_what_a_person_reads_is_untouched(text: str) -> None:
    assert clean(text, 50) == text
    assert clean_lines(text, 50) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m alert", "red alert"),
        ("\x1b]0;pwned\x07title", "title"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1bP1$r0m\x1b\\after", "after"),
        ("\x1b]52;c;never closed\nnext line", "next line"),
        ("\x1b(Bplain \x1b7\x1b8\x1bcreset", "plain reset"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("one\r\ntwo\tthree", "one two three"),
        ("bell\x07 nul\x00", "bell nul"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("[/x] [red]markup[/]", "[/x] [red]markup[/]"),
        ("  around  ", "around"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert clean("x" * 20, 8) == "xxxxxxx…"
    assert clean("x" * 8, 8) == "xxxxxxxx"


def test_lines_keep_their_shape() -> None:
    assert clean_lines("a:\r\n\tb\x1b[1m!\x1b[0m\rc\u2028d") == "a:\n        b!\nc\nd"


def test_a_hostile_megabyte_is_cleaned_in_linear_time() -> None:
    """Nothing in the patterns backtracks: each of these would take minutes if it did."""
    for piece in ("\x1b]", "\x1b[0;", "\x1b", "\x9d1", "\r"):
        assert not has_control(clean(piece * 300_000))
