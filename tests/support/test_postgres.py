import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

TOP = Path(__file__).parents[2]


def test_each_test_has_an_empty_durable_database(postgres_cluster):
    for _ in range(2):
        with postgres_cluster.database() as url, psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE proof (id int)")
            assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_database_is_dropped_under_open_sessions(postgres_cluster):
    with postgres_cluster.database() as url:
        connection = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError), connection:
        connection.execute("SELECT 1")


@pytest.mark.slow
def test_the_server_ends_with_killed_tests(postgres_cluster):
    """`postgres_cluster` is asked for so that a machine without PostgreSQL skips this too."""
    script = (
        "import time\n"
        "from tests.support.postgres import throwaway_cluster\n"
        "with throwaway_cluster() as cluster: print(cluster.url, cluster.home, flush=True); time.sleep(60)\n"
    )
    tests = subprocess.Popen([sys.executable, "-c", script], cwd=TOP, stdout=subprocess.PIPE, text=True)
    with tests:
        assert tests.stdout is not None
        url, home = tests.stdout.readline().split()
        psycopg.connect(url).close()
        os.kill(tests.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (Path(home) / "data" / "postmaster.pid").exists():
        assert time.monotonic() < deadline, "the server outlived the tests that started it"
        time.sleep(0.05)
    shutil.rmtree(home)
