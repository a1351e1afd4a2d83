"""What every store must do. Inherit `StoreBehaviour` in a pytest module and say where the store lies:

    class TestMyStore(StoreBehaviour):
        @pytest.fixture
        def url(self, tmp_path):
            return f"mystore://{tmp_path}"

        def execute(self, url, *statements): ...

        def tamper(self, url, *statements): ...

For asserts that explain themselves, have pytest rewrite `launchpad.testing` before importing this.
"""

from collections.abc import Callable, Iterator

import pytest

from launchpad.model.store import Store
from launchpad.store import open_store
from launchpad.testing.beside_behaviour import BesideBehaviour
from launchpad.testing.journal_behaviour import JournalBehaviour
from launchpad.testing.verify_behaviour import VerifyBehaviour


class StoreBehaviour(JournalBehaviour, VerifyBehaviour, BesideBehaviour):
    """The suite. Each test gets a `url` of its own and an open `store` there."""

    @pytest.fixture
    def url(self) -> str:
        """Where an empty store can be made."""
        raise NotImplementedError

    @pytest.fixture
    def open_again(self, url: str) -> Iterator[Callable[[], Store]]:
        """Opens the same store once more, as another process would."""
        opened: list[Store] = []

        def again() -> Store:
            opened.append(open_store(url))
            return opened[-1]

        yield again
        for store in opened:
            store.close()

    @pytest.fixture
    def store(self, open_again: Callable[[], Store]) -> Store:
        return open_again()
