from collections.abc import Iterator

import pytest

from tests.support.pager import HttpPager, MailServer, Slack


@pytest.fixture
def slack() -> Iterator[Slack]:
    server = Slack()
    yield server
    server.close()


@pytest.fixture
def hook() -> Iterator[HttpPager]:
    server = HttpPager()
    yield server
    server.close()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()
