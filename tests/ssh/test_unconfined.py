"""A seat that its kernel does not confine, though it could."""

import subprocess
import sys

import pytest

from launchpad.ssh.confinement import Confinement

_MOST = 16
"""Times that Landlock confines a process, landlock(7)."""
_SEAT = f"""
from launchpad.errors import Refused
from launchpad.ssh.confinement import Confinement
for _ in range({_MOST}):
    assert Confinement().enter()
try:
    Confinement().enter()
except Refused as error:
    print(error)
"""


@pytest.mark.skipif(Confinement().version < 1, reason="this kernel has no Landlock")
def test_nobody_is_let_into_it():
    done = subprocess.run([sys.executable, "-c", _SEAT], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("this seat can't be confined: Argument list too long; ")
