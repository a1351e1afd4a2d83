"""Lines that are longer than their panel is wide can be read to their end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from launchpad.model.samples import LogLine
from screens.render.long import Long, shifted, wrapped
from screens.render.row import Span
from tests.screens.conftest import Opener, Seat
from tests.support import launches

slow = pytest.mark.slow

texts = st.text(alphabet="ab z界é", max_size=120)
heads = st.text(alphabet="01:[] ", max_size=30)
widths = st.integers(40, 90)


@given(heads, texts, widths)
def test_wrapped_nothing_is_lost_and_every_row_fits(head: str, text: str, width: int) -> None:
    rows = wrapped(Long((Span(head, "dim"),), Span(text)), width)
    assert all(row.width == width for row in rows)
    told = "".join(row.text for row in rows)[len(head) :]
    assert told.replace(" ", "") == text.replace(" ", "")
    assert rows[0].text.startswith(head), "what stands before it stays"


@given(heads, texts, widths, st.integers(0, 130))
def test_shifted_it_goes_on_where_it_was_cut(head: str, text: str, width: int, by: int) -> None:
    shown = Long((Span(head, "dim"),), Span(text))
    row = shifted(shown, width, by)
    assert row.width == width
    assert row.text.startswith(head)
    rest = row.text[len(head) :].rstrip("… ").lstrip()
    assert rest in text or not rest
    end = shifted(shown, width, shown.beyond(width)).text.rstrip()
    assert cell_len(head) >= width or end.endswith(text.rstrip()[-8:].lstrip()), "the end can be reached"


def says(seat: Seat, *texts: str) -> None:
    begun = len(launches.during().log)
    lines = [
        LogLine(run="deploy-1", n=begun + n, at=launches.at(14), step=1, text=text)
        for n, text in enumerate(texts, 1)
    ]
    seat.store.add_log(launches.LAUNCH, lines)
    seat.face.refresh_view()


LONG = "begin " + "word " * 40 + "middle " + "word " * 40 + "finish"


@slow
async def test_a_log_line_is_read_to_its_end_by_wrapping(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        says(seat, "short", LONG)
        await seat.shows("begin word")
        assert "finish" not in seat.text
        await seat.press("W")
        await seat.shows("the log shows all of each line")
        assert "middle" in seat.text
        assert "finish" in seat.text, "a log that is followed shows its end"
        log = seat.face.board.panel("action")
        assert not log.held_back
        log.focus()
        await seat.press("k")
        assert log.selected_text.endswith("short")
        await seat.shows("] short")
        says(seat, "short", LONG, *(f"later {n}" for n in range(20)))
        await seat.shows("21 newer below")
        assert "] short" in seat.text, "what is read stays where it is"
        await seat.press("end", "W")
        await seat.shows("] later 19")
        assert "finish" not in seat.text


@slow
async def test_a_log_line_is_read_to_its_end_sideways(open_face: Opener) -> None:
    async with open_face("during") as seat:
        says(seat, LONG, "short")
        await seat.shows("begin word")
        await seat.press("right_curly_bracket")
        await seat.shows("from column 40")
        assert "] begin" not in seat.text
        for _ in range(10):
            await seat.press("shift+right")
        await seat.shows("finish")
        await seat.shows("the lines end here")
        assert "09:14:00 [2]" in seat.text, "time and step stay"
        for _ in range(11):
            await seat.press("left_curly_bracket")
        await seat.shows("the lines begin here")
        assert "begin word" in seat.text


@slow
async def test_the_timeline_wraps_too_and_the_cursor_stays(open_face: Opener) -> None:
    async with open_face("during") as seat:
        panel = seat.face.board.panel("timeline")
        await seat.press("5", *["down"] * 6)
        chosen = panel.key
        goes_on = re.compile(r"^▌ +2/2\)", re.MULTILINE)
        assert not goes_on.search(seat.text)
        await seat.press("W")
        await seat.until(lambda: goes_on.search(seat.text))
        assert panel.key == chosen
        await seat.press("end")
        await seat.shows("opened Acme 4.2.0 for production")
        await seat.press("home")
        await seat.pilot.click("#timeline", offset=(5, 1))
        assert panel.selected is panel._entries[0]
        await seat.press("semicolon")
        assert len(set(seat.face.labels)) == len(seat.face.labels)
