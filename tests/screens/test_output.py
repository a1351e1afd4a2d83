"""What a face draws reaches its terminal whole and in order, by whichever way."""

import time
from pathlib import Path

import pytest

from tests.screens.terminal import on_terminal

ALL = """
from pathlib import Path
from textual.drivers._writer_thread import WriterThread
from screens.output import Output
output = Output()
thread = WriterThread(output)
thread.start()
handed = 0
for number in range(3000):
    left = output.take(f"{number:06} é中✓" + "x" * (number % 700) + ";")
    if left:
        handed += 1
        thread.write(left)
thread.stop()
output.close()
Path(__import__("sys").argv[1]).write_text(str(handed))
"""


@pytest.mark.parametrize("own", [True, False])
def test_all_arrives_in_order_however_slowly_the_terminal_is_read(tmp_path: Path, *, own: bool) -> None:
    told = tmp_path / "handed"
    with on_terminal("-c", ALL, str(told), own=own) as drawing:
        time.sleep(1)  # it is full by now
        for _ in range(20):
            drawing.read()
            time.sleep(0.02)
        assert drawing.ends() == 0
        drawn = drawing.output.decode()
    pieces = drawn.split(";")[:-1]
    assert pieces == [f"{number:06} é中✓" + "x" * (number % 700) for number in range(3000)]
    handed = int(told.read_text())
    assert 0 < handed < 3000 if own else handed == 3000


ONE = """
import os
from screens.output import Output
output = Output()
assert output.take("at once ✓") == ""
output.hush()
assert output.take("later ✓").encode("latin-1").decode() == "later ✓"
"""


def test_what_there_is_room_for_needs_no_thread() -> None:
    with on_terminal("-c", ONE, own=True) as drawing:
        assert drawing.ends() == 0
        assert drawing.output.decode() == "at once ✓"


OTHER = """
import os, sys
from screens.output import Output
os.dup2(int(sys.argv[1]), 2)
assert Output().take("elsewhere") == "elsewhere"
"""


def test_a_terminal_that_is_not_the_programs_own_is_left_to_the_thread() -> None:
    """What is drawn on another terminal, or into a file, must not appear on this one."""
    with on_terminal("-c", OTHER, "1", own=False) as drawing:
        assert drawing.ends() == 0
        assert drawing.output == b""
    with on_terminal(
        "-c", "import os, sys; os.dup2(os.open(os.devnull, 1), 7);" + OTHER, "7", own=True
    ) as drawing:
        assert drawing.ends() == 0
        assert drawing.output == b""
