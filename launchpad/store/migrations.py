"""The schema's versions: numbered files `sql/<dialect>/NNNN_*.sql`, applied in order, each once."""

from pathlib import Path

from launchpad.errors import BadInput

CREATE_TABLE = (
    "CREATE TABLE IF NOT EXISTS lp_schema (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)"
)
VERSION = "SELECT max(version) FROM lp_schema"
APPLIED = "INSERT INTO lp_schema VALUES ({version}, {now})"


def scripts(dialect: str) -> dict[int, str]:
    """Each version and the script that leads to it, in order."""
    # Every command opens a store, and importlib.resources takes longer to import than that.
    folder = Path(__file__).parent / "sql" / dialect
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return {int(name.partition("_")[0]): (folder / name).read_text(encoding="utf-8") for name in names}


def missing(dialect: str, version: int, where: str) -> dict[int, str]:
    """What has to be applied to a store of `version`. Raises `BadInput` for one of a later Launchpad."""
    known = scripts(dialect)
    if version > max(known):
        raise BadInput(
            f"{where} was written by a later Launchpad (schema {version}, this one knows {max(known)})",
            hint="update Launchpad",
        )
    return {number: script for number, script in known.items() if number > version}
