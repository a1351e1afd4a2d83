"""What is seen before Textual is loaded: it fits, and it is what the face then shows."""

import re

import pytest
from rich.color import ColorSystem
from rich.text import Text

from screens import themes
from screens.glyphs import ASCII, UNICODE
from screens.ink import Ink
from screens.layout import ABOVE, places
from screens.preview import NOT_YET, rows
from screens.render.row import Rows
from screens.widgets.listing import ListPanel
from tests.screens.conftest import Opener, Seat
from tests.screens.scenes import scene

SIZES = [(20, 3), (60, 12), (80, 23), (80, 24), (112, 23), (120, 40), (200, 60), (300, 90)]
DAYS = ("deciding", "during", "waiting", "degraded", "declared", "closed")


def previewed(seat: Seat) -> Rows:
    board = seat.face.board
    return rows(seat.face.scene, seat.face.session.events, board._log, *seat.face.size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("day", DAYS)
def test_it_fits_every_terminal_and_no_row_lies_over_another(day: str, size: tuple[int, int]) -> None:
    width, height = size
    taken: set[tuple[int, int]] = set()
    for (y, x), row in rows(scene(day), [], (), width, height).items():
        cells = {(y, x + n) for n in range(row.width)}
        assert 0 <= y < height
        assert x + row.width <= width
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_last_line_says_that_no_key_acts_yet(width: int, height: int) -> None:
    last = rows(scene("during"), [], (), width, height)[height - 1, 0].text.strip()
    assert last == NOT_YET or (last.endswith("…") and NOT_YET.startswith(last[:-1]))


def test_it_says_that_no_key_acts_yet_and_names_none() -> None:
    shown = scene("degraded", keys={}, allowed=frozenset())
    drawn = rows(shown, [], (), 120, 40)
    assert drawn[39, 0].text.strip() == NOT_YET
    assert "1 Pre" not in drawn[1, 0].text
    assert "Pre" in drawn[1, 0].text


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("day", DAYS)
async def test_the_face_then_shows_the_same(open_face: Opener, day: str, size: tuple[int, int]) -> None:
    async with open_face(day, size=size) as seat:
        face = seat.face
        await seat.until(lambda: face._rest is None)
        await seat.pilot.pause()
        shown, drawn = seat.text.splitlines(), previewed(seat)
        assert [drawn[y, 0].text for y in range(ABOVE)] == shown[:ABOVE]
        arranged = face.board._arranged
        assert arranged is not None
        for name, place in places(arranged, *size).items():
            panel = face.board.panel(name)
            assert panel.region == (place.x, place.y, place.width, place.height)
            if name != "checklist":  # there is the cursor, and what it leads to
                for y in range(place.y, place.y + place.height):
                    told = drawn[y, place.x].text if (y, place.x) in drawn else ""
                    assert told.ljust(place.width) == _unmarked(panel, shown[y])


def _unmarked(panel: ListPanel, text: str) -> str:
    """The panel's part of a line, without the mark at its edge."""
    region = panel.region
    return text[region.x : region.right].replace(UNICODE.thumb, " ")


def colours(painted: str) -> set[ColorSystem]:
    """How rich the colours are that it is painted in (ECMA-48 and ISO 8613-6: SGR)."""
    found = set()
    for codes in re.findall(r"\x1b\[([0-9;]*)m", painted):
        if rich := re.search(r"\b[34]8;([25])\b", codes):
            found.add(ColorSystem.TRUECOLOR if rich[1] == "2" else ColorSystem.EIGHT_BIT)
        elif re.search(r"\b(3|4|9|10)[0-7]\b", codes):
            found.add(ColorSystem.STANDARD)
    return found


@pytest.mark.parametrize("depth", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
@pytest.mark.parametrize("theme", [*themes.CHOICES, themes.NO_COLOUR])
def test_it_is_painted_in_the_colours_that_a_terminal_has(theme: str, depth: ColorSystem) -> None:
    drawn = rows(scene("during", glyphs=ASCII), [], (), 120, 40)
    painted = Ink(theme, ASCII).painted(drawn, 120, 40, depth)
    lines = [Text.from_ansi(line) for line in re.split(r"\x1b\[\d+;1H", painted)[1:]]
    assert [line.cell_len for line in lines] == [120] * 40
    assert lines[0].plain == drawn[0, 0].text
    assert painted.isascii()
    own: dict[str, set[ColorSystem]] = {themes.NO_COLOUR: set(), themes.TERMINAL.name: {ColorSystem.STANDARD}}
    assert colours(painted) == own.get(theme, {depth})


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ColorSystem.TRUECOLOR),
        ({"TERM": "xterm-256color"}, ColorSystem.EIGHT_BIT),
        ({"TERM": "xterm"}, ColorSystem.STANDARD),
    ],
)
def test_how_many_colours_there_are_is_what_the_terminal_says(
    environ: dict[str, str], depth: ColorSystem
) -> None:
    assert themes.depth(environ) == depth
