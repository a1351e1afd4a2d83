"""What an interrupt (Ctrl+C) does to a command: it ends it at once while there is nothing to be put in order,
and raises KeyboardInterrupt while there is.

Python alone raises it wherever it is by then: among imports that is shown with a traceback, and lost where it
comes while some object is freed. Who has an interrupt ignored, as for a job in the background, keeps that.
"""

import signal


def end_at_once() -> None:
    """As for a program that knows of no signals."""
    _replace(signal.default_int_handler, signal.SIG_DFL)


def raise_it() -> None:
    """What is at work is put in order first."""
    _replace(signal.SIG_DFL, signal.default_int_handler)


def _replace(present: object, by: "signal._HANDLER") -> None:
    if signal.getsignal(signal.SIGINT) is present:
        signal.signal(signal.SIGINT, by)
