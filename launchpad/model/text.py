"""Text from outside made safe to show: what a terminal would obey goes, what a person would read stays."""

import re

_SEQUENCES = re.compile(
    # OSC, DCS, SOS, PM and APC carry a string; an unterminated one ends with its line.
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"  # every other escape, and ESC alone
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1, but for what _BREAKS and tabs take care of
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidi, zero width
    "\U000e0000-\U000e007f]"  # tags
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int = 200) -> str:
    """One line of at most `limit` (>= 1) characters, no control sequence or character, single spaces."""
    return _cut(" ".join(_visible(text).split()), limit)


def clean_lines(text: str, limit: int = 10_000) -> str:
    """As `clean`, but lines and indentation stay: breaks become `\\n`, tabs become spaces."""
    return _cut(_visible(text).expandtabs(), limit)


def _visible(text: str) -> str:
    text = _BREAKS.sub("\n", _SEQUENCES.sub("", text))
    return _SURROGATES.sub("\ufffd", _INVISIBLE.sub("", text))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
