from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from launchpad.model.store import Store


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Opens stores and closes them at the end."""
    from launchpad.store import open_store

    with ExitStack() as stack:
        yield lambda url: stack.enter_context(closing(open_store(url)))
