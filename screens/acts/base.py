"""What every key that acts does: ask, hand a command to the desk, say how it went."""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from launchpad.desk.decision import optional_words
from launchpad.errors import BadInput, LaunchpadError, Refused
from launchpad.model.commands import Command, Done
from launchpad.model.events import Unknown
from launchpad.model.journal import Recorded
from launchpad.model.preferences import Preferences
from launchpad.model.values import parse_duration
from launchpad.rules.view import ItemView
from screens import dialogs
from screens.acts.over import Over, never
from screens.lacks import lacks
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene
from screens.seeing import Seeing

if TYPE_CHECKING:
    from launchpad.desk import Desk
    from screens.around import Around
    from screens.leads import Place

Then = Callable[[Done], None]

_WAIT = "your words wait where you wrote them"


class Acting(Seeing):
    """The app as the operator's verbs see it."""

    desk: "Desk"
    around: "Around"
    preferences: Preferences
    _unkept: Mapping[str, str] = MappingProxyType({})
    """Words that were written but not kept, as the desk would not or could not have them, by what was asked:
    they stand there when that is asked again."""
    _asked = ""
    """What is just being answered with words."""
    _answered_at = float("-inf")
    """When a question was last answered without an Enter, as `monotonic` has it."""
    _unanswered = 0
    """Commands that the desk has not answered yet."""
    _newest = 0
    """The newest event that the desk has told of."""
    _told_in: Sequence[Recorded] = ()
    """The events among which that one is to be found: others where the journal was read anew."""

    def say(self, text: str, style: str = "ok", holds: Callable[[], bool] = lambda: True) -> None:
        """One line in the row kept for it, for as long as `holds` tells that it is so."""
        raise NotImplementedError

    def ring(self, notification: str) -> None:
        """Calls somebody who looks elsewhere, unless they want no bell."""
        raise NotImplementedError

    def lacking(self, action: str) -> bool:
        """Whether an action has nothing to act on; says what, where it has not."""
        why = lacks(self, action)
        if why:
            self.say(why, "info", lambda: lacks(self, action) == why)
        return bool(why)

    def refresh_view(self) -> None:
        """Asks for a fresh view."""
        raise NotImplementedError

    def find_item(self, item: ItemView) -> None:
        """Leads to an item of any phase."""
        raise NotImplementedError

    def find_panel(self, name: str, key: str = "") -> None:
        """Gives a panel the focus, with the cursor on the entry `key`; one without a place is shown alone."""
        raise NotImplementedError

    def remember_place(self) -> None:
        """Keeps where the operator is, to come back to it: something else is about to be shown."""
        raise NotImplementedError

    def go_to(self, place: "Place") -> None:
        """Leads to any place."""
        raise NotImplementedError

    def request(self, command: Command) -> None:
        """Asks for a run and opens its plan."""
        raise NotImplementedError

    def ask(self, dialog: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Opens a dialog; `answered` gets what it was dismissed with, unless that is None."""
        asked = ""
        if isinstance(dialog, dialogs.Prompt) and dialog.comes_back:
            asked = dialog.title_asked
            dialog.begin_with(self._unkept.get(asked, ""))

        def closed(answer: Any) -> None:
            words = dialog.unkept if answer is None and isinstance(dialog, dialogs.Prompt) else answer
            if asked and words:
                self._unkept = {**self._unkept, asked: words}
            if answer is None:
                if asked and words:
                    self.say(_WAIT, "info")
                return
            if not isinstance(dialog, dialogs.Prompt):
                self._answered_at = monotonic()
            self._asked = asked
            answered(answer)
            self._asked = ""

        self.push_screen(dialog, closed)

    def perform(self, command: Command, then: Then | None = None) -> None:
        """Has the desk do it, off the event loop, and says how it went."""

        asked = self._asked

        def work() -> None:
            try:
                done = self.desk.perform(command)
            except LaunchpadError as error:
                self.call_later(self._refused, error, asked)
                self.call_later(self.refresh_view)
            else:
                # Its event brings the next view.
                self.call_later(self._performed, done, then, asked)

        self._unanswered += 1
        self.run_worker(work, thread=True, group="desk")

    @property
    def caught_up(self) -> bool:
        """Whether all that was asked of the desk has been answered and can be seen in the session."""
        seen = self.session.state.seq >= self._newest or self._told_in is not self.session.events
        return not self._unanswered and seen

    def _refused(self, error: LaunchpadError, asked: str) -> None:
        self._unanswered -= 1
        waits = f"; {_WAIT}" if asked in self._unkept else ""
        self.say(f"{error}{waits}", "warn" if isinstance(error, Refused) else "bad")

    def _performed(self, done: Done, then: Then | None, asked: str) -> None:
        self._unanswered -= 1
        if not done.already:
            self._unkept = {title: words for title, words in self._unkept.items() if title != asked}
        known = self._newest if self._told_in is self.session.events else 0
        self._newest, self._told_in = max(known, done.seq), self.session.events
        self.say(done.message, "info" if done.already else "ok", self._unmoved(done.subject, done.seq))
        if then is not None:
            then(done)

    def _unmoved(self, subject: str, seq: int) -> Callable[[], bool]:
        """Tells whether nothing has happened to a subject since what was recorded together with an event."""
        events = self.session.events

        def moved(later: Recorded) -> bool:
            about = "" if isinstance(later.event, Unknown) else later.event.subject
            return about == subject and later.at > events[seq - 1].at

        return lambda: not any(moved(later) for later in events[seq:])

    def with_words(
        self,
        title: str,
        note: str,
        given: Callable[[str], None],
        check: Callable[[str], object] = optional_words,
        *,
        does: str = "keep",
        over: Over = never,
        comes_back: bool = True,
    ) -> None:
        asked = dialogs.Prompt(
            self.scene,
            title,
            note,
            needed=True,
            does=does,
            check=check,
            over=over,
            comes_back=comes_back,
        )
        self.ask(asked, given)


def for_a_while(text: str) -> tuple[float, str]:
    """The seconds and the reason in `30m load test`. Raises `BadInput`."""
    span, _, reason = optional_words(text).partition(" ")
    try:
        seconds = parse_duration(span)
    except ValueError:
        seconds = 0.0
    if not seconds or not reason:
        raise BadInput("first how long, then why: 30m load test")
    return seconds, reason


def sentences(*texts: str) -> Callable[[Scene, int], list[Row]]:
    return lambda _scene, width: [
        line(width, [Span(f" {piece}")]) for text in texts for piece in wrap(text, width - 2)
    ]
