"""Dialogs in a window that changes its size while they are open."""

import pytest

from tests.screens.conftest import Opener, Seat
from tests.support.launches import ADA, LEAD

pytestmark = pytest.mark.slow

DIALOGS = [("during", LEAD, key) for key in ("w", "A", "question_mark", "X", "G", "M", "O", "enter", "q")] + [
    ("waiting", ADA, "P"),
    ("interrupted", LEAD, "R"),
    ("declared", ADA, "I"),
    ("degraded", ADA, "I"),
    ("deciding", LEAD, "g"),
]


async def _opened(seat: Seat, key: str) -> None:
    await seat.press(key)
    await seat.until(lambda: len(seat.face.screen_stack) == 2)


def _framed(seat: Seat) -> list[str]:
    """What stands in the frame of the dialog that is open."""
    frame = seat.face.screen.query_one(".frame").region
    return [line[frame.x : frame.right] for line in seat.text.splitlines()[frame.y : frame.bottom]]


@pytest.mark.parametrize("first", [(3, 12), (220, 60)])
@pytest.mark.parametrize(("scenario", "who", "key"), DIALOGS)
async def test_a_dialog_looks_as_if_it_had_been_opened_in_the_size_the_window_has_now(
    open_face: Opener, scenario: str, who: object, key: str, first: tuple[int, int]
) -> None:
    async with open_face(scenario, who, size=(100, 30)) as seat:
        await _opened(seat, key)
        await seat.until(lambda: len(_framed(seat)) > 2)
        await seat.pilot.pause(0.05)
        wanted = _framed(seat)
    async with open_face(scenario, who, size=first) as seat:
        await _opened(seat, key)
        await seat.pilot.resize_terminal(100, 30)
        await seat.until(lambda: _framed(seat) == wanted)
