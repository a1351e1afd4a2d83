"""What every plan has in common: who must approve it."""

from collections.abc import Mapping

from launchpad.desk import MINIMUM, allows
from launchpad.model.definition import Definition


def approvals_of(
    definition: Definition, count: int, among: Mapping[str, int]
) -> tuple[int, dict[str, int], str]:
    """How many must approve, among them whom, and why nobody must where the definition asks for somebody."""
    approvers = [o for o in definition.operators if allows(o.role, MINIMUM["approve"])]
    needed = max(count, sum(among.values()))
    if needed > 0 and len(approvers) <= 1:
        return 0, {}, "only one person may approve"
    return needed, dict(among), ""
