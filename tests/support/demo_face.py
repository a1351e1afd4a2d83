"""Opens the face on a demo launch: `python -m tests.support.demo_face SCENARIO [OPERATOR]`.

Scenarios are the functions of `tests.support.launches`. The clock starts where the scenario ends and runs.
`--fault SECONDS` makes the clock fail after so many seconds, as a fault inside the program would.
`--still` stops the clock.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from launchpad.desk import LocalDesk
from launchpad.model.preferences import Preferences
from launchpad.model.values import SECOND, Micros
from launchpad.session import Session
from launchpad.store import open_store
from tests.support import launches

MOMENTS = {"before": -90.0, "deciding": -90.0}
"""Minute after T-0 at which a scenario is looked at, where it is not the usual one."""
MOMENT = 14.55


def moment(scenario: str) -> Micros:
    """When a scenario is looked at."""
    return launches.at(MOMENTS.get(scenario, MOMENT))


def running_clock(begin: Micros, fault_after: float | None) -> Callable[[], Micros]:
    started = time.monotonic()

    def clock() -> Micros:
        passed = time.monotonic() - started
        if fault_after is not None and passed > fault_after:
            raise ValueError("the clock fell down [/x]")
        return begin + round(passed * SECOND)

    return clock


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario")
    parser.add_argument("operator", nargs="?", default="lead")
    parser.add_argument("--fault", type=float)
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--rehearsal", action="store_true")
    parser.add_argument("--theme")
    parser.add_argument("--glyphs")
    parser.add_argument("--store", type=Path, help="a file to keep the demo in; used again if it is there")
    chosen = parser.parse_args()
    # Textual looks at the terminal when it is imported.
    from screens.app import run

    with tempfile.TemporaryDirectory() as directory:
        file = chosen.store or Path(directory) / "demo.db"
        fresh = not file.exists()
        store = open_store(f"sqlite:///{file}")
        if fresh:
            getattr(launches, chosen.scenario)().write(store)
        begin = moment(chosen.scenario)
        clock = (lambda: begin) if chosen.still else running_clock(begin, chosen.fault)
        session = Session(store, launches.LAUNCH, clock=clock)
        who = next(person for person in launches.EVERYBODY if person.name == chosen.operator)
        desk = LocalDesk(store, session, who)
        wanted = Preferences(theme=chosen.theme, glyphs=chosen.glyphs)
        code = run(session, desk, preferences=wanted, rehearsal=chosen.rehearsal)
        store.close()
        return code


if __name__ == "__main__":
    sys.exit(main())
