"""A store that rolls a release out, as a team's own scripts would drive it: its state lies in files.

`record` gets a line for every mutation that it was asked for. Files make it misbehave: `slow` (seconds before
it acts), `ignore` (takes everything and does nothing), `refuse`, `down` (does not say how things stand).
"""

import json
from pathlib import Path
from typing import Any

from launchpad.model.definition import (
    CommandSignal,
    Definition,
    KeepGuard,
    Launch,
    Objective,
    Provider,
    Rollout,
    RolloutStage,
    Threshold,
)
from launchpad.model.values import Quantity
from tests.support.war_room import PEOPLE

SCRIPT = """\
#!/bin/sh
cd "$(dirname "$0")" || exit 9
if [ "$1" = read ]; then
    [ -e down ] && { echo "the store is down"; exit 3; }
    cat share
    exit
fi
echo "$* begins"
echo "$1${2:+-$2} $LAUNCHPAD_NONCE" >> record
[ -e slow ] && sleep "$(cat slow)"
[ -e refuse ] && { echo "not now"; exit 1; }
[ -e ignore ] && exit 0
percent=$(sed 's/.*"percent": \\([0-9.]*\\).*/\\1/' share)
case $1 in
    set) state=rolling percent=$2 ;;
    halt) state=halted ;;
    resume) state=rolling ;;
    complete) state=complete percent=100 ;;
esac
echo "{\\"state\\": \\"$state\\", \\"percent\\": $percent, \\"users\\": 120000}" > share.new
mv share.new share
echo "$* ends"
"""


class AppStore:
    def __init__(self, base: Path, percent: float = 10.0) -> None:
        self.base = base
        script = base / "store"
        script.write_text(SCRIPT)
        script.chmod(0o700)
        self.becomes("rolling", percent)
        self.healthy(True)

    def becomes(self, state: str, percent: float) -> None:
        """Somebody changes it past Launchpad."""
        fresh = self.base / "outside.new"
        fresh.write_text(json.dumps({"state": state, "percent": percent, "users": 120000}))
        fresh.rename(self.base / "share")

    @property
    def state(self) -> tuple[str, float]:
        said = json.loads((self.base / "share").read_text())
        return said["state"], said["percent"]

    def healthy(self, yes: bool) -> None:
        """Whether the probe finds the release well."""
        mark = self.base / "well"
        mark.touch() if yes else mark.unlink(missing_ok=True)

    def misbehaves(self, how: str, text: str = "") -> None:
        (self.base / how).write_text(text)

    def behaves(self, how: str) -> None:
        (self.base / how).unlink()


def rollout_launch(**of_rollout: Any) -> Definition:
    """A definition with one rollout called `android`; soaks are short, the guard is a probe of a file."""
    programs = {
        verb: {"argv": ["./store", verb], "undo": "by hand"} for verb in ("halt", "resume", "complete")
    }
    programs["set"] = {"argv": ["./store", "set", "{{ rollout.percent }}"], "undo": "halt it"}
    programs["halt"]["from"] = ["rolling", "complete"]
    fields: dict[str, Any] = {
        "stages": (
            RolloutStage(percent=10, soak=2),
            RolloutStage(percent=50, soak=2),
            RolloutStage(percent=100),
        ),
        "guards": (
            KeepGuard(
                keep=Threshold(objective="errors", op="<", limit=Quantity(value=0.5, unit="%")),
                within=4.0,
                at_least=2,
            ),
        ),
        "every": 0.3,
        "settles_within": 2.0,
    }
    return Definition(
        launch=Launch(product="Acme", version="4.2.0", environment="staging"),
        operators=PEOPLE,
        providers={
            "store": Provider(
                kind="command", settings={"rollout": {"read": {"argv": ["./store", "read"]}, **programs}}
            )
        },
        signals={"well": CommandSignal(argv=("test", "-e", "well"), every=0.3, timeout=5.0)},
        objectives={
            "errors": Objective(
                signal="well", error_rate=True, below=Quantity(value=0.01, unit="%"), window=1.5
            )
        },
        rollouts={"android": Rollout(provider="store", **{**fields, **of_rollout})},
    )
