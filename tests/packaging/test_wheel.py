"""What users install: the wheel's and the sdist's contents, and the command run from elsewhere."""

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import launchpad
from launchpad.wiring import OWN_FACES

pytestmark = pytest.mark.slow

TOP = Path(__file__).parents[2]
PACKAGES = ("launchpad", "screens", "checklists")


def run(*argv: str | Path, cwd: Path) -> str:
    """The output of a command, without this run's own Python settings; a failure shows what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, f"{argv} exited {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def package_files() -> set[str]:
    """Every file of the three packages, data included, whatever version control thinks of it."""
    return {
        path.relative_to(TOP).as_posix()
        for package in PACKAGES
        for path in (TOP / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", out, cwd=TOP)
    return next(out.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory) -> Path:
    """The wheel as an index would build it: from the sdist, so that the sdist is known to be whole."""
    source = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(source, filter="data")
    out = tmp_path_factory.mktemp("wheel")
    unpacked = next(source.iterdir())
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", out, cwd=unpacked)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The bin folder of a fresh environment with the wheel; its dependencies are this environment's own."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    run(
        sys.executable,
        *("-m", "pip", "--python", python, "install"),
        *("--quiet", "--no-index", "--no-deps", wheel),
        cwd=home,
    )
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    # .pth files inside a folder named by a .pth file are not read, so the editable checkout stays out.
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return home / "bin"


def test_the_wheel_holds_every_file_of_the_three_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    metadata = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    assert package_files() == names - metadata
    assert any(name.endswith("/licenses/LICENSE") for name in metadata)


def test_the_sdist_holds_what_building_and_testing_need(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert package_files() <= names
    others = {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "SECURITY.md",
        "config.example.yaml",
        "pyproject.toml",
        "requirements.lock",
        "tests/conftest.py",
        "tests/packaging/test_wheel.py",
    }
    assert others <= names


def test_the_installed_command_runs_from_another_directory(installed, tmp_path):
    (tmp_path / "checklists").mkdir()  # a user's own folder of that name must not stand before ours
    assert launchpad.__version__ in run(installed / "launchpad", "--version", cwd=tmp_path)
    where = run(
        installed / "python",
        "-c",
        "import launchpad, screens, checklists\nfor p in launchpad, screens, checklists: print(p.__file__)",
        cwd=tmp_path,
    )
    for line in where.splitlines():
        assert Path(line).is_relative_to(installed.parent)


def test_an_installed_user_gets_the_example(installed, tmp_path):
    run(installed / "launchpad", "init", "--example", cwd=tmp_path)
    assert (TOP / "config.example.yaml").read_bytes() == (tmp_path / "launchpad.yaml").read_bytes()


@pytest.mark.parametrize("group", ["console_scripts", "launchpad.faces", "launchpad.providers"])
def test_every_entry_point_loads(group):
    entries = importlib.metadata.distribution("launchpad-tui").entry_points.select(group=group)
    assert entries
    for entry in entries:
        assert callable(entry.load())


def test_our_own_faces_are_known_without_asking():
    entries = importlib.metadata.distribution("launchpad-tui").entry_points.select(group="launchpad.faces")
    assert {entry.name: entry.value for entry in entries} == OWN_FACES


def test_the_metadata_says_the_version():
    assert launchpad.__version__ == importlib.metadata.version("launchpad-tui")
