"""OpenSSH's own server on loopback, as whoever runs the tests."""

import contextlib
import os
import pwd
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.war_room import until

# As in docs/war-room.md, and no more than the paths of a test.
_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {base}/host_key
PidFile none
AuthorizedKeysFile {base}/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitUserEnvironment no
PermitUserRC no
DisableForwarding yes
PermitTunnel no
AcceptEnv COLORTERM NO_COLOR LANG LC_*
{more}
"""


@contextlib.contextmanager
def sshd(base: Path, keys: str, *, more: str = "") -> Iterator[int]:
    """Serves on the port that it gives; `keys` is the authorized-keys file, `more` goes into the settings."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", base / "host_key"], check=True)
    (base / "authorized_keys").write_text(keys)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # root's server locks its helper up there
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (base / "sshd_config").write_text(_CONFIG.format(base=base, port=port, more=more))
    program = subprocess.check_output(["sh", "-c", "command -v sshd"], text=True).strip()
    with (base / "sshd.log").open("wb") as log:
        server = subprocess.Popen([program, "-D", "-e", "-f", base / "sshd_config"], stderr=log)
    try:

        def listens() -> bool:
            assert server.poll() is None, (base / "sshd.log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(listens, what="sshd to listen")
        yield port
    finally:
        server.terminate()
        server.wait(20)


def ssh(key: Path, port: int, *before: str, words: Sequence[str] = ()) -> list[str]:
    """The command by which whoever runs the tests connects."""
    options = (
        "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", f"IdentityFile={key}", f"Port={port}",
        f"User={pwd.getpwuid(os.geteuid()).pw_name}",
    )  # fmt: skip
    given = (part for option in options for part in ("-o", option))
    return ["ssh", "-F", "none", *given, *before, "127.0.0.1", *words]
