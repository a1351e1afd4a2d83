"""The keys as this operator has them in this launch: everything that names a key asks here."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from textual.binding import Binding, BindingsMap
from textual.keys import Keys, _character_to_key

from launchpad.model.definition import Definition
from screens.keys import BINDINGS, DIALOGS, LEAVE, OF_DIALOGS, OF_LISTS, told
from screens.render.scene import OF_ACTION

Chosen = Mapping[str, tuple[str, ...]]
"""Id of a binding → its keys."""

USUAL: Chosen = {b.id or "": tuple(b.key.split(",")) for b in (*BINDINGS, *OF_LISTS, *OF_DIALOGS)}
_KEPT = {binding.id or "" for binding in (*OF_LISTS, *OF_DIALOGS)}
"""What must have a key, for the palette does not offer it."""
_WITHIN = [{binding.id or "" for binding in keys} for keys in DIALOGS.values()]
"""The bindings of each kind of dialog, which hears no others."""
_NAMED = {key.value for key in Keys} | {"space"}


class Keymap(NamedTuple):
    """Keys without a clash."""

    chosen: Chosen
    complaint: str = ""
    """Why a wish was not heeded; empty if all were."""

    @property
    def shown(self) -> dict[str, str]:
        """Id → the first key as an operator reads it; without those that have none."""
        return {name: told(keys[0]) for name, keys in self.chosen.items() if keys}

    def bindings(self, definition: Definition) -> BindingsMap:
        """What the application listens to."""
        listening = [_with(b, keys) for b in BINDINGS if (keys := self.chosen[b.id or ""])]
        own = {name: self.chosen.get(OF_ACTION + name) for name in definition.actions}
        listening += [
            Binding(",".join(keys), f"run('{name}')", name, id=OF_ACTION + name)
            for name, keys in own.items()
            if keys
        ]
        return BindingsMap(listening)

    @property
    def brought_along(self) -> dict[str, str]:
        """What Textual has to change in the bindings that lists and dialogs bring along."""
        changed = {b.id or "": self.chosen[b.id or ""] for b in (*OF_LISTS, *OF_DIALOGS)}
        return {name: ",".join(keys) for name, keys in changed.items() if keys != USUAL[name]}


def keymap(wishes: Mapping[str, str], definition: Definition) -> Keymap:
    """The keys for a launch. `wishes` are of the operator: id → keys, parted by commas, or nothing.

    A wish that can't be, or two that clash, leave all keys as they come, with a complaint; one that takes
    the key of an action of this launch is left out alone, for another launch may have other actions.
    """
    actions = {OF_ACTION + name: (a.key,) for name, a in definition.actions.items() if a.key}
    try:
        wanted = {name: _keys(name, text) for name, text in wishes.items()}
        chosen = {**USUAL, **{name: keys for name, keys in wanted.items() if name in USUAL}}
        _check(chosen)
    except ValueError as error:
        return Keymap({**USUAL, **actions}, f"{error}; all keys are the usual ones")
    complaints = []
    for name, usual in actions.items():
        keys = wanted.get(name, usual)
        if name in wanted and (other := _owner(chosen, keys)):
            complaints.append(f"{told(keys[0])} is {other} already; {name} keeps its own key")
            keys = usual
        if other := _owner(chosen, keys):
            complaints.append(f"{told(keys[0])} is {name} in this launch; {other} keeps its own key")
            chosen[other] = USUAL.get(other, ())
        chosen[name] = keys
    try:
        _check(chosen)
    except ValueError as error:
        return Keymap({**USUAL, **actions}, f"{error}; all keys are the usual ones")
    return Keymap(chosen, "; ".join(complaints))


def _keys(name: str, text: str) -> tuple[str, ...]:
    """What a wish says. Raises ValueError for what no keyboard has, and for a name that nothing has."""
    if name not in USUAL and not name.startswith(OF_ACTION):
        near = get_close_matches(name, list(USUAL), 1)
        raise ValueError(f"no key is called {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    keys = [key for key in text.replace(" ", "").split(",") if key]
    keys = [_character_to_key(key) if len(key) == 1 else key.lower() for key in keys]
    for key in keys:
        base = key.rpartition("+")[2]
        if base not in _NAMED and len(told(base)) != 1:
            raise ValueError(f"{name}: there is no key {key!r}")
    if not keys and name in _KEPT:
        raise ValueError(f"{name} can have other keys, not none")
    if name == "question.yes" and not {"enter", "space"}.isdisjoint(keys):
        raise ValueError("neither enter nor space can be question.yes: they are pressed too easily")
    return tuple(keys)


def _owner(chosen: Chosen, keys: Iterable[str]) -> str:
    """Which binding outside dialogs has one of the keys; empty if none has."""
    outside = ((name, theirs) for name, theirs in chosen.items() if not _in_dialogs(name))
    return next((name for name, theirs in outside if set(theirs) & set(keys)), "")


def _in_dialogs(name: str) -> bool:
    return any(name in within for within in _WITHIN)


def _check(chosen: Chosen) -> None:
    """Raises ValueError where two want the same key at the same place."""
    outside = [name for name in chosen if not _in_dialogs(name)]
    for names in (outside, *_WITHIN):
        owner = {} if names is outside else dict.fromkeys(LEAVE.key.split(","), "what leaves every dialog")
        for name in (name for name in chosen if name in names):
            for key in chosen[name]:
                if key in owner:
                    raise ValueError(f"{told(key)} is both {owner[key]} and {name}")
                owner[key] = name


def _with(binding: Binding, keys: tuple[str, ...]) -> Binding:
    return binding if keys == USUAL[binding.id or ""] else binding.with_key(",".join(keys), None)
