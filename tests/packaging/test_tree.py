"""What the tracked files must not hold."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.tools import lacking

TOP = Path(__file__).parents[2]
REGISTRY = re.compile(rb"\b(pypi|pythonhosted|npmjs|debian|testpypi)\.(org|com)\b")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if shutil.which("git") is None or not (TOP / ".git").exists():
        lacking("not a git checkout: the tracked files can't be listed")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True, timeout=30)
    return [path for name in listed.stdout.decode().split("\0") if name and (path := TOP / name).is_file()]


def test_no_tracked_file_names_a_package_registry(tracked):
    assert [path for path in tracked if REGISTRY.search(path.read_bytes())] == []


def test_the_pattern_finds_a_registry():
    assert REGISTRY.search(b"https://" + b"pypi" + b".org/simple")


def test_the_lock_pins_everything_by_hash_and_names_no_place():
    lock = (TOP / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^\s*-(-index|-extra|-find|i |f |e )", lock, re.MULTILINE)
    pins = re.findall(r"^(\S+==\S+).*\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", lock, re.MULTILINE)
    requirements = re.findall(r"^[a-z0-9].*", lock, re.MULTILINE)
    assert len(pins) == len(requirements) > 0
