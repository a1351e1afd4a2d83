from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launchpad.model.definition import Definition
from tests.support.shop import Shop
from tests.support.war_room import WarRoom


@pytest.fixture
def war_room(tmp_path: Path) -> Iterator[Callable[[Definition], WarRoom]]:
    yield from _rooms(tmp_path, None)


@pytest.fixture(params=["sqlite", "postgres"])
def war_room_on_either_store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Definition], WarRoom]]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    yield from _rooms(tmp_path, url)


def _rooms(tmp_path: Path, url: str | None) -> Iterator[Callable[[Definition], WarRoom]]:
    opened: list[WarRoom] = []

    def make(definition: Definition, *, launch: str = "acme-4.2.0") -> WarRoom:
        opened.append(WarRoom(tmp_path, definition, url=url, launch=launch))
        return opened[-1]

    yield make
    for room in opened:
        room.close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()
