"""Faults of Launchpad's own: the traceback is kept where a maintainer finds it, not shown to an operator."""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from launchpad import __version__
from launchpad.model.text import clean
from launchpad.wiring import state_dir


def crash_log() -> Path:
    """Where tracebacks are kept."""
    return state_dir() / "crash.log"


def report_crash(error: BaseException) -> str:
    """Keeps the traceback and returns the sentence that names it and its place.

    Sends it to Sentry only where `LAUNCHPAD_SENTRY_DSN` is set, without the values of variables.
    """
    if dsn := os.environ.get("LAUNCHPAD_SENTRY_DSN"):
        _send(error, dsn)
    what = clean(f"{type(error).__name__}: {error}")
    try:
        log = crash_log()
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
            when = datetime.now(UTC).isoformat(timespec="seconds")
            file.write(f"\n{when} launchpad {__version__}, Python {sys.version.split()[0]}\n")
            file.writelines(traceback.format_exception(error))
    except OSError as unwritable:
        return f"a fault of Launchpad's own: {what} (its traceback could not be kept: {unwritable.strerror})"
    return f"a fault of Launchpad's own: {what}; please report it with the end of {log}"


def _send(error: BaseException, dsn: str) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn,
        release=__version__,
        default_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        server_name="",
    )
    sentry_sdk.capture_exception(error)
    sentry_sdk.flush(timeout=2.0)
