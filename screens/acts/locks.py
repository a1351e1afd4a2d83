"""What the palette does to deploy locks."""

from launchpad.model import commands as cmd
from launchpad.rules.locks import of_a_run
from screens.acts import over
from screens.acts.base import Acting, for_a_while


class LockActs(Acting):
    """Verbs on deploy locks."""

    def action_lock(self, target: str) -> None:
        def given(text: str) -> None:
            seconds, reason = for_a_while(text)
            self.perform(cmd.Lock(target=target, text=reason, seconds=seconds))

        named = "everything" if target == "*" else target
        note = "How long, and why: 30m incident 42. It keeps everybody else's runs off, in every launch."
        self.with_words(f"Lock {named}", note, given, for_a_while, does="lock it")

    def action_unlock(self, target: str) -> None:
        held = next((lock for lock in self.scene.view.locks if lock.target == target), None)
        if held is None or not of_a_run(held):
            self.perform(cmd.Unlock(target=target))
            return
        note = f"{held.owner} keeps it locked: {held.reason}. Why may it be released?"
        self.with_words(
            f"Unlock {target}",
            note,
            lambda text: self.perform(cmd.Unlock(target=target, text=text)),
            does="release it",
            over=over.lock(self.scene, target),
        )
