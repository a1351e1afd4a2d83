"""What the palette does to words: those that the report lacks, and those that must go."""

from launchpad.model import commands as cmd
from launchpad.model.events import ReportSection
from launchpad.model.journal import Recorded
from screens.acts.base import Acting

_ASKED: dict[str, tuple[ReportSection, str]] = {
    "impact": ("impact", "What did users feel?"),
    "lesson": ("lesson", "What was learned?"),
    "action-item": ("action-item", "What is to be done? Begin with a name and a colon to say by whom."),
}


class WritingActs(Acting):
    """Verbs on free text."""

    def action_report_note(self, section: str) -> None:
        kind, note = _ASKED[section]

        def given(text: str) -> None:
            owner, colon, task = text.partition(":")
            known = {operator.name for operator in self.scene.view.definition.operators}
            if kind == "action-item" and colon and owner.strip() in known and task.strip():
                self.perform(cmd.NoteForReport(section=kind, text=task.strip(), owner=owner.strip()))
            else:
                self.perform(cmd.NoteForReport(section=kind, text=text))

        self.with_words(f"For the report: {section}", note, given)

    def action_redact(self) -> None:
        """Removes the free text of an event: of that selected in the timeline, or of a numbered one."""
        panel = self.board.focused_panel
        chosen = panel.selected if panel is not None else None
        gone = "The text is gone for good; the chain holds."
        if isinstance(chosen, Recorded) and chosen.text:
            seq = chosen.seq
            title = f"Remove the text of event {seq}: why?"
            self.with_words(title, gone, lambda text: self.perform(cmd.Redact(seq=seq, text=text)))
            return

        def given(text: str) -> None:
            number, _, reason = text.strip().partition(" ")
            if number.isdecimal():
                self.perform(cmd.Redact(seq=int(number), text=reason))
            else:
                self.say(f"an event has a number such as 118, then a reason; not {text!r}", "bad")

        note = f"Its number, and why: 118 a token was pasted. {gone}"
        self.with_words("Remove the text of an event", note, given)
