"""What names an engine's files."""

import threading

import pytest

from launchpad.engine.place import place_of
from launchpad.errors import BadInput


def test_it_is_made_once_and_differs_from_folder_to_folder(tmp_path):
    made = set()
    threads = [threading.Thread(target=lambda: made.add(place_of(tmp_path / "a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {place_of(tmp_path / "a")}
    assert place_of(tmp_path / "b") not in made
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["place"]


def test_where_nothing_can_be_kept_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="can't keep its files"):
        place_of(tmp_path / "file")
