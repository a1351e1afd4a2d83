"""From a file to the definition that a launch is opened with."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path as FilePath
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from launchpad.config import checks
from launchpad.config.calls import incident_calls, with_calls
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path, Place, Unreadable
from launchpad.config.nodes import compose
from launchpad.config.reader import NONE, Reader, Settings
from launchpad.config.rule_sets import with_sets
from launchpad.config.scalars import quoted
from launchpad.config.source import decode, read_source
from launchpad.config.templates import Placed, expand
from launchpad.model.definition import (
    Channel,
    ChannelSettings,
    Check,
    Definition,
    Item,
    Provider,
    Rollout,
    Signal,
)
from launchpad.model.keys import RESERVED_KEYS
from launchpad.model.probe import Derived
from launchpad.model.values import Value, is_secret_reference

P = TypeVar("P", bound=Check | Signal)
A = TypeVar("A", Provider, Channel, Rollout)


class Loaded(Value):
    """A definition that was read, and what belongs to the place where it lies."""

    document: Document
    """As written."""
    definition: Definition
    """Resolved: what the journal will hold."""
    base_dir: FilePath
    """The definition's folder; relative paths in it start there."""
    store: str | None
    """Where the launch is kept: a URL, or a reference to a secret that holds one."""


def load(
    path: FilePath,
    providers: Settings,
    *,
    channels: Settings = NONE,
    reserved_keys: Collection[str] = RESERVED_KEYS,
) -> Loaded:
    """The definition in a file.

    `providers` and `channels` map each kind to its settings' type; `reserved_keys` can't be an action's.
    Raises BadInput with all faults, each one line `FILE:LINE:COL: what, and what was expected`.
    """
    reader = partial(Reader, providers=providers, channels=channels)
    return _load(lambda faults: read_source(path, str(path), faults), path, reader, reserved_keys)


def loads(
    data: bytes,
    path: FilePath,
    providers: Settings,
    *,
    channels: Settings = NONE,
    reserved_keys: Collection[str] = RESERVED_KEYS,
) -> Loaded:
    """As `load`, of content that the file at `path` is about to have."""
    reader = partial(Reader, providers=providers, channels=channels)
    return _load(lambda faults: decode(data, str(path), faults), path, reader, reserved_keys)


def _load(
    read: Callable[[Faults], str],
    path: FilePath,
    reader: Callable[[Faults], Reader],
    reserved: Collection[str],
) -> Loaded:
    faults = Faults(str(path))
    try:
        return _resolve(read(faults), path, reader(faults), reserved, faults)
    except Unreadable:
        faults.raise_any()
        raise


def _resolve(text: str, path: FilePath, reader: Reader, reserved: Collection[str], faults: Faults) -> Loaded:
    root = compose(text, str(path), faults)
    if root is None:
        faults.fatal(Place(str(path), 1, 1), "the file is empty, expected 'launch' and what belongs to it")
    document = reader.read(root, Document)
    if document is HOLE:
        raise Unreadable
    document = with_sets(document, faults)
    placed, skips = expand(document, path.parent, faults, reader)
    checks.check(document, placed, faults, reserved)
    base_dir = path.parent.absolute()
    store = _store(document.store, base_dir, faults)
    faults.raise_any()
    return Loaded(
        document=document,
        definition=_definition(document, placed, skips, faults),
        base_dir=base_dir,
        store=store,
    )


def _store(store: Any, base_dir: FilePath, faults: Faults) -> str | None:
    """The store's URL, a path in it made absolute."""
    if not isinstance(store, str):
        return None
    if is_secret_reference(store):
        return store
    if store.startswith("sqlite:") and not store.startswith("sqlite:/") and len(store) > len("sqlite:"):
        return f"sqlite://{quote(str(base_dir / store.removeprefix('sqlite:')))}"
    if not store.startswith(("sqlite:///", "postgresql://", "postgres://")):
        expected = (
            "expected sqlite:PATH, sqlite:///ABSOLUTE/PATH, postgresql://… or a reference such as env:NAME"
        )
        faults.at(("store",), f"{expected}, found {quoted(store)}")
    return store


def _definition(document: Document, placed: Placed, skips: dict[str, str], faults: Faults) -> Definition:
    """What the journal holds: `document` with its items in place of checklists."""
    signals = {name: _timed(("signals", name), signal, faults) for name, signal in document.signals.items()}
    environment = document.launch.environment
    items = tuple(_resolved(path, item, environment, faults) for path, item in placed)
    skips = {item.id: f"not for {environment}" for item in items if not item.belongs(environment)} | skips
    shared = {
        name: getattr(document, name) for name in Definition.__struct_fields__ if hasattr(document, name)
    }
    providers = {name: _plain(provider) for name, provider in document.providers.items()}
    channels = {
        name: msgspec.structs.replace(_plain(channel), address=_settings(channel).address)
        for name, channel in document.channels.items()
    }
    rollouts = {name: _plain(rollout) for name, rollout in document.rollouts.items()}
    alerts = with_calls(document)
    told = {"alerts": alerts, "incidents": incident_calls(document)}
    resolved = told | {"items": items, "skips": skips, "signals": signals, "rollouts": rollouts}
    return Definition(**shared | resolved | {"providers": providers, "channels": channels})


def _resolved(path: Path, item: Item, environment: str, faults: Faults) -> Item:
    """The item as the journal holds it; one that belongs elsewhere has no test, and no secret of it."""
    if item.check is None:
        return item
    if isinstance(item.check, Derived):
        return item if item.belongs(environment) else msgspec.structs.replace(item, check=None)
    check = _timed((*path, "check"), item.check, faults) if item.belongs(environment) else None
    return msgspec.structs.replace(item, check=check)


def _timed(path: Path, probe: P, faults: Faults) -> P:
    """A timeout that nobody wrote is never longer than the time between two probes."""
    if isinstance(probe, Derived) or probe.timeout <= probe.every or faults.written((*path, "timeout")):
        return probe
    return msgspec.structs.replace(probe, timeout=probe.every)


def _settings(channel: Channel) -> ChannelSettings:
    """What the reader left there."""
    settings: Any = channel.settings
    assert isinstance(settings, ChannelSettings)
    return settings


def _plain(adapter: A) -> A:
    """The provider, channel or rollout with its settings as the journal's JSON has them."""
    settings: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(adapter.settings))
    return msgspec.structs.replace(adapter, settings=settings)
