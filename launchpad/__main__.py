"""The program `launchpad`; `python -m launchpad` is the same."""

import sys

from launchpad import interrupts

interrupts.end_at_once()  # before all else is imported


def start() -> int:
    """Runs the command; the return value is the exit status."""
    from launchpad.cli.main import main

    try:
        return main()
    finally:
        interrupts.end_at_once()


if __name__ == "__main__":
    sys.exit(start())
