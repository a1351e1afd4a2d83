"""Opens the face on a terminal, and leaves that terminal as it was, whatever happens."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from launchpad.desk import Desk
from launchpad.errors import Exit
from launchpad.model.preferences import USUAL, Preferences
from launchpad.session import Session
from screens import themes
from screens.face import Face
from screens.glyphs import choose
from screens.opening import Opening
from screens.terminal import Guard, Signals, perish, unfit

_SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


def run(
    session: Session,
    desk: Desk,
    *,
    via: str = "local",
    preferences: Preferences = USUAL,
    complaint: str = "",
    rehearsal: bool = False,
    memory: Path | None = None,
    save_report: Callable[[], str] | None = None,
    opening: Opening | None = None,
) -> int:
    """Shows the launch until the operator leaves; returns the exit code.

    `via` tells the others how this seat is connected, `complaint` the operator what was wrong with the
    preferences. `memory` is a folder for what a face of this operator's remembers from one time to the
    next. `save_report` writes the report to a file of this operator's and says where it is; None where they
    have none. `opening` is what stands on the terminal already.
    A terminal that can't show a face is refused with one line on stderr.
    """
    if why := unfit(os.environ):
        return _tell(why, Exit.USAGE)
    # A key is answered between two steps of the thread that makes the next view, not after it.
    sys.setswitchinterval(0.001)
    face = Face(
        session,
        desk,
        via=via,
        theme=themes.choose(preferences.theme, os.environ),
        greys=themes.greys_only(os.environ),
        rehearsal=rehearsal,
        glyphs=choose(preferences.glyphs, os.environ),
        preferences=preferences,
        complaint=complaint,
        memory=memory,
        save_report=save_report,
        opening=opening,
    )
    if opening is not None:
        opening.begin()
    guard = Guard()
    try:
        asyncio.run(_shown(face, guard))
    except Exception as error:  # noqa: BLE001  # told in one line below
        guard.everything()
        face.fault = face.fault or error
    finally:
        guard.modes()
        face.settle()
    if face.fault is not None:
        return _fault(face.fault, over_ssh=desk.identity.auth == "key")
    return face.return_code or 0


async def _shown(face: Face, guard: Guard) -> None:
    loop = asyncio.get_running_loop()

    def leave(code: int) -> None:
        loop.call_soon_threadsafe(lambda: face.exit(return_code=code))

    def forced(code: int) -> None:
        perish(code, face.farewell, face.hush, guard.everything)

    with Signals(_SIGNALS, leave=leave, forced=forced):
        await face.run_async(mouse=face.preferences.mouse)


def _fault(error: Exception, *, over_ssh: bool) -> int:
    if os.environ.get("LAUNCHPAD_DEBUG"):
        sys.stderr.write("".join(traceback.format_exception(error)))
    told = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    back = "connect again" if over_ssh else "`launchpad attach`"
    hint = f"the launch goes on; {back} brings the face back"
    return _tell(f"the face met a fault of its own ({told}); {hint}", Exit.NO)


def _tell(what: str, code: int) -> int:
    sys.stderr.write(f"launchpad: {what}\n")
    return int(code)
