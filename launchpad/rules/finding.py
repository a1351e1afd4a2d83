"""Finding items by what is written behind `/`: words, `team:qa`, `@eva`, `is:overdue`."""

from collections.abc import Callable, Collection, Mapping

from launchpad.model.values import Value
from launchpad.rules.view.items import ItemView

STATES: Mapping[str, Callable[[ItemView], bool]] = {
    "open": lambda item: item.mark not in ("done", "skipped"),
    "done": lambda item: item.mark == "done",
    "failed": lambda item: item.mark == "failed",
    "stale": lambda item: item.mark == "stale",
    "blocked": lambda item: item.mark == "blocked",
    "skipped": lambda item: item.mark == "skipped",
    "overdue": lambda item: item.overdue,
    "required": lambda item: item.state.item.required,
    "automated": lambda item: item.state.item.check is not None,
}
"""What `is:` knows, beside `mine`."""
NOBODY = "-"
"""Behind `team:` and `@`: none."""


class Query(Value):
    """What is looked for, in lower case: each word and each state, one of the teams, one of the people."""

    words: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """What a person has written so far; a mark without anything behind it asks for nothing yet."""
    found: dict[str, list[str]] = {"words": [], "teams": [], "people": [], "states": []}
    for word in text.lower().split():
        kind, value = _read(word)
        if value:
            found[kind].append(value)
    return Query(**{kind: tuple(values) for kind, values in found.items()})


def _read(word: str) -> tuple[str, str]:
    for mark, kind in (("team:", "teams"), ("is:", "states"), ("@", "people")):
        if word.startswith(mark):
            return kind, word.removeprefix(mark)
    return "words", word


def finder(
    query: Query,
    items: Collection[ItemView],
    *,
    said: Callable[[ItemView], str],
    mine: Callable[[ItemView], bool],
    me: str,
) -> Callable[[ItemView], bool]:
    """Whether an item is meant. `said` is what its words are looked for in, `me` who `@me` is.

    A name that is no team, or nobody's, stands for all that begin so: it may not be written to its end.
    """
    team_names = {_team(item) for item in items}
    person_names = {_person(item) for item in items}
    people = tuple(me.lower() if name == "me" else name for name in query.people)
    asked = [_states(state, mine) for state in query.states]

    def meant(item: ItemView) -> bool:
        return (
            (not query.teams or _named(_team(item), query.teams, team_names))
            and (not people or _named(_person(item), people, person_names))
            and all(any(holds(item) for holds in states) for states in asked)
            and (not query.words or _says(said(item).lower(), query.words))
        )

    return meant


def _says(text: str, words: Collection[str]) -> bool:
    return all(word in text for word in words)


def _team(item: ItemView) -> str:
    return (item.state.item.team or NOBODY).lower()


def _person(item: ItemView) -> str:
    return (item.state.assignee or NOBODY).lower()


def _named(name: str, asked: Collection[str], known: Collection[str]) -> bool:
    return any(name == one or (one not in (*known, NOBODY) and name.startswith(one)) for one in asked)


def _states(asked: str, mine: Callable[[ItemView], bool]) -> list[Callable[[ItemView], bool]]:
    """The states of that name, or those that begin so."""
    known = {**STATES, "mine": mine}
    return [known[asked]] if asked in known else [known[name] for name in known if name.startswith(asked)]
