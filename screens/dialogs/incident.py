"""Declaring an incident, and the one that is open."""

from typing import ClassVar

from textual.events import Key

from launchpad.model import commands as cmd
from launchpad.model.definition import SEVERITIES, Severity
from launchpad.rules.view import AlertView, IncidentView
from launchpad.rules.view.health import affected
from screens.dialogs.confirm import Confirm
from screens.dialogs.prompt import Prompt
from screens.dialogs.reading import Framed
from screens.render import incident as incident_rows
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene
from screens.render.words import SEVERITY

_BY_LETTER: dict[str, Severity] = {severity[0]: severity for severity in SEVERITIES}


class DeclareDialog(Confirm):
    """Asks how grave it is, what is wrong and whom it hits; dismissed with the command."""

    def __init__(self, scene: Scene, alert: AlertView | None) -> None:
        super().__init__(scene)
        self._alert = alert
        self._severity: Severity | None = alert.severity if alert else None
        self._what = ""
        self._impact = ""

    def title_spans(self) -> list[Span]:
        source = f"  from alert {self._alert.state.name}" if self._alert else ""
        return [Span(" Declare an incident?", "title"), Span(source, "dim")]

    def body(self, width: int) -> list[Row]:
        what, impact = self._what, self._impact
        if self._alert is not None:
            what = what or f"{self._alert.rule}, now {self._alert.shown}"
            impact = impact or affected(self.scene.view.definition, self._alert.state.name)
        rows = [line(width, [Span(" how grave  ", "dim"), *self._grades()]), Row()]
        rows += self._field("w", "what is wrong", what or "nobody has said yet", width)
        rows += self._field("i", "whom it hits", impact or "nobody has said yet", width)
        if self._alert is not None and self._alert.unacknowledged:
            rows += [Row(), line(width, [Span(" It acknowledges the alert in your name.", "dim")])]
        return rows

    def _grades(self) -> list[Span]:
        spans = []
        for letter, severity in _BY_LETTER.items():
            chosen = severity == self._severity
            pointer = self.scene.glyphs.pointer if chosen else " "
            said = SEVERITY[severity]
            spans += [
                Span(f"{pointer}{letter} ", "key"),
                Span(f"{said.word if chosen else severity}  ", said.style if chosen else "dim"),
            ]
        return spans

    def _field(self, key: str, name: str, text: str, width: int) -> list[Row]:
        pieces = wrap(text, width - 4, most=4)
        heading = line(width, [Span(f" {key} ", "key"), Span(name, "dim")])
        return [heading, *(line(width, [Span(f"   {piece}")]) for piece in pieces)]

    def hindrance(self) -> str:
        if self._severity is None:
            return f"how grave is it? {', '.join(_BY_LETTER)}"
        return "" if self._what or self._alert else "what is wrong? w"

    def asks(self) -> str:
        return "declare it"

    def on_other(self, event: Key) -> None:
        letter = event.character or ""
        if letter in _BY_LETTER:
            self._severity = _BY_LETTER[letter]
            self.redraw()
        elif letter == "w":
            self._ask("What is wrong?", "In words for everybody.", "_what")
        elif letter == "i":
            self._ask("Whom or what does it hit?", "Users, regions, money; what you know so far.", "_impact")

    def _ask(self, title: str, note: str, field: str) -> None:
        def given(text: str | None) -> None:
            if text is not None:
                setattr(self, field, text)
            self.guard_again()
            self.redraw()

        self.app.push_screen(Prompt(self.scene, title, note, value=getattr(self, field)), given)

    def _confirm(self) -> None:
        if self.hindrance():
            return
        self.dismiss(
            cmd.DeclareIncident(
                text=self._what,
                severity=self._severity,
                alert=self._alert.state.name if self._alert else "",
                impact=self._impact,
            )
        )


class IncidentDialog(Framed):
    """An incident to read, and the keys that act on it; dismissed with the act that was chosen."""

    FOOT = 3
    ACTS: ClassVar[dict[str, tuple[str, str]]] = {
        "u": ("update", "update"),
        "i": ("impact", "impact"),
        "s": ("severity", "severity"),
        "c": ("command", "command"),
        "t": ("task", "task"),
        "d": ("done", "task done"),
        "m": ("mitigate", "mitigating"),
        "r": ("resolve", "resolved"),
        "v": ("review", "review"),
    }
    """Key → act, and its words in the foot."""

    def __init__(self, scene: Scene, name: str) -> None:
        super().__init__(scene)
        self._name = name

    @property
    def incident(self) -> IncidentView | None:
        return next((each for each in self.scene.view.incidents if each.state.id == self._name), None)

    @property
    def _possible(self) -> dict[str, tuple[str, str]]:
        shown = self.incident
        if shown is None or self.scene.read_only:
            return {}
        open_ = {"u", "i", "s", "c", "t", "d", "m", "r"} - ({"m"} if shown.state.mitigating_at else set())
        keys = open_ if shown.state.open else {"t", "d", "v"} if shown.state.status == "resolved" else {"d"}
        return {key: act for key, act in self.ACTS.items() if key in keys}

    def title_spans(self) -> list[Span]:
        return [Span(f" {self._name}", "title")]

    def body(self, width: int) -> list[Row]:
        shown = self.incident
        return incident_rows.rows(self.scene, shown, width) if shown else []

    def foot(self, width: int) -> list[Row]:
        hints = [
            (Span(f" {key}", "key"), Span(f" {told} ", "key-label"))
            for key, (_, told) in self._possible.items()
        ]
        rows = [line(width, [span for hint in half for span in hint]) for half in (hints[:4], hints[4:])]
        return [*rows, *super().foot(width)]

    def on_key(self, event: Key) -> None:
        act = self._possible.get(event.character or "")
        if act is not None:
            event.stop()
            self.dismiss(act[0])
