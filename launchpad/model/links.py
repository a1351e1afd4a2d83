"""Links in free text: what is given as evidence may be a note, a link, or a note with links."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from launchpad.model.http import parse_url

_LINK = r"(?i)\bhttps?://[^\s<>\"`{}|\\^]+"
_SCHEME = r"(?i)(?<![\w.+-])([a-z][a-z0-9.+-]*)://\S*"
# Compiled when the first text is looked at: no program has to wait for that to start.
_AFTERWARDS = ".,;:!?'"
"""What follows a link rather than ends it."""


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    link: bool = False
    """Whether it is an http(s) URL that can be followed."""


def pieces(text: str) -> Iterator[Piece]:
    """The text in parts that, joined, are the text again."""
    begin = 0
    for found in re.finditer(_LINK, text):
        url = _without_what_follows(found[0])
        if _wrong(url):
            continue
        if found.start() > begin:
            yield Piece(text[begin : found.start()])
        yield Piece(url, link=True)
        begin = found.start() + len(url)
    if begin < len(text):
        yield Piece(text[begin:])


def links(text: str) -> tuple[str, ...]:
    """The http(s) URLs in a text, in their order, each once."""
    return tuple(dict.fromkeys(piece.text for piece in pieces(text) if piece.link))


def fault(text: str) -> str:
    """What is wrong with the first link that can't be followed; empty if there is none."""
    for found in re.finditer(_SCHEME, text):
        if found[1].lower() not in ("http", "https"):
            return f"a link begins with http:// or https://, not with {found[1][:20]}://"
        if why := _wrong(_without_what_follows(found[0])):
            return f"{found[0][:60]!r} is no link: {why}"
    return ""


def _without_what_follows(url: str) -> str:
    """Without the sentence's own punctuation; a bracket stays where the link opens one."""
    while url and (url[-1] in _AFTERWARDS or (url[-1] in ")]" and url.count(url[-1]) > _opened(url))):
        url = url[:-1]
    return url


def _opened(url: str) -> int:
    return url.count({")": "(", "]": "["}[url[-1]])


def _wrong(url: str) -> str:
    """Why nobody can follow it; empty if one can."""
    try:
        parse_url(url)
    except ValueError as error:
        return str(error)
    return ""
