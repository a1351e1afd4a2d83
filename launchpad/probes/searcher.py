"""The program that searches a text with a regular expression: both come on standard input as JSON, and what
was found goes to standard output. Standard library alone, so that it starts at once."""

import json
import re
import resource
import sys
import warnings


def main() -> None:
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    warnings.simplefilter("ignore")
    pattern, text = json.load(sys.stdin)
    try:
        match = re.search(pattern, text)
    except (re.error, OverflowError, RecursionError) as error:
        json.dump({"wrong": str(error)}, sys.stdout)
    else:
        json.dump({"found": None if match is None else [match[0], *match.groups()]}, sys.stdout)


if __name__ == "__main__":
    main()
