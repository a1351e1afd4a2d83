"""Hosts of a made-up network: network namespaces, each on a cable of its own to this machine. Needs root."""

import secrets
import subprocess

from tests.support.tools import lacking


class Host:
    """A network of its own that reaches this machine at `here`, and nothing else."""

    def __init__(self) -> None:
        self.name = f"lp{secrets.token_hex(3)}"
        self._cable = f"{self.name}c"
        # 198.18.0.0/15 is for tests of networks (RFC 2544); others may run beside these.
        net = f"198.{18 + secrets.randbelow(2)}.{secrets.randbelow(256)}"
        fourth = 4 * secrets.randbelow(64)
        self.here, self.there = f"{net}.{fourth + 1}", f"{net}.{fourth + 2}"
        self._filtered = False
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

    def processes(self) -> list[int]:
        """Those that run on this host."""
        return [int(pid) for pid in _ip(f"netns pids {self.name}").split()]

    def unplug(self) -> None:
        """The cable has no signal, as when a switch dies."""
        _ip(f"link set {self._cable} down")

    def plug(self) -> None:
        _ip(f"link set {self._cable} up")

    def silence(self) -> None:
        """The cable looks whole, and packets get lost on it in both directions: nobody is told."""
        self._filtered = True
        self._filter("-I")

    def hear(self) -> None:
        """Ends the silence."""
        self._filtered = False
        self._filter("-D")

    def _filter(self, change: str) -> None:
        for way in (("INPUT", "-i"), ("OUTPUT", "-o")):
            argv = ["iptables", "-w", "20", change, *way, self._cable, "-j", "DROP"]
            done = subprocess.run(argv, capture_output=True, text=True)
            if done.returncode:
                lacking(f"this machine filters no packets: {done.stderr.strip()}")

    def close(self) -> None:
        if self._filtered:
            self.hear()
        _ip(f"netns delete {self.name}")


def _ip(command: str) -> str:
    argv = ["ip", *command.split()]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout
