"""What is proven of which adapter: runs the tests that claim to, and writes the table of docs/adapters.md.

`python -m tools.maturity` runs them all and writes; with `--check` it fails instead if the table differs.
A cell says "yes" only where every test that claims it ran and passed; a test that was skipped proves nothing.
"""

import argparse
import re
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

PAGE = Path("docs/adapters.md")
AREAS = ("providers", "backups", "engine", "conformance")
"""Where tests claim to prove something."""
LEVELS = {
    "contract kit": "contract kit",
    "simulator": "stateful simulator",
    "engine": "the engine",
    "official spec": "mock of the official spec",
    "vendor's client": "vendor's own client",
    "live": "live",
}
"""Level → the head of its column."""
NOT_MEANT = {
    "command": LEVELS.keys() - {"engine"},
    "object_store": {"contract kit", "official spec"},
    "postgres": {"contract kit", "simulator", "official spec"},
}
"""What an adapter can't be held against: the kit is for APIs whose mutations outlive the request, programs of
a team's own have no vendor, and a real PostgreSQL needs no simulator."""
_TABLE = re.compile(r"(?<=<!-- maturity -->\n).*?(?=<!-- end -->)", re.DOTALL)

Claims = dict[tuple[str, str], bool]
_CLAIM = "proves"
_SIDE_BY_SIDE = ("--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal")
"""Most of their time they wait for others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In each process that runs tests: leaves those that claim something; their reports carry the claims."""
    items[:] = [item for item in items if item.get_closest_marker("proves")]
    for item in items:
        for marker in item.iter_markers("proves"):
            adapter, *levels = marker.args
            unknown = set(levels) - set(LEVELS)
            assert not unknown, f"{item.nodeid} proves {unknown}, which is no level"
            item.user_properties += [(_CLAIM, (adapter, level)) for level in levels]


class Witness:
    """Keeps, of each claim, whether all its tests passed."""

    def __init__(self) -> None:
        self.claims: Claims = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (report.when != "call" and report.passed) or str(report.outcome) == "rerun":
            return
        for adapter, level in (claim for what, claim in report.user_properties if what == _CLAIM):
            self.claims[adapter, level] = self.claims.get((adapter, level), True) and report.passed


def table(claims: Claims, adapters: list[str]) -> str:
    """The table in Markdown."""
    lines = ["| adapter | " + " | ".join(LEVELS.values()) + " |", "|---" * (len(LEVELS) + 1) + "|"]
    for adapter in adapters:
        beside = NOT_MEANT.get(adapter, set())
        cells = [
            "yes" if claims.get((adapter, level)) else "n/a" if level in beside else "no" for level in LEVELS
        ]
        lines.append(f"| `{adapter}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    witness = Witness()
    areas = (f"tests/{area}" for area in AREAS)
    failed = pytest.main(["-q", *_SIDE_BY_SIDE, "-p", "tools.maturity", *areas], plugins=[witness])
    if failed:
        return int(failed)
    adapters = sorted({point.name for point in entry_points(group="launchpad.providers")})
    page = PAGE.read_text(encoding="utf-8")
    made = _TABLE.sub(table(witness.claims, adapters), page)
    if check and made != page:
        sys.stderr.write(f"{PAGE} claims something else than ran: make maturity\n")
        return 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
