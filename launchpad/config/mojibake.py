"""Text that was decoded wrongly once: what was UTF-8 and was read in a Windows code page."""

import re

_PAGES = ("cp1252", "cp1254")
_RUN = re.compile(r"[^\x00-\x7f]+")


def mended(text: str) -> str:
    """`text` with every run of characters put right that reads as UTF-8 in one of the usual code pages.

    What is right already stays: real text hardly ever reads as UTF-8 a second time.
    """
    return _RUN.sub(lambda match: _run(match[0]), text)


def _run(run: str) -> str:
    for page in _PAGES:
        data = b"".join(_bytes(character, page) for character in run)
        try:
            found = data.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if data and len(found) < len(run):
            return found
    return run


def _bytes(character: str, page: str) -> bytes:
    """The byte that the code page shows as `character`; where it has none, decoders pass the byte through."""
    try:
        return character.encode(page)
    except UnicodeEncodeError:
        # Nothing that could be UTF-8: the run stays as it is.
        return bytes([ord(character)]) if ord(character) < 256 else b"\xff"
