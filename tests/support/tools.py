"""Programs from outside that some tests drive: their absence is skipped loudly, or is an error."""

import os
import shutil
from typing import NoReturn

import pytest

REQUIRE_ALL = "LAUNCHPAD_REQUIRE_ALL"
"""Set to 1 (as CI does), this environment variable turns a skip for a missing program into a failure."""

_PACKAGES = {
    "gpg": "gnupg",
    "initdb": "postgresql",
    "ip": "iproute2",
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshd": "openssh-server",
    "systemd-analyze": "systemd",
    "unshare": "util-linux",
}
"""The package that brings a program, where it is not called like the program."""


def lacking(what: str) -> NoReturn:
    """Skip the running test, or fail it under LAUNCHPAD_REQUIRE_ALL=1; `what` says what to install."""
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{what} ({REQUIRE_ALL}=1)", pytrace=False)
    pytest.skip(what)


def require(*programs: str) -> None:
    """Go on only where every program is on PATH."""
    for program in programs:
        if shutil.which(program) is None:
            lacking(f"{program} is not here: install {_PACKAGES.get(program, program)}")
