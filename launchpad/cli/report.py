"""report, impact, lesson, action-item: what is kept of the launch."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd
from launchpad.session import Session

if TYPE_CHECKING:
    from launchpad.report.account import Report

_TEXT = argument("text", metavar="TEXT")


@command(
    "report",
    "the deployment report, of a launch that is over or still open",
    argument("what", metavar="LAUNCH", nargs="?", help="which launch"),
    argument(
        "--format",
        choices=("md", "html", "json"),
        help="md, html or json; absent: as the file is called, or md",
    ),
    argument("-o", "--output", metavar="FILE", help="where to; never overwritten unless --force"),
    argument("--force", action="store_true", help="overwrite FILE"),
    example="launchpad report -o acme-4.2.0.html",
    details="Of one journal the report is always the same, byte for byte, once the launch is closed. It names"
    " the hash of the journal's end, which `launchpad verify --head` proves.",
)
def report(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.report.sources import report_of

    file = Path(options.output) if options.output else None
    form = options.format or form_of(file) or ("json" if shell.out.json else "")
    if not form and file is not None and file.suffix:
        raise formless(file)
    if file is not None:
        check_free(file, force=options.force)
    session = Session(shell.store, options.what) if options.what else shell.session
    text = written(report_of(session), form or "md")
    if file is None:
        shell.out.text(text)
    else:
        write(file, text)
        shell.out.say(f"the report of {session.launch} is in {file}")
    return Exit.DONE


def written(report: "Report", form: str) -> str:
    """The report as `md`, `html` or `json`."""
    from launchpad.report.html import html
    from launchpad.report.markdown import markdown

    if form == "json":
        return (
            msgspec.json.format(msgspec.json.encode(report, order="deterministic"), indent=2).decode() + "\n"
        )
    return html(report) if form == "html" else markdown(report)


def check_free(file: Path, *, force: bool) -> None:
    """Raises `BadInput` if something would be overwritten."""
    if file.exists() and not force:
        raise BadInput(f"{file} exists already", hint="name another file, or overwrite it with --force")


def form_of(file: Path | None) -> str | None:
    """The form that a file's name asks for."""
    suffixes = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".json": "json"}
    return suffixes.get(file.suffix.lower()) if file is not None else None


def formless(file: Path) -> BadInput:
    """The fault of a file whose name asks for no form that there is."""
    return BadInput(f"{file} says no form of report", hint="call it .html, .md or .json")


def write(file: Path, text: str) -> None:
    """Puts the report into the file. Raises `BadInput` where that can't be."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} can't be written: {error.strerror}", hint="name another file") from None


@command(
    "impact",
    "say for the report what users felt",
    _TEXT,
    example="launchpad impact 'one order in fifty failed for 12 minutes'",
    details="Also after the launch is closed.",
)
def impact(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.NoteForReport(section="impact", text=options.text))
    return Exit.DONE


@command(
    "lesson",
    "say for the report what was learned",
    _TEXT,
    example="launchpad lesson 'warm the cache before T-0'",
    details="Also after the launch is closed.",
)
def lesson(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.NoteForReport(section="lesson", text=options.text))
    return Exit.DONE


@command(
    "action-item",
    "say for the report what is to be done, and by whom",
    _TEXT,
    argument("--owner", metavar="NAME", default="", help="who does it"),
    example="launchpad action-item 'alert on the queue length' --owner ada",
    details="Also after the launch is closed.",
)
def action_item(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.NoteForReport(section="action-item", text=options.text, owner=options.owner))
    return Exit.DONE
