"""A person's own file: what it may say, and what becomes of one that can't be read."""

from pathlib import Path

import pytest

from launchpad.config.preferences import load_preferences
from launchpad.errors import BadInput
from launchpad.model.preferences import Preferences
from launchpad.wiring import preferences, preferences_file


def written(base: Path, text: str) -> Path:
    file = base / "face.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_all_that_it_may_say(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        theme: light
        glyphs: ascii
        mouse: false
        bell: false
        tour: false
        keys:
          item.tick: t
          copy: y, ctrl+y
          item.skip: ""
        """,
    )
    assert load_preferences(file) == Preferences(
        theme="light",
        glyphs="ascii",
        mouse=False,
        bell=False,
        tour=False,
        keys={"item.tick": "t", "copy": "y, ctrl+y", "item.skip": ""},
    )


def test_an_empty_one_says_nothing(tmp_path: Path) -> None:
    assert load_preferences(written(tmp_path, "# nothing yet\n")) == Preferences()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("theme: pink", "face.yaml:1:8: "),
        ("theme: dark\nmouse: maybe", "face.yaml:2:8: "),
        ("colour: dark", "face.yaml:1:1: "),
        ("keys: [a]", "face.yaml:1:7: "),
        ("keys: {a: [b]}", "face.yaml:1:11: "),
        ("theme: [", "face.yaml:"),
        ("\t", "face.yaml:"),
    ],
)
def test_faults_are_told_by_line_and_leave_all_as_usual(tmp_path: Path, text: str, fault: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadInput):
        load_preferences(file)
    chosen, complaint = preferences({}, file=file)
    assert chosen == Preferences()
    assert fault in complaint
    assert complaint.endswith("; all of it is left out")
    assert "\n" not in complaint


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "theme: light\nglyphs: ascii\nmouse: false")
    told = {"LAUNCHPAD_GLYPHS": "unicode", "LAUNCHPAD_THEME": "high-contrast", "LAUNCHPAD_BELL": "0"}
    chosen, complaint = preferences(told, file=file, theme="dark", mouse=None)
    assert not complaint
    assert chosen == Preferences(theme="dark", glyphs="unicode", mouse=False, bell=False)
    assert preferences({}, file=tmp_path / "none.yaml") == (Preferences(), "")


def test_a_variable_that_says_what_cannot_be_is_refused() -> None:
    with pytest.raises(BadInput, match="LAUNCHPAD_THEME is 'pink'"):
        preferences({"LAUNCHPAD_THEME": "pink"}, file=None)


def test_the_file_lies_where_such_files_lie(tmp_path: Path) -> None:
    assert preferences_file({"XDG_CONFIG_HOME": "/c"}) == Path("/c/launchpad/face.yaml")
    assert preferences_file({"XDG_CONFIG_HOME": "relative"}) == Path.home() / ".config/launchpad/face.yaml"
