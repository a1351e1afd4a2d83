"""Five launch documents from the wild: whatever a launch can tick in them, a shipped checklist asks for.

Their text is not ours to keep. LAUNCHPAD_DOCUMENTS names a folder that holds them; without it the lines are
taken from `document_lines.yaml` alone.
"""

import hashlib
import os
import re
from pathlib import Path

import pytest
import yaml

from launchpad.config.markdown import TASK
from launchpad.config.mojibake import mended
from launchpad.config.templates import load_template, shipped

DOCUMENTS = "LAUNCHPAD_DOCUMENTS"
LINES = Path(__file__).with_name("document_lines.yaml")


def line_key(words: str) -> str:
    """What a task line is called: by its words, whatever their case, marks and pictures."""
    plain = re.sub(r"\W+", " ", words).strip().casefold()
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def task_lines(text: str) -> list[str]:
    """The words of every task line, those in code as well."""
    found = (TASK.match(line) for line in mended(text).splitlines())
    return [match["text"] or "" for match in found if match]


@pytest.fixture(scope="module")
def mapping() -> dict[str, str | dict[str, str]]:
    return yaml.safe_load(LINES.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lines() -> list[str]:
    folder = os.environ.get(DOCUMENTS)
    if folder is None:
        pytest.skip(f"the documents are not here: {DOCUMENTS} names no folder")
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.txt"))]
    assert len(texts) == 5, f"expected five documents in {folder}"
    return [line for text in texts for line in task_lines(text)]


def test_every_task_line_of_the_documents_is_an_item_or_prose(lines, mapping):
    assert len(lines) > 300
    assert [line for line in lines if line_key(line) not in mapping] == []


def test_no_line_is_mapped_that_is_in_no_document(lines, mapping):
    assert set(mapping) - {line_key(line) for line in lines} == set()


def test_every_line_leads_to_an_item_that_exists_or_to_a_reason(mapping):
    items = {item.id for name in shipped() for item in load_template(name).items}
    wrong = {
        key: to
        for key, to in mapping.items()
        if not (to in items if isinstance(to, str) else set(to) == {"prose"} and to["prose"])
    }
    assert wrong == {}
    assert sum(isinstance(to, dict) for to in mapping.values()) < len(mapping) / 10


def test_no_line_is_mapped_twice():
    keys = re.findall(r'^"(\w+)":', LINES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys)) > 300


def test_the_words_count_not_how_they_are_written():
    (bold,), (plain,) = task_lines("- [ ] **Way back**: it works"), task_lines("  * [x] Way back it works 🎉")
    assert line_key(bold) == line_key(plain) != line_key("way back")
    assert task_lines("```\n- [ ] in code\n```") == ["in code"]
