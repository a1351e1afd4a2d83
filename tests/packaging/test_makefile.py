"""The commands of the Makefile."""

import subprocess
from pathlib import Path

TOP = Path(__file__).parents[2]


def test_clean_removes_every_folder_that_git_ignores_but_the_environment():
    recipe = subprocess.run(
        ["make", "-n", "clean"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout.split()
    ignored = (TOP / ".gitignore").read_text().splitlines()
    folders = {line.strip("/") for line in ignored if line.startswith("/") and line.endswith("/")}
    assert folders - {".venv"} <= set(recipe)
