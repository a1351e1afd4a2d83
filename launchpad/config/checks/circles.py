"""Circles in "a refers to b"."""

from collections.abc import Iterable, Iterator, Mapping


def circles(edges: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Circles as names in their order; every name that lies on one is part of at least one."""
    done: set[str] = set()
    for start in edges:
        trail: list[str] = []
        on_trail: set[str] = set()
        pending = [(start, iter(edges[start]))] if start not in done else []
        while pending:
            name, rest = pending[-1]
            if name not in on_trail:
                trail.append(name)
                on_trail.add(name)
            following = next((n for n in rest if n in edges and n not in done), None)
            if following is None:
                pending.pop()
                on_trail.discard(trail.pop())
                done.add(name)
            elif following in on_trail:
                yield trail[trail.index(following) :]
            else:
                pending.append((following, iter(edges[following])))
