"""A tool that migrates, as teams have one: `migrator.py DIRECTORY status | plan | up | down VERSION`.

Its database is the file `version`; `pending` there lists what comes, `seconds` how long a migration takes,
`mode` how the tool misbehaves. Every mutation is noted in `record`.
"""

import json
import sys
import time
from pathlib import Path

ALL = ["40_users", "41_orders", "42_index", {"name": "43_drop_notes", "destructive": True}]


def name(one: object) -> str:
    return one["name"] if isinstance(one, dict) else str(one)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(directory: str, verb: str, *arguments: str) -> None:
    base = Path(directory)
    mode = (base / "mode").read_text() if (base / "mode").exists() else ""
    last = (base / "last").read_text() if (base / "last").exists() else "42_index"
    version = (base / "version").read_text()
    names = [name(one) for one in ALL]
    pending = ALL[names.index(version) + 1 : names.index(last) + 1]
    if verb == "status":
        if mode == "mute":
            sys.exit("the database is away")
        say("asking the database")
        say(json.dumps({"version": version, "pending": pending}))
        return
    if verb == "plan":
        say(f"-- would apply {len(pending)}\nCREATE INDEX orders_by_day;")
        sys.exit(3 if mode == "dry" else 0)
    with (base / "record").open("a") as record:
        record.write(f"{verb}\n")
    say(f"{verb} begins")
    if (base / "seconds").exists():
        time.sleep(float((base / "seconds").read_text()))
    if mode == "lies":
        return
    if mode == "half":
        (base / "version").write_text(name(pending[0]))
        sys.exit("syntax error in the second one")
    (base / "version").write_text(arguments[0] if verb == "down" else last)


if __name__ == "__main__":
    main(*sys.argv[1:])
