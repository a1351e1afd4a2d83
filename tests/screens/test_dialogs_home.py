"""The dialogs that are read when first asked for: what the type checker is told is what there is."""

import re
from pathlib import Path

import pytest

from screens import dialogs


def test_each_dialog_is_where_it_is_said_to_be():
    told = dict(
        reversed(found)
        for found in re.findall(
            r"from screens\.dialogs\.(\w+) import (\w+) as",
            Path(dialogs.__file__).read_text(encoding="utf-8"),
        )
    )
    assert told == dialogs._HOME
    for name, module in told.items():
        assert getattr(dialogs, name).__class__ is str or getattr(dialogs, name).__module__.endswith(module)
    with pytest.raises(AttributeError):
        dialogs.Nothing  # noqa: B018
