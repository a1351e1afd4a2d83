"""Who was told what of alerts."""

from launchpad.rules.view import MessageView
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
