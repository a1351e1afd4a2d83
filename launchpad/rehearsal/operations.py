"""The deploy scripts of a rehearsal, as a team would have them: programs that print and take a while.

`python -m launchpad.rehearsal.operations backup | deploy VERSION | rollback | smoke URL VERSION`, run in
the rehearsal's directory. They end when that directory is gone.
"""

import gzip
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from launchpad.rehearsal.database import NAME, client
from launchpad.rehearsal.files import DATABASE, LEDGER, ORDERS, PACE, RELEASE, SERVICE

_BEFORE = "release.before.json"
_FAILED = "deploy.failed"
_SCRATCH = "scratch"
_DATABASE_WITHIN = 20.0
"""Seconds that the database may take to come up."""
_SERVERS = ("web-1", "web-2", "web-3", "web-4")
_LEAST = 0.3
"""Fewest seconds that something takes, at whatever pace: so that there is a middle to disturb."""


def backup() -> None:
    """Copies the orders and reads the copy back, from the database where there is one."""
    if folder := _database():
        _dump(folder)
    else:
        _copy()


def _database() -> str:
    """The folder of the database's programs, once it is up; empty if there is none."""
    deadline = time.monotonic() + _DATABASE_WITHIN
    while not Path(DATABASE).exists() and time.monotonic() < deadline:
        _take(0.0)
    return Path(DATABASE).read_text(encoding="utf-8") if Path(DATABASE).exists() else ""


def _dump(folder: str) -> None:
    """With PostgreSQL's own programs; restored into a scratch database, and compared."""
    here, programs = Path.cwd(), Path(folder)
    target = Path("backups") / f"orders-{time.strftime('%H%M%S')}.dump"
    target.parent.mkdir(exist_ok=True)
    sums = ("-At", "-c", "select count(*), sum(total) from orders", "-d")
    try:
        before = client(programs, here, "psql", *sums, NAME)
        _say(f"pg_dump of {NAME}, {before.partition('|')[0]} orders, to {target}")
        client(programs, here, "pg_dump", "--format=custom", f"--file={target}", NAME)
        _take(1.5)
        client(programs, here, "createdb", _SCRATCH)
        client(programs, here, "pg_restore", "--exit-on-error", "-d", _SCRATCH, str(target))
        after = client(programs, here, "psql", *sums, _SCRATCH)
        client(programs, here, "dropdb", _SCRATCH)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(error.cmd[0]).name}: {error.stderr.strip()}")
    if after != before:
        sys.exit("the restored database differs from what was dumped")
    _say("restored into a scratch database: every order is there")


def _copy() -> None:
    orders = Path(ORDERS).read_bytes()
    target = Path("backups") / f"orders-{time.strftime('%H%M%S')}.json.gz"
    target.parent.mkdir(exist_ok=True)
    _say(f"copying {len(json.loads(orders))} orders to {target}")
    with gzip.open(target, "wb") as file:
        file.write(orders)
    _take(1.5)
    with gzip.open(target, "rb") as file:
        same = file.read() == orders
    _take(0.5)
    if not same:
        sys.exit("the copy differs from what was copied")
    _say("read back: every order is there")


def deploy(version: str) -> None:
    """Puts a version on every server, then lets it serve."""
    current = Path(RELEASE).read_text(encoding="utf-8")
    if json.loads(current)["version"] == version:
        _say(f"{version} is live already")
        return
    _say(f"fetching the build {version}")
    _take(1.0)
    for server in _SERVERS:
        if server == _SERVERS[1] and _fails_once():
            sys.exit(f"{server}: {version} does not start: no space left on device")
        _say(f"{server}: {version} unpacked, started, healthy")
        _take(1.0)
    _replace(_BEFORE, current)
    _replace(RELEASE, json.dumps({"version": version}))
    _say(f"all {len(_SERVERS)} servers serve {version}")


def rollback() -> None:
    """Puts the version before back."""
    before = Path(_BEFORE)
    if not before.exists():
        _say("nothing was deployed: the version before is live")
        return
    version = json.loads(before.read_text(encoding="utf-8"))["version"]
    for server in _SERVERS:
        _say(f"{server}: back to {version}")
        _take(0.4)
    _replace(RELEASE, before.read_text(encoding="utf-8"))
    before.unlink()
    _say(f"{version} serves again")


def smoke(url: str, version: str) -> None:
    """Looks whether the home page is that of the version; a slow start is given some patience."""
    deadline = time.monotonic() + 10
    while True:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # the rehearsal's own product
            page = answer.read().decode()
        if f"Acme {version}" in page:
            _say(f"the home page is {version}'s")
            return
        if time.monotonic() > deadline:
            sys.exit(f"the home page is not {version}'s")
        _take(0.5)


def _fails_once() -> bool:
    """Whether this deploy is the one that is to fail."""
    if json.loads(Path(SERVICE).read_bytes()).get("deploy") != "fails-once" or Path(_FAILED).exists():
        return False
    Path(_FAILED).touch()
    return True


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _take(seconds: float) -> None:
    """Takes its time; ends with the rehearsal."""
    time.sleep(max(_LEAST, seconds / float(Path(PACE).read_text(encoding="utf-8"))))
    if not Path(RELEASE).exists():
        sys.exit("the rehearsal is over")


def _replace(name: str, text: str) -> None:
    """Writes a file whole or not at all."""
    draft = Path(f"{name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(name)


def main(name: str, *args: str) -> None:
    """Notes that the operation begins, and carries it out."""
    operations: dict[str, Callable[..., None]] = {
        "backup": backup,
        "deploy": deploy,
        "rollback": rollback,
        "smoke": smoke,
    }
    with Path(LEDGER).open("a", encoding="utf-8") as ledger:
        ledger.write(f"{name} {os.environ.get('LAUNCHPAD_NONCE', 'by-hand')}\n")
    operations[name](*args)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except FileNotFoundError:
        sys.exit("the rehearsal is over")
