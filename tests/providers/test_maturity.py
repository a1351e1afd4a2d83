"""The maturity table claims nothing that no test claims to prove; `make maturity` runs them and writes it."""

import ast
import re
from pathlib import Path

from tools.maturity import LEVELS, table

TOP = Path(__file__).parents[2]


def test_the_page_claims_no_more_than_the_tests() -> None:
    claimed = {
        (adapter, level): True
        for path in (TOP / "tests").rglob("test_*.py")
        for arguments in re.findall(r"mark\.proves\(([^)]*)\)", path.read_text(encoding="utf-8"))
        for adapter, *levels in [ast.literal_eval(f"({arguments},)")]
        for level in levels
    }
    adapters = sorted({adapter for adapter, _ in claimed})
    assert table(claimed, adapters) in (TOP / "docs" / "adapters.md").read_text(encoding="utf-8")


def test_a_claim_without_a_passed_test_is_a_no() -> None:
    row = table({("acme", "simulator"): True, ("acme", "live"): False}, ["acme"]).splitlines()[-1]
    assert row.count("yes") == 1
    assert row.count("no") == len(LEVELS) - 1
