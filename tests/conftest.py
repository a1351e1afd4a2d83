"""Fixtures and markers of every area."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from pytest_textual_snapshot import SVGImageExtension

from tests.support.postgres import Cluster, throwaway_cluster
from tests.support.rest import until_at_rest
from tests.support.tools import require

pytest.register_assert_rewrite("launchpad.testing")

# The plugin names its files for an older syrupy; without this they would be called .raw.
SVGImageExtension.file_extension = "svg"

# How long an example takes says more about the machine's load than about the code.
settings.register_profile("launchpad", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("launchpad")


def pytest_configure() -> None:
    """A suite that runs in the background, or under `nohup`, ignores what a terminal's keys send, and all
    that it starts would inherit that: what is caught here instead is heeded there.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever drives a program from outside is slow, marked so or not.

    A slow test has a second try, named and counted at the end: it depends on what else the machine does.
    """
    for item in items:
        if "postgres_cluster" in getattr(item, "fixturenames", ()) or item.get_closest_marker("needs"):
            item.add_marker("slow")
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `needs("ssh", "tmux")` where such a program is missing.

    A second try waits for a machine at rest: at once, it would fail by what the first one failed by.
    """
    if getattr(item, "execution_count", 1) > 1:
        until_at_rest()
    for marker in item.iter_markers("needs"):
        require(*marker.args)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test run."""
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The superuser's URL of this test run's PostgreSQL server."""
    return postgres_cluster.url


@pytest.fixture
def postgres_database(postgres_cluster: Cluster) -> Iterator[str]:
    """The URL of an empty database of this test alone."""
    with postgres_cluster.database() as url:
        yield url
