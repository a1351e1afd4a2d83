"""Finding by what is written behind `/`: words, `!words`; of items also `team:qa`, `@eva`, `is:overdue`."""

from collections.abc import Callable, Collection, Mapping

from launchpad.model.values import Value
from launchpad.rules.view.items import ItemView

STATES: Mapping[str, Callable[[ItemView], bool]] = {
    "open": lambda item: not item.finished,
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
    unwanted: tuple[str, ...] = ()
    """Words that must not occur."""


def parse(text: str) -> Query:
    """What a person has written so far; a mark without anything behind it asks for nothing yet."""
    found: dict[str, list[str]] = {"words": [], "teams": [], "people": [], "states": [], "unwanted": []}
    for word in text.lower().split():
        kind, value = _read(word)
        if value:
            found[kind].append(value)
    return Query(**{kind: tuple(values) for kind, values in found.items()})


def _read(word: str) -> tuple[str, str]:
    for mark, kind in (("team:", "teams"), ("is:", "states"), ("@", "people"), ("!", "unwanted")):
        if word.startswith(mark):
            return kind, word.removeprefix(mark)
    return "words", word


def worded(text: str) -> Callable[[str], bool]:
    """Whether something said has every word of `text` in it, and none that follows a `!`."""
    words = text.lower().split()
    wanted = [word for word in words if not word.startswith("!")]
    unwanted = [word[1:] for word in words if word.startswith("!") and len(word) > 1]
    return lambda said: _says(said.lower(), wanted, unwanted)


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
    # Only what is asked for is looked at: hundreds of items pass here with every letter.
    tests: list[Callable[[ItemView], bool]] = []
    if query.teams:
        team_names = {_team(item) for item in items}
        tests.append(lambda item: _named(_team(item), query.teams, team_names))
    if query.people:
        people = tuple(me.lower() if name == "me" else name for name in query.people)
        person_names = {_person(item) for item in items}
        tests.append(lambda item: _named(_person(item), people, person_names))
    if query.states:
        asked = [_states(state, mine) for state in query.states]
        tests.append(lambda item: all(any(holds(item) for holds in states) for states in asked))
    if query.words or query.unwanted:
        tests.append(lambda item: _says(said(item).lower(), query.words, query.unwanted))
    return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)


def _says(text: str, words: Collection[str], unwanted: Collection[str]) -> bool:
    # No generators: this is the inmost loop of a filter.
    for word in words:
        if word not in text:
            return False
    for word in unwanted:  # noqa: SIM110
        if word in text:
            return False
    return True


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
