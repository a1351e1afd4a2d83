"""What plans and their steps are made from, whoever makes them."""

from collections.abc import Mapping

import msgspec

from launchpad.desk import MINIMUM, allows
from launchpad.model.backups import ObjectStoreSettings
from launchpad.model.definition import Definition, Step
from launchpad.providers.capabilities import BackupRequest


def approvals_of(
    definition: Definition, count: int, among: Mapping[str, int]
) -> tuple[int, dict[str, int], str]:
    """How many must approve, among them whom, and why nobody must where the definition asks for somebody."""
    approvers = [o for o in definition.operators if allows(o.role, MINIMUM["approve"])]
    needed = max(count, sum(among.values()))
    if needed > 0 and len(approvers) <= 1:
        return 0, {}, "only one person may approve"
    return needed, dict(among), ""


def backup_request(step: Step, definition: Definition) -> BackupRequest | None:
    """What a provider must know of a step that saves a database or puts it back; None for other steps."""
    if step.dump is not None:
        passphrase = step.dump.encrypt
    elif step.restoration is not None:
        passphrase = step.restoration.decrypt
    else:
        return None
    assert step.vault is not None, "both name one"
    store = msgspec.convert(definition.providers[step.vault].settings, ObjectStoreSettings)
    return BackupRequest(
        vault=step.vault,
        url=store.url,
        options=store.options,
        passphrase=passphrase,
        dump=step.dump,
    )
