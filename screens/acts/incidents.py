"""What the keys do to incidents."""

from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.model.definition import SEVERITIES, Severity
from launchpad.rules.view import AlertView, IncidentView
from launchpad.rules.view.incidents import draft
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting

_LONGEST_NUMBER = 6
"""Digits."""


class IncidentActs(Acting):
    """Verbs on incidents."""

    def action_incident(self, name: str = "") -> None:
        """Opens an incident, the gravest that is open unless one is named; without any, declares one."""
        view = self.scene.view
        present = next((each for each in view.incidents if each.state.id == name), None) or view.incident
        if present is None:
            if not self.lacking("incident"):
                self.action_declare_incident()
            return
        known = present.state.id
        self.ask(dialogs.IncidentDialog(self.scene, known), lambda act: self._on_incident(known, act))

    def action_declare_incident(self) -> None:
        self.ask(dialogs.DeclareDialog(self.scene, self._alert_to_declare()), self.perform)

    def _alert_to_declare(self) -> AlertView | None:
        """The selected alert, else the worst that fires, unless an incident is about it already."""
        panel = self.board.focused_panel
        chosen = panel.selected if panel is not None and panel.id == "alerts" else None
        firing = (alert for alert in self.scene.view.alerts if alert.state.status == "firing")
        alert = chosen if isinstance(chosen, AlertView) else next(firing, None)
        taken = {each.state.alert for each in self.scene.view.incidents if each.state.open}
        return alert if alert is not None and alert.state.name not in taken else None

    def _on_incident(self, name: str, act: str) -> None:
        shown = next((each for each in self.scene.view.incidents if each.state.id == name), None)
        if shown is None:
            return
        match act:
            case "update":
                self._update(shown)
            case "severity":
                self._grade(shown)
            case "command":
                self._command(shown)
            case "done":
                self._finish(shown)
            case _:
                self._with_words(name, act)

    def _update(self, shown: IncidentView) -> None:
        view, name = self.scene.view, shown.state.id
        told = draft(shown, view.definition, view.now)
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"Update on {name}: how does it stand?",
                told,
                needed=True,
                value=told,
                over=over.incident(name, "incident.updated"),
            ),
            lambda text: self.perform(cmd.UpdateIncident(incident=name, text=text)),
        )

    def _grade(self, shown: IncidentView) -> None:
        name, note = shown.state.id, f"It is {shown.state.severity}. One of {', '.join(SEVERITIES)}."

        asked = dialogs.Prompt(
            self.scene,
            f"How grave is {name}?",
            note,
            needed=True,
            suggestions=SEVERITIES,
            check=_severity,
            over=over.incident(name, "incident.graded"),
        )
        self.ask(
            asked, lambda text: self.perform(cmd.UpdateIncident(incident=name, severity=_severity(text)))
        )

    def _command(self, shown: IncidentView) -> None:
        name, seq, me = shown.state.id, shown.state.seq, self.desk.identity.name
        people = sorted({operator.name for operator in self.scene.view.definition.operators} | {me})
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"Who commands {name}?",
                f"One of {', '.join(people)}; now {shown.commander}.",
                needed=True,
                suggestions=people,
                value=me,
                over=over.command(self.scene, name),
            ),
            lambda text: self.perform(cmd.CommandIncident(incident=name, commander=text, expect=seq)),
        )

    def _finish(self, shown: IncidentView) -> None:
        name = shown.state.id
        waiting = [task for task in shown.state.tasks if task.done_by is None]
        if not waiting:
            self.say(f"no task of {name} is open", "info")
            return
        note = "; ".join(f"{task.number} {task.text}" for task in waiting)

        first = str(waiting[0].number)
        self.ask(
            dialogs.Prompt(
                self.scene,
                "Which task is done?",
                note,
                needed=True,
                value=first,
                check=_task_number,
                over=over.incident(name, "incident.task-done"),
            ),
            lambda text: self.perform(cmd.FinishIncidentTask(incident=name, task=_task_number(text))),
        )

    def _with_words(self, name: str, act: str) -> None:
        """The acts that take nothing but a sentence."""
        match act:
            case "impact":
                self.with_words(
                    f"Whom or what does {name} hit?",
                    "Users, regions, money; what you know so far.",
                    lambda text: self.perform(cmd.UpdateIncident(incident=name, impact=text)),
                    over=over.incident(name, "incident.impact-stated"),
                )
            case "task":
                self.with_words(
                    f"A task for {name}",
                    "What has to be done?",
                    lambda text: self.perform(cmd.AddIncidentTask(incident=name, text=text)),
                    over=over.incident(name, "incident.task-added"),
                )
            case "mitigate":
                note = "From here on the cure is being applied. Which one?"
                self.ask(
                    dialogs.Prompt(
                        self.scene,
                        f"{name} is being mitigated",
                        note,
                        over=over.incident(name, "incident.mitigating"),
                    ),
                    lambda text: self.perform(cmd.MitigateIncident(incident=name, text=text)),
                )
            case "resolve":
                self.with_words(
                    f"{name} is over: what was the cause?",
                    "It stands in the report.",
                    lambda text: self.perform(cmd.ResolveIncident(incident=name, text=text)),
                    over=over.incident(name, "incident.resolved"),
                )
            case "review":
                self.with_words(
                    f"Looking back on {name}: what was learnt?",
                    "It stands in the report.",
                    lambda text: self.perform(cmd.ReviewIncident(incident=name, text=text)),
                    over=over.incident(name, "incident.reviewed"),
                )


def _severity(text: str) -> Severity:
    """Raises `BadInput` for what is none."""
    for known in SEVERITIES:
        if known == text.strip():
            return known
    raise BadInput(f"expected one of {', '.join(SEVERITIES)}")


def _task_number(text: str) -> int:
    """Raises `BadInput` for what is none."""
    number = text.strip()
    if not number.isdecimal() or len(number) > _LONGEST_NUMBER:
        raise BadInput("expected the number of a task")
    return int(number)
