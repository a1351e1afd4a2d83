"""Hosts of a made-up network: network namespaces, each on a cable of its own to this machine. Needs root."""

import secrets
import subprocess
from collections.abc import Sequence


class Host:
    """A network of its own that reaches this machine at `here`, and nothing else."""

    def __init__(self, number: int) -> None:
        self.name = f"lp{secrets.token_hex(3)}"
        self._cable = f"{self.name}c"
        # 198.18.0.0/15 is for tests of networks (RFC 2544).
        self.here, self.there = f"198.18.{number}.1", f"198.18.{number}.2"
        for command in (
            f"netns add {self.name}",
            f"link add {self._cable} type veth peer name eth0 netns {self.name}",
            f"address add {self.here}/30 dev {self._cable}",
            f"link set {self._cable} up",
            f"-n {self.name} address add {self.there}/30 dev eth0",
            f"-n {self.name} link set eth0 up",
            f"-n {self.name} link set lo up",
        ):
            _ip(command)

    def argv(self, *argv: str) -> list[str]:
        """The command that runs `argv` on this host."""
        return ["ip", "netns", "exec", self.name, *argv]

    def unplug(self) -> None:
        """Packets go nowhere and nobody is told, as when a switch dies."""
        _ip(f"link set {self._cable} down")

    def plug(self) -> None:
        _ip(f"link set {self._cable} up")

    def close(self) -> None:
        _ip(f"netns delete {self.name}")


def _ip(command: str) -> None:
    argv: Sequence[str] = ["ip", *command.split()]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
