"""Declaring an incident, and the one that is open."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from launchpad.model import commands as cmd
from launchpad.model.definition import SEVERITIES, Severity
from launchpad.rules.view import AlertView, IncidentView
from launchpad.rules.view.health import affected
from screens.dialogs.confirm import Confirm
from screens.dialogs.prompt import Prompt
from screens.dialogs.reading import Framed
from screens.keys import IN_DECLARE, IN_INCIDENT, IN_READING
from screens.render import incident as incident_rows
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene
from screens.render.words import SEVERITY


class DeclareDialog(Confirm):
    """Asks how grave it is, what is wrong and whom it hits; dismissed with the command."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_DECLARE)

    def __init__(self, scene: Scene, alert: AlertView | None) -> None:
        super().__init__(scene)
        self._source = alert
        """As it was when it was last pending or firing."""
        self._severity: Severity | None = alert.severity if alert else None
        self._what = ""
        self._impact = ""

    @property
    def _alert(self) -> AlertView | None:
        """The alert that it is about, unless an amendment has taken that away."""
        if self._source is None or self._source.state.name not in self.scene.view.definition.alerts:
            return None
        return self._now or self._source

    @property
    def _now(self) -> AlertView | None:
        """The same, while it is pending or fires."""
        name = self._source.state.name if self._source else ""
        return next((a for a in self.scene.view.alerts if a.state.name == name), None)

    def show(self, scene: Scene) -> None:
        super().show(scene)
        self._source = self._now or self._source

    def title_spans(self) -> list[Span]:
        source = f"  from alert {self._alert.state.name}" if self._alert else ""
        return [Span(" Declare an incident?", "title"), Span(source, "dim")]

    def body(self, width: int) -> list[Row]:
        what, impact = self._what, self._impact
        if self._alert is not None:
            shown = f"now {self._alert.shown}" if self._now else "neither pending nor firing any more"
            what = what or f"{self._alert.rule}, {shown}"
            impact = impact or affected(self.scene.view.definition, self._alert.state.name)
        rows = [line(width, [Span(" how grave  ", "dim"), *self._grades()]), Row()]
        rows += self._field("what", "what is wrong", what or "nobody has said yet", width)
        rows += self._field("impact", "whom it hits", impact or "nobody has said yet", width)
        if self._now is not None and self._alert is not None and self._alert.unacknowledged:
            rows += [Row(), line(width, [Span(" It acknowledges the alert in your name.", "dim")])]
        return rows

    def _grades(self) -> list[Span]:
        spans = []
        for severity in SEVERITIES:
            chosen = severity == self._severity
            pointer = self.scene.glyphs.pointer if chosen else " "
            said = SEVERITY[severity]
            spans += [
                Span(f"{pointer}{self._key(severity)} ", "key"),
                Span(f"{said.word if chosen else severity}  ", said.style if chosen else "dim"),
            ]
        return spans

    def _key(self, of: str) -> str:
        return self.scene.keys[f"declare.{of}"]

    def _field(self, of: str, name: str, text: str, width: int) -> list[Row]:
        pieces = wrap(text, width - 4, most=4)
        heading = line(width, [Span(f" {self._key(of)} ", "key"), Span(name, "dim")])
        return [heading, *(line(width, [Span(f"   {piece}")]) for piece in pieces)]

    def hindrance(self) -> str:
        about = self._alert.state.name if self._alert else ""
        for other in self.scene.view.incidents:
            if about and other.state.open and other.state.alert == about:
                return f"{other.state.declared_by} has declared {other.state.id} from {about}"
        if self._severity is None:
            return f"how grave is it? {', '.join(map(self._key, SEVERITIES))}"
        return "" if self._what or self._alert else f"what is wrong? {self._key('what')}"

    def asks(self) -> str:
        return "declare it"

    def action_grade(self, severity: Severity) -> None:
        self._severity = severity
        self.redraw()

    def action_say_what(self) -> None:
        self._ask("What is wrong?", "In words for everybody.", "_what")

    def action_say_impact(self) -> None:
        self._ask("Whom or what does it hit?", "Users, regions, money; what you know so far.", "_impact")

    def _ask(self, title: str, note: str, field: str) -> None:
        def given(text: str | None) -> None:
            if text is not None:
                setattr(self, field, text)
            self.guard_again()
            self.redraw()

        self.app.push_screen(Prompt(self.scene, title, note, value=getattr(self, field)), given)

    def _confirm(self) -> None:
        if self.bar():
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

    BINDINGS: ClassVar[list[BindingType]] = [*IN_READING, *IN_INCIDENT]
    FOOT = 3

    def __init__(self, scene: Scene, name: str) -> None:
        super().__init__(scene)
        self._name = name

    @property
    def incident(self) -> IncidentView | None:
        return next((each for each in self.scene.view.incidents if each.state.id == self._name), None)

    @property
    def _possible(self) -> list[Binding]:
        """Of its own keys, those that have something to do."""
        shown = self.incident
        if shown is None or self.scene.read_only:
            return []
        acts = {"task", "done", "review"} if shown.state.status == "resolved" else {"done"}
        if shown.state.open:
            acts = {"update", "impact", "severity", "command", "task", "done", "mitigate", "resolve"}
            acts -= {"mitigate"} if shown.state.mitigating_at else set()
        return [binding for binding in IN_INCIDENT if (binding.id or "").partition(".")[2] in acts]

    def title_spans(self) -> list[Span]:
        return [Span(f" {self._name}", "title")]

    def body(self, width: int) -> list[Row]:
        shown = self.incident
        return incident_rows.rows(self.scene, shown, width) if shown else []

    def foot(self, width: int) -> list[Row]:
        hints = [(binding.id or "", binding.description) for binding in self._possible]
        keys = [("", "close"), ("reading.copy", "copy")]
        first, second = (line(width, self.keys(*half)) for half in (hints[:4], hints[4:]))
        return [first, second, line(width, self.keys(*keys), self.more())]

    def action_act(self, act: str) -> None:
        if any(binding.id == f"incident.{act}" for binding in self._possible):
            self.dismiss(act)
