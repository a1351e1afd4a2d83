"""What the keys do to checklist items."""

from collections.abc import Sequence

from launchpad.desk.items import evidence_kept
from launchpad.model import commands as cmd
from launchpad.model.definition import PHASES
from launchpad.model.events import ItemTicked
from launchpad.rules.items import left_out, wants_evidence
from launchpad.rules.view import ItemView
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting, sentences
from screens.lacks import to_undo
from screens.render import teams
from screens.render.scene import Scene


class ItemActs(Acting):
    """Verbs on items."""

    def _item(self, action: str) -> ItemView | None:
        return None if self.lacking(action) else self.board.item

    def action_tick(self) -> None:
        item = self._item("tick")
        if item is None:
            return
        name, seq = item.id, item.state.seq
        if item.state.item.check is not None:
            self.say(
                f"{name} is proved by its check: {self.scene.hint('item.verify', 'runs it now')}", "info"
            )
        elif item.finished:
            self._reopen(item)
        elif item.blocked_by:
            missing = item.blocked_by
            self.say(
                f"{name} waits for {_with_owners(self.scene, missing)}",
                "warn",
                lambda: (name, missing) in [(i.id, i.blocked_by) for i in self.scene.view.items],
            )
        elif wants_evidence(item.state):
            self.with_words(
                f"Evidence for {name}",
                "This item can't be ticked without evidence: a note, a link, or both.",
                lambda text: self.perform(cmd.Tick(item=name, evidence=text, expect=seq)),
                evidence_kept,
            )
        else:
            self.perform(cmd.Tick(item=name, expect=seq))

    def _reopen(self, item: ItemView) -> None:
        """Opens a finished item again; asks first if somebody else finished it, perhaps a moment ago."""
        name, by = item.id, item.state.by
        reopened = cmd.Untick(item=name, expect=item.state.seq)
        if by == self.desk.identity.name:
            self.perform(reopened)
            return
        done = "ticked" if item.mark == "done" else "skipped"
        sentence = f"{by} {done} it at {self.scene.clock(item.state.at)}."
        if left_out(item.state):
            sentence = f"It is left out from the start: {item.state.reason}."

        read = over.item(item.state)
        self.ask(
            dialogs.Simple(
                self.scene, f"Open {name} again?", "open it again", sentences(sentence), over=read
            ),
            lambda _answer: self.perform(reopened),
        )

    def action_mine(self) -> None:
        """What I have to do, or back to the checklist; the selected item stays selected."""
        item = self.board.item
        self.remember_place()
        if not self.board.mine:
            self.board.show_mine()
        elif item is not None:
            self.find_item(item)
        else:
            self.board.go(self.board.tab)

    def action_teams(self) -> None:
        self.push_screen(dialogs.Reading(self.scene, "Progress by team", teams.rows))

    def action_undo(self) -> None:
        if not self.caught_up:
            # An older tick must not go in the place of the one that is on its way.
            late = "your last act is still on its way: press it again in a moment"
            self.say(late, "info", lambda: not self.caught_up)
            return
        tick = None if self.lacking("undo") else to_undo(self)
        if tick is not None and isinstance(tick.event, ItemTicked):
            self.perform(cmd.Untick(item=tick.event.item, expect=tick.seq))

    def action_add(self) -> None:
        """Into the phase whose checklist is open."""
        phase = next((p for p in PHASES if p == self.board.tab), None)
        self.with_words(
            "Add an item",
            f"To {phase or self.scene.view.state.phase}. What has to be done?",
            lambda text: self.perform(cmd.AddItem(title=text, phase=phase)),
            does="add it",
        )

    def action_skip(self) -> None:
        if item := self._item("skip"):
            name, seq = item.id, item.state.seq
            self.with_words(
                f"Skip {name}: why?",
                item.state.item.title,
                lambda text: self.perform(cmd.Skip(item=name, text=text, expect=seq)),
                does="skip it",
                over=over.item(item.state),
            )

    def action_fail(self) -> None:
        if item := self._item("fail"):
            name, seq = item.id, item.state.seq
            self.with_words(
                f"{name} does not hold: why?",
                item.state.item.title,
                lambda text: self.perform(cmd.Fail(item=name, text=text, expect=seq)),
                does="mark it failed",
                over=over.item(item.state),
            )

    def action_assign(self) -> None:
        item = self._item("assign")
        if item is None:
            return
        name, seq = item.id, item.state.seq
        people = sorted({o.name for o in self.scene.view.definition.operators} | {self.desk.identity.name})
        note = f"{item.state.item.title}. One of {', '.join(people)}; empty takes it from everybody."

        def assigned(text: str) -> None:
            self.perform(cmd.Assign(item=name, assignee=text or None, expect=seq))

        held = item.state.assignee or self.desk.identity.name
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"Assign {name}",
                note,
                suggestions=people,
                value=held,
                does="assign",
                over=over.item(item.state),
            ),
            assigned,
        )

    def action_comment(self) -> None:
        if item := self._item("comment"):
            name = item.id
            self.with_words(
                f"Comment on {name}",
                item.state.item.title,
                lambda text: self.perform(cmd.Comment(item=name, text=text)),
            )

    def action_evidence(self) -> None:
        if item := self._item("evidence"):
            name = item.id
            self.with_words(
                f"Evidence for {name}",
                f"{item.state.item.title}. A note, a link, or both.",
                lambda text: self.perform(cmd.AddEvidence(item=name, text=text)),
                evidence_kept,
            )


def _with_owners(scene: Scene, names: Sequence[str]) -> str:
    """`dns (ada), legal (team legal)`."""
    said = []
    for name in names:
        item = scene.view.state.items[name]
        who = item.assignee or (f"team {item.item.team}" if item.item.team else "")
        said.append(f"{name} ({who})" if who else name)
    return ", ".join(said)
