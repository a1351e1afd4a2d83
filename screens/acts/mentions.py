"""What the face does when somebody is called by name."""

import os
from collections.abc import Sequence

from launchpad.errors import LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model.journal import Recorded
from launchpad.rules.mentions import meant_for, read_upto
from launchpad.rules.narrate import narrate
from screens import dialogs
from screens.acts.base import Acting
from screens.notice import notified
from screens.render import mentions as mention_rows
from screens.render.row import Row
from screens.render.scene import Scene


class MentionActs(Acting):
    """`@me` and `@my-team`."""

    _heard: Sequence[Recorded] = ()
    """The events that were looked through: another list where the journal was read anew."""
    _calls: tuple[int, ...] = ()
    """Those that mention this operator, the oldest first."""
    _listened = 0
    """How many were looked through."""
    _teams: tuple[str, ...] = ()

    def listen(self) -> int:
        """Looks through what has come in, rings for what mentions this operator, counts what is unread."""
        me, events = self.desk.identity, self.session.events
        if me.teams != self._teams or events is not self._heard:
            self._heard, self._teams, self._calls, self._listened = events, me.teams, (), 0
        first, count = self._listened == 0, len(events)
        fresh = tuple(r.seq for r in meant_for(me, events[self._listened : count]))
        self._calls, self._listened = self._calls + fresh, count
        unread = self._unread()
        if first and unread:
            self.say(
                f"{len(unread)} unread: {self._said(unread[-1])}; @ reads",
                "warn",
                lambda: bool(self._unread()),
            )
        elif not first and fresh:
            said = self._said(events[fresh[-1] - 1])
            self._tell_unread(said)
            self.ring(notified(f"Launchpad: {said}", os.environ))
        return len(unread)

    def _tell_unread(self, said: str) -> None:
        self.say(f"{said}; @ reads", "warn", lambda: bool(self._unread()))

    def _unread(self) -> list[Recorded]:
        seen = read_upto(self.desk.identity, self.session.state)
        called = (self._heard[seq - 1] for seq in self._calls if seq > seen)
        return [recorded for recorded in called if not recorded.redacted]

    def _said(self, recorded: Recorded) -> str:
        return f"{recorded.actor} {narrate(recorded, self.scene.view.definition).text}"

    def action_mentions(self) -> None:
        unread = {recorded.seq for recorded in self._unread()}

        def rows(scene: Scene, width: int) -> list[Row]:
            called = [self._heard[seq - 1] for seq in reversed(self._calls)]
            return mention_rows.rows(scene, called, unread, width)

        self.push_screen(dialogs.Reading(self.scene, "What mentions you", rows))
        if unread and self.permits("mentions_read"):
            self.run_worker(lambda: self._has_read(max(unread)), thread=True, group="desk")

    def _has_read(self, upto: int) -> None:
        """Off the event loop, for a store may be slow; nothing is said where it went well."""
        try:
            self.desk.perform(cmd.ReadMentions(upto=upto))
        except LaunchpadError as error:
            self.call_later(self.say, str(error), "bad")
