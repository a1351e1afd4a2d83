import gc
from collections.abc import Iterator

import pytest

from launchpad import garbage


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def searches_while(count: int) -> int:
    """How often garbage is looked for while so many objects are made that stay."""
    begun: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            begun.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    try:
        kept = [[n] for n in range(count)]
    finally:
        gc.callbacks.remove(note)
    assert len(kept) == count
    return len(begun)


def test_garbage_is_not_looked_for_while_a_program_starts() -> None:
    garbage.put_off()
    assert searches_while(200_000) == 0


def test_later_it_is_looked_for_but_not_among_what_was_there_by_then() -> None:
    garbage.put_off()
    there = [[n] for n in range(1000)]
    garbage.settle()
    assert gc.get_freeze_count() >= len(there)
    assert searches_while(200_000) >= 1
    assert not any(each is there for each in gc.get_objects())
