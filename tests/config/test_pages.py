"""What the pages show of a definition can be copied: no fault in it but names that stand elsewhere."""

import re
from pathlib import Path
from textwrap import indent

import pytest
import yaml

from launchpad.config.document import Document
from launchpad.errors import BadInput
from launchpad.wiring import load_definition

PAGES = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
_ELSEWHERE = re.compile(
    r"no [\w ]+ is called|'(product|version|t0)' is missing, expected beside|nothing is known as"
    r"|unknown key 'params', expected one of provider"  # what is taken depends on the provider
)


def _whole(block: str) -> str:
    """The block, below the key that it belongs to where it is a list; empty if it is of no definition."""
    if "${" in block:
        return ""  # a rehearsal's script has places for values
    shown = yaml.safe_load(block)
    if isinstance(shown, list):
        items = all("id" in one for one in shown)
        return (
            f"checklists:\n  - name: ours\n    items:\n{indent(block, '    ')}"
            if items
            else f"checklists:\n{block}"
        )
    return block if set(shown) <= set(Document.__struct_fields__) else ""


def _examples() -> list[tuple[str, str]]:
    """Of every block that is part of a definition, where it stands and what it says."""
    return [
        (f"{page.stem} {number}", whole)
        for page in sorted(PAGES.glob("*.md"))
        for number, block in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")), 1)
        if (whole := _whole(block))
    ]


EXAMPLES = _examples()


def test_there_are_examples():
    assert len(EXAMPLES) > 15


@pytest.mark.parametrize("block", [block for _, block in EXAMPLES], ids=[where for where, _ in EXAMPLES])
def test_an_example_of_a_page_has_no_fault_of_its_own(tmp_path, block):
    whole = yaml.safe_load(block)
    text = block
    if "launch" not in whole:
        text += "launch: {product: Acme, version: 4.2.0, t0: 2026-12-01 09:00 Europe/Berlin}\n"
    if "operators" not in whole:
        text += "operators: [{name: lead, role: director}]\n"
    path = tmp_path / "launchpad.yaml"
    path.write_text(text)
    for name in re.findall(r"file: (\w+\.yaml)", block):
        (tmp_path / name).write_text("name: ours\nitems:\n  - {id: a, title: A, phase: launch}\n")
    try:
        load_definition(path)
    except BadInput as error:
        wrong = [fault for fault in error.faults if not _ELSEWHERE.search(str(fault))]
        assert not wrong, "\n".join(map(str, wrong))
