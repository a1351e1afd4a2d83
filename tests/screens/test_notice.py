"""An alert that is worth waking somebody calls, once."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.journal import Draft
from launchpad.store import open_store
from screens.notice import Caller, notification
from tests.screens.scenes import scene
from tests.screens.terminal import on_terminal
from tests.support import launches


def test_it_calls_once_for_what_has_begun_to_fire() -> None:
    quiet, firing = scene("during").view, scene("degraded").view
    caller = Caller()
    assert not caller.calls(quiet)
    [alert] = caller.calls(firing)
    assert alert.state.name == "checkout-errors"
    assert not caller.calls(firing)
    again = replace(alert, state=replace(alert.state, firing_seq=9999))
    assert caller.calls(replace(firing, alerts=(again,))) == [again]


def test_what_fires_already_is_in_sight() -> None:
    assert not Caller().calls(scene("degraded").view)


@pytest.mark.parametrize(
    "change", [{"severity": "medium"}, {"muted": "silenced by ada"}, {"spoken_for": True}]
)
def test_nobody_is_called_for_less(change: dict[str, object]) -> None:
    caller, firing = Caller(), scene("degraded").view
    caller.calls(scene("during").view)
    lesser = replace(firing, alerts=(replace(firing.alerts[0], **change),))
    assert not caller.calls(lesser)
    if "muted" in change:
        assert caller.calls(firing), "it calls once it is heard again"


def test_the_notification_is_wrapped_for_tmux_and_holds_nothing_else() -> None:
    view = scene("degraded").view
    hostile = replace(view.alerts[0], rule="a\x1b]0;owned\x07 > 1%")
    plain = notification(view, hostile, {"TERM": "xterm"})
    assert plain.startswith("\x1b]9;Acme 4.2.0: CRITICAL a")
    assert plain.count("\x1b") == 1
    assert plain.count("\x07") == 1
    wrapped = notification(view, hostile, {"TERM": "screen-256color", "TMUX": "/tmp/x"})
    assert wrapped == "\x1bPtmux;\x1b" + plain + "\x1b\\"


@pytest.mark.slow
def test_a_terminal_hears_it(tmp_path: Path) -> None:
    file = tmp_path / "demo.db"
    with on_terminal("-m", "tests.support.demo_face", "during", "--store", str(file)) as face:
        face.until("CHECKLIST")
        face.forget()
        store = open_store(f"sqlite:///{file}")
        fired = ev.AlertChanged(
            alert="checkout-errors", status="firing", severity="critical", value=0.05, n=60
        )
        store.append(launches.LAUNCH, [Draft(id="x", event=fired, actor="engine", auth="engine")])
        store.close()
        face.until("\x1b]9;Acme 4.2.0: CRITICAL checkout > 2%")
        assert b"\x07\x1b]9;" in face.output, "and the bell"
