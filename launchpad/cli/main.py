"""The command `launchpad`: finds the command, runs it, and turns whatever goes wrong into one line.

Nothing is imported before it is known to be needed, so that `launchpad tick` answers at once.
"""

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from launchpad import __version__, garbage, interrupts
from launchpad.errors import BadInput, Exit, LaunchpadError, Unreachable

if TYPE_CHECKING:
    import argparse

CRASHED = 70
"""Exit status after a fault of Launchpad's own (EX_SOFTWARE), so that it is never taken for an answer."""
BROKEN_PIPE = 141
"""Exit status when the reader of our output went away, as if by SIGPIPE."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the return value is the exit status."""
    garbage.put_off()
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except LaunchpadError as error:
        return _report(error, arguments)
    except BrokenPipeError:
        _abandon_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last resort: operators never see a traceback
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _abandon_stdout()
            return _report(Unreachable("a disk is full", hint="make room, then look again"), arguments)
        from launchpad.cli.crash import report_crash

        return _report(LaunchpadError(report_crash(error)), arguments, CRASHED)
    return status


def _prepare_streams() -> None:
    """Makes the standard streams fit to be used, whatever state the caller left them in."""
    # A closed one would be taken by the next file that is opened.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8")
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _abandon_stdout() -> None:
    """Python would complain again when it flushes at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: list[str]) -> int:
    if "--version" in _options(argv):
        sys.stdout.write(f"launchpad {__version__}\n")
        return Exit.DONE
    from launchpad.cli.parser import split

    name, rest = split(argv)
    if name is None and {"-h", "--help"} & set(rest):
        from launchpad.cli.overview import overview

        sys.stdout.write(overview())
        return Exit.DONE
    if name == "help":
        return _run([*rest, "--help"])
    return _dispatch("run" if name is None else name, rest)


def _options(argv: list[str]) -> list[str]:
    """What may be an option: all before `--`."""
    return argv[: argv.index("--")] if "--" in argv else argv


def _dispatch(name: str, rest: list[str]) -> int:
    from launchpad.cli.command import find, modules
    from launchpad.cli.parser import did_you_mean, parser_of

    if name not in modules():
        near = did_you_mean(name, modules())
        raise BadInput(f"there is no command '{name}'{near}", hint=_instead(name))
    command = find(name)
    try:
        options = parser_of(command).parse(rest)
    except SystemExit:  # --help has printed what was asked for
        return Exit.DONE
    _check(rest, options)
    from launchpad.cli.output import Output
    from launchpad.cli.shell import Shell

    interrupts.raise_it()
    with Shell(options, Output(json=options.json, quiet=options.quiet), os.environ) as shell:
        return int(command.run(shell, options))


def _instead(name: str) -> str:
    """What whoever typed a verb of an action for a command may have meant."""
    from typing import get_args

    from launchpad.model.definition.names import Verb

    if name in get_args(Verb):
        return f"an action is asked for with `launchpad request {name}`"
    return "see `launchpad --help`"


def _check(arguments: Sequence[str], options: "argparse.Namespace") -> None:
    """Raises `BadInput` for what no command can use."""
    for text in arguments:
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise BadInput("an argument is not UTF-8", hint="write it in UTF-8")
    # An unset variable of a script must not choose another launch than the one that was meant.
    for name in ("config", "store", "launch", "claimed"):
        if getattr(options, name) == "":
            raise BadInput(
                f"--{'as' if name == 'claimed' else name} is empty", hint="leave it out or name one"
            )


def _report(error: LaunchpadError, argv: list[str], status: int | None = None) -> int:
    from launchpad.cli.output import Output

    code = int(error.exit_code) if status is None else status
    with suppress(BrokenPipeError):
        Output(json="--json" in _options(argv)).error(error, code)
    return code
