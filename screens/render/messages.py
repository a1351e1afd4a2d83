"""Who was told what of alerts."""

from collections.abc import Sequence

from launchpad.model.events import MessageIntended
from launchpad.model.journal import Recorded
from launchpad.model.state import MessageState
from launchpad.rules.delivery import errands
from launchpad.rules.view import AlertView, MessageView
from launchpad.rules.view.delivery import recipient_of
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.scene import Scene
from screens.render.words import VERDICTS, glyph


def rows(scene: Scene, width: int) -> list[Row]:
    """Every message, the latest first, its standing in full."""
    messages = scene.view.messages
    if not messages:
        told = scene.view.definition.channels
        why = "no alert has fired that somebody is told of" if told else "no channel is defined: tell whom?"
        return [line(width, [Span(f" {why}", "dim")])]
    return [row for message in messages for row in _message(scene, message, width)]


def _message(scene: Scene, message: MessageView, width: int) -> list[Row]:
    said = VERDICTS[message.verdict]
    at = scene.clock(message.state.tried_at)
    head = [
        Span(f" {fit(glyph(scene.glyphs, said), 2)}", said.style),
        Span(f"{at} ", "dim"),
        Span(message.recipient),
        Span(f" of {message.state.about}", "dim"),
    ]
    style = "dim" if message.verdict == "ok" else said.style
    rest = [line(width, [Span("    "), Span(piece, style)]) for piece in wrap(message.sentence, width - 5)]
    return [line(width, head), *rest]


def of_alert(scene: Scene, alert: AlertView, events: Sequence[Recorded]) -> list[Span]:
    """What went to whom of one alert, and when; each span is a paragraph."""
    view, state = scene.view, alert.state
    told = []
    for message in view.messages:
        if (message.state.alert, message.state.firing) != (state.name, state.firing_seq):
            continue
        told.append(Span(f"{message.recipient}: {message.sentence}", VERDICTS[message.verdict].style))
        beside = [m.state.alert for m in view.messages if m.state.under == message.state.id]
        if beside:
            told.append(Span(f"with it goes {', '.join(beside)}", "dim"))
        told += [Span(f"> {piece}", "dim") for piece in _said(message.state, events).splitlines()]
    known = {message.state.id for message in view.messages}
    waiting = (e for e in errands(view.state, view.definition, view.now) if e.message not in known)
    told += [
        Span(f"{recipient_of(e.recipient.to, e.recipient.channel)}: about to be told", "warn")
        for e in waiting
        if (e.alert, e.firing) == (state.name, state.firing_seq)
    ]
    speaker = next((a for a in view.alerts if state.name in a.others), None)
    if alert.spoken_for and speaker is not None:
        told.append(Span(f"{speaker.state.name} speaks for all of {alert.group}: who it was told to"))
        told += of_alert(scene, speaker, events)
    return told


def _said(message: MessageState, events: Sequence[Recorded]) -> str:
    """The words that the recipient was sent last; of several that went as one, the first has the words."""
    for place in range(len(events) - 1, message.firing - 1, -1):
        event = events[place].event
        if not isinstance(event, MessageIntended) or event.message != message.id:
            continue
        at = events[place].at
        while isinstance(events[place].event, MessageIntended) and events[place].at == at:
            if events[place].redacted:
                return "(text removed)"
            if events[place].text:
                return events[place].text
            place -= 1
    return ""
