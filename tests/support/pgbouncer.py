"""PgBouncer in transaction mode before a database, as many managed PostgreSQL services have it."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from tests.support.war_room import until

_CONFIG = """\
[databases]
launches = host={host} port={port} dbname={dbname} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
pool_mode = transaction
default_pool_size = 4
unix_socket_dir =
"""


@contextlib.contextmanager
def pooled(url: str) -> Iterator[str]:
    """The URL of the same database behind a pooler that gives every transaction another session."""
    home = Path(tempfile.mkdtemp(prefix="lp-pgb-", dir="/tmp"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = int(free.getsockname()[1])
    (home / "pgbouncer.ini").write_text(_CONFIG.format(listen=listen, **conninfo_to_dict(url)))
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # pgbouncer refuses root
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for path in (home, home / "pgbouncer.ini"):
            shutil.chown(path, "postgres", "postgres")
    with (home / "log").open("wb") as log:
        pooler = subprocess.Popen(["pgbouncer", home / "pgbouncer.ini"], stdout=log, stderr=log, **as_user)
    try:

        def listens() -> bool:
            assert pooler.poll() is None, (home / "log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", listen)) == 0

        until(listens, what="pgbouncer to listen")
        yield f"postgresql://anybody@127.0.0.1:{listen}/launches"
    finally:
        pooler.terminate()
        pooler.wait(20)
        shutil.rmtree(home)
