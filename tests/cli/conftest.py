"""A command line of its own for each test."""

from collections.abc import Iterator

import pytest

from tests.support.cli import Cli


@pytest.fixture
def cli(tmp_path) -> Iterator[Cli]:
    """An empty folder and state directory."""
    shell = Cli(tmp_path)
    yield shell
    shell.close()


@pytest.fixture
def opened(cli) -> Cli:
    """A folder whose launch is open; no engine runs."""
    cli.open()
    return cli
