"""The report in files: HTML for people, Markdown for what reads text."""

import re
from collections.abc import Sequence
from pathlib import Path

from launchpad.errors import BadInput
from launchpad.report.html import html
from launchpad.report.markdown import markdown
from launchpad.report.sources import report_of
from launchpad.session import Session

_MOST = 1000
"""Reports of one launch in one folder."""


def save(session: Session, folders: Sequence[Path]) -> tuple[Path, Path]:
    """Writes the launch as it stands into the first folder that takes it; where the files are.

    Nothing is overwritten: a second report is called `…-2`. Raises `BadInput` where no folder takes it.
    """
    made = report_of(session)
    texts = {".html": html(made), ".md": markdown(made)}
    stem = re.sub(r"[^\w.-]", "_", session.launch) + "-report"
    why = "there is no folder for it"
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _write(folder, stem, texts)
        except OSError as error:
            why = f"{folder}: {error.strerror}"
    raise BadInput(
        f"the report can't be written: {why}", hint="`launchpad report -o FILE.html` writes it elsewhere"
    )


def _write(folder: Path, stem: str, texts: dict[str, str]) -> tuple[Path, Path]:
    for number in range(1, _MOST):
        name = stem if number == 1 else f"{stem}-{number}"
        paths = [folder / f"{name}{suffix}" for suffix in texts]
        if any(path.exists() or path.is_symlink() for path in paths):
            continue
        for path, text in zip(paths, texts.values(), strict=True):
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        return paths[0], paths[1]
    raise FileExistsError(17, "too many reports lie there already")
