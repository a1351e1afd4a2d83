"""What plans and their steps are made from, whoever makes them."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from launchpad.desk import MINIMUM, allows
from launchpad.errors import Refused
from launchpad.model.backups import ObjectStoreSettings
from launchpad.model.definition import Definition, Launch, Step
from launchpad.model.filling import filled_text, placeholders
from launchpad.model.plan import PlannedStep
from launchpad.model.text import clean
from launchpad.providers.capabilities import BackupRequest

_GIVEN = 500
"""Characters of a parameter that a smoke test is given."""


def approvals_of(
    definition: Definition, count: int, among: Mapping[str, int]
) -> tuple[int, dict[str, int], str]:
    """How many must approve, among them whom, and why nobody must where the definition asks for somebody."""
    approvers = [o for o in definition.operators if allows(o.role, MINIMUM["approve"])]
    needed = max(count, sum(among.values()))
    if needed > 0 and len(approvers) <= 1:
        return 0, {}, "only one person may approve"
    return needed, dict(among), ""


def with_given(planned: PlannedStep, step: Step, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
    """The step with what it gives to its smoke test, as far as that is known now; what steps before it bring
    stays a placeholder. Raises `Refused` if a parameter lacks."""
    if step.given is None:
        return planned
    known = {f"launch.{name}": getattr(launch, name) for name in ("product", "version", "environment")}
    known |= {f"param.{name}": clean(value, _GIVEN) for name, value in params.items()}
    given = {}
    for name, text in step.given.values.items():
        for lacking in (one for one in placeholders(text) if one.startswith("param.") and one not in known):
            raise Refused(
                f"the smoke test {step.provider} needs the parameter {lacking.removeprefix('param.')}",
                hint=f"--param {lacking.removeprefix('param.')}=…",
            )
        later = {one: "{{ " + one + " }}" for one in placeholders(text)}
        given[name] = filled_text(text, later | known)
    told = ", ".join(f"{name} = {text}" for name, text in given.items())
    return replace(
        planned,
        does=f"{planned.does}; with {told}",
        command=f"{planned.command}  # with its own {', '.join(given)}",
        bound={**planned.bound, **given},
    )


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
