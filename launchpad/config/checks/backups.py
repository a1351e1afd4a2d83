"""Backups: what saves them, what keeps them, and what waits for one."""

from collections.abc import Sequence
from typing import Any

from launchpad.config.checks.signals import whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.model.backups import ObjectStoreSettings, PostgresSettings
from launchpad.model.definition import BackupCondition, BackupProof, BackupSignal, Dump, Item, Step

_NEVER = {"gate": "open", "item": "be done", "signal": "tell"}


def check(document: Document, placed: Sequence[tuple[Path, Item]], faults: Faults) -> None:
    """Adds what is wrong with steps that save a database or put it back, and with gates, items and signals
    that wait for one."""
    verified = set()
    for name, action in whole(document.actions):
        for index, step in enumerate(() if action.steps is HOLE else action.steps):
            if step is HOLE or step.provider is HOLE:
                continue
            _check_step(("actions", name, "steps", index), step, document, faults)
            if step.dump is not None and step.dump is not HOLE and step.dump.verify == "restore":
                verified.add(step.provider)
    for name, gate in whole(document.gates):
        for index, condition in enumerate(gate):
            if isinstance(condition, BackupCondition) and condition.backup is not HOLE:
                path: Path = ("gates", name, index, "backup")
                asked = condition.backup
                _check_within((*path, "verified_within"), asked.verified_within, faults)
                _check_saved((*path, "of"), asked.of, "gate", verified, document, faults)
    for name, signal in whole(document.signals):
        if isinstance(signal, BackupSignal):
            _check_saved(("signals", name, "backup"), signal.backup, "signal", verified, document, faults)
    for path, item in placed:
        if isinstance(item.check, BackupProof):
            where = (*path, "check")
            _check_within((*where, "verified_within"), item.check.verified_within, faults)
            _check_saved((*where, "backup"), item.check.backup, "item", verified, document, faults)


def _check_step(path: Path, step: Step, document: Document, faults: Faults) -> None:
    saves = isinstance(_settings(step.provider, document), PostgresSettings)
    options: Any = step.dump or step.restoration
    if options is HOLE or _settings(step.provider, document) is HOLE:
        return
    if options is None:
        if saves and step.verb in ("backup", "restore"):
            key = "'to' and 'encrypt'" if step.verb == "backup" else "'from' and 'decrypt'"
            faults.at((*path, "verb"), f"expected {key} beside it: where the backup lies, and its passphrase")
        return
    key, vault = ("to", step.dump.to) if step.dump is not None else ("from", options.origin)
    if not saves:
        what = f"provider '{step.provider}' has its own way of saving; expected nothing beside '{step.verb}'"
        faults.at((*path, key), what)
        return
    if vault is not HOLE:
        faults.refer((*path, key), vault, document.providers, "provider")
        if not isinstance(_settings(vault, document), ObjectStoreSettings | type(HOLE)):
            faults.at((*path, key), f"provider '{vault}' keeps nothing, expected one of kind 'object_store'")
    if step.dump is not None:
        _check_jobs(path, step.dump, faults)


def _check_jobs(path: Path, dump: Dump, faults: Faults) -> None:
    if HOLE not in (dump.jobs, dump.format) and dump.jobs > 1 and dump.format != "directory":
        what = f"format '{dump.format}' is dumped by one job, expected 1 or 'format: directory'"
        faults.at((*path, "jobs"), what)


def _check_within(path: Path, within: Any, faults: Faults) -> None:
    if within == 0:
        faults.at(path, "expected a duration above zero")


def _check_saved(
    path: Path, of: Any, what: str, verified: set[str], document: Document, faults: Faults
) -> None:
    """What waits for a backup of `of` can be met."""
    if of is HOLE:
        return
    faults.refer(path, of, document.providers, "provider")
    if _settings(of, document) is not HOLE and of not in verified:
        told = f"no action backs '{of}' up with 'verify: restore', so this {what} could never {_NEVER[what]}"
        faults.at(path, f"{told}; expected one that does")


def _settings(name: Any, document: Document) -> Any:
    """The settings of a provider; HOLE where they can't be told."""
    providers: Any = document.providers
    provider = providers.get(name, HOLE) if isinstance(providers, dict) else HOLE
    return HOLE if provider is HOLE else provider.settings
