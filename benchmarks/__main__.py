"""All benchmarks, one after the other: `python -m benchmarks [NAME …]`. Read the ratios, not the times."""

import importlib
import sys

NAMES = ("probes", "engine", "journal", "fold", "face", "seats")


def main(names: list[str]) -> int:
    for name in names or NAMES:
        print(f"\n{name}", flush=True)
        for what, value in importlib.import_module(f"benchmarks.{name}").measure().items():
            print(f"  {what:<58} {value:>12,.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
