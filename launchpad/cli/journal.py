"""verify, redact, export, import: the journal as a thing of its own."""

import argparse
import re
from pathlib import Path

from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd
from launchpad.model.journal import Head
from launchpad.model.text import clean


@command(
    "verify",
    "check a journal's hash chain",
    argument("what", metavar="LAUNCH|FILE", nargs="?", help="a launch, or an exported file"),
    argument(
        "--head", metavar="HASH", help="a head hash noted earlier, which the journal must still contain"
    ),
    example="launchpad verify acme-4.2.0 --head 5f1c…",
    details="Exit status: 1 if it is broken, cut short or rewritten; the first event at fault is named.",
)
def verify(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.store import archive

    noted = None if options.head is None else _hash(options.head, "--head: ")
    if options.what and Path(options.what).is_file():
        head = archive.verify_archive(Path(options.what), noted).head
        _print_head(shell, f"{options.what} holds", head)
    else:
        launch = options.what or shell.launch
        head = archive.verify_store(shell.journal, launch, noted)
        _print_head(shell, f"{launch} holds", head)
    return Exit.DONE


def _hash(text: str, option: str = "") -> str:
    """A head hash as it is kept. Raises `BadInput`: a part of one must not pass for a broken journal."""
    if not re.fullmatch("[0-9a-f]{64}", text.lower()):
        raise BadInput(
            f"{option}{clean(text, 70)!r} is no head hash",
            hint="give all 64 digits of `launchpad verify`",
        )
    return text.lower()


def _print_head(shell: Shell, sentence: str, head: Head) -> None:
    shell.out.result(
        {"message": sentence, "head": {"seq": head.seq, "hash": head.hash}},
        [f"{sentence}: {head.seq} events, head {head.hash}"],
    )


@command(
    "redact",
    "remove the free text of an event; the chain holds",
    argument("event", metavar="EVENT", type=int, help="the event's number"),
    argument("--reason", metavar="TEXT", required=True, help="why"),
    example="launchpad redact 118 --reason 'a token was pasted'",
)
def redact(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Redact(seq=options.event, text=options.reason))
    return Exit.DONE


@command(
    "accept-loss",
    "go on with a journal that has lost its last events, as after a failover",
    argument("head", metavar="HASH", help="the head that is gone, as the engine names it"),
    argument("--reason", metavar="TEXT", required=True, help="why, and what was looked at"),
    example="launchpad accept-loss 5f1c… --reason 'db-1 died; nothing was running'",
    details="For directors. What is left has to hold. Engines and faces that had read more go on then.",
)
def accept_loss(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.store import archive

    archive.verify_store(shell.journal, shell.launch)
    shell.perform(cmd.AcceptLoss(head=_hash(options.head), text=options.reason))
    return Exit.DONE


@command(
    "export",
    "write a launch, journal and samples, to one portable file",
    argument("what", metavar="LAUNCH", nargs="?", help="which launch"),
    argument("-o", "--output", metavar="FILE", required=True, help="where to; never overwritten"),
    example="launchpad export acme-4.2.0 -o acme-4.2.0.launch",
)
def export(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.store import archive

    launch = options.what or shell.launch
    file = Path(options.output)
    if options.output == "-":
        raise BadInput("an export is a file, not text: it can't go to the terminal", hint="name a file")
    if file.exists():
        raise BadInput(f"{file} exists already", hint="name another file")
    written = archive.export(shell.store, launch, file)
    _print_head(shell, f"exported {launch} to {file}", written.head)
    return Exit.DONE


@command(
    "import",
    "bring an exported launch into the store, once its chain is verified",
    argument("file", metavar="FILE"),
    example="launchpad import acme-4.2.0.launch",
)
def import_(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.store import archive

    store = shell.open_store(create=True)
    found = archive.import_(store, Path(options.file))
    _print_head(shell, f"imported {found.launch} into {store.url}", found.head)
    return Exit.DONE
