"""A question whose yes has consequences.

Cancel has the focus and Enter never confirms. One key, usually `y`, confirms what can be undone; what can't
takes the typed name of its target. Keys that were waiting when the question came up are dropped.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import ClassVar, NamedTuple

from textual.binding import BindingType
from textual.events import Key

from screens.dialogs.base import Authority
from screens.dialogs.prompt import Prompt
from screens.dialogs.reading import Framed
from screens.keys import IN_QUESTIONS, told
from screens.render.row import Row, Span, line
from screens.render.scene import Scene

GUARD = 0.5
"""Seconds in which keys are dropped, for they were meant for something else."""


class Confirmed(NamedTuple):
    """The answer yes; `override` is the reason for going against a gate."""

    override: str = ""


class Confirm(Framed):
    """Asks; dismissed with `Confirmed`, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_QUESTIONS)
    FOOT = 3
    changes = True
    """Whether a yes changes something of the launch, which not everybody may."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._authority = Authority(scene)
        self.override = ""
        self._reason = ""
        """The last that was given for going against a gate, and what stood against it then."""
        self._overridden: frozenset[str] = frozenset()
        self._typed = ""
        self._shown_at = monotonic()
        self._early = False
        """The last key was dropped."""
        self._short = False
        """The last key says yes elsewhere, and was no letter of the name."""

    # What a question says of itself

    def asks(self) -> str:
        """What yes does, in a few words."""
        raise NotImplementedError

    def hindrance(self) -> str:
        """Why it can't be confirmed at all yet; empty when it can."""
        return ""

    def bar(self) -> str:
        """Why it can't be confirmed at all by whoever sits here as things stand; empty when it can."""
        return (self._authority.lost(self.scene) if self.changes else "") or self.hindrance()

    def against(self) -> str:
        """Which gate stands against it; empty if none does."""
        return ""

    def blockers(self) -> frozenset[str]:
        """All that stands against it, each for itself."""
        return frozenset()

    def name_to_type(self) -> str:
        """What must be typed to confirm; empty where one key is enough."""
        return ""

    def about(self) -> object:
        """What the answer is bound to; where that becomes another, the question is asked anew."""
        return None

    def ask_anew(self) -> None:
        """Nothing that was chosen or pressed for another question counts."""
        self.guard_again()

    def show(self, scene: Scene) -> None:
        before = self.about()
        self.scene = scene
        if self.about() != before:
            self.ask_anew()
        self._heed_gate()
        self.redraw()

    def _heed_gate(self) -> None:
        """A reason was given for what stood against it then, not for what has come since."""
        if self.override and not self.blockers() <= self._overridden:
            self.override = ""
            self.guard_again()

    # Keys

    @property
    def listens(self) -> bool:
        """Whether a key pressed now counts."""
        return monotonic() - self._shown_at >= GUARD

    def guard_again(self) -> None:
        """What is asked has just changed: keys pressed before that are dropped too."""
        self._shown_at = monotonic()
        self._typed = ""

    def on_key(self, event: Key) -> None:
        if event.key in ("escape", "ctrl+c"):
            return
        # What counts is when it was pressed: a busy machine may bring it much later.
        self._early = event.time - self._shown_at < GUARD
        if self._early:
            event.stop()
            event.prevent_default()
            self.redraw()
            return
        bound = self.active_bindings.get(event.key)
        overrides = bound is not None and bound.binding.id == "question.override"
        if self.name_to_type() and not (overrides and self._can_override):
            self._type(event)

    @property
    def _can_override(self) -> bool:
        return bool(self.against()) and not self.bar() and self.scene.me.role == "director"

    def action_yes(self) -> None:
        self._confirm()

    def action_override(self) -> None:
        if self._can_override:
            self._ask_override()

    def _type(self, event: Key) -> None:
        wanted = self.name_to_type()
        means_yes = not self._typed and told(event.key) == self.scene.keys["question.yes"]
        self._short = means_yes and event.character != wanted[0]
        if event.key == "backspace":
            self._typed = self._typed[:-1]
        elif self._short:
            pass  # as the first letter it would have to be taken back
        elif event.is_printable and event.character and event.character != " ":
            self._typed = (self._typed + event.character)[-len(wanted) - 8 :]
            if self._typed == wanted:
                self._confirm()
        else:
            return
        event.stop()
        event.prevent_default()
        self.redraw()

    def _confirm(self) -> None:
        if self.bar() or (self.against() and not self.override):
            self._typed = ""
            self.redraw()
            return
        self.dismiss(Confirmed(override=self.override))

    def _ask_override(self) -> None:
        against, blockers = self.against(), self.blockers()
        note = f"{against}. The reason stands in the journal, on the screen and in the report."

        def given(reason: str | None) -> None:
            self.override, self._overridden = reason or "", blockers
            self._reason = self.override or self._reason
            self.guard_again()
            self._heed_gate()
            self.redraw()

        asked = Prompt(self.scene, "Override the gate", note, needed=True, value=self._reason)
        self.app.push_screen(asked, given)

    # The foot

    def foot(self, width: int) -> list[Row]:
        return [
            line(width, self._standing()),
            line(width, self._question()),
            line(width, self._cancel(), self.more()),
        ]

    def _standing(self) -> list[Span]:
        if self.bar():
            return [Span(f" {self.bar()}", "warn")]
        if self.against() and self.override:
            return [Span(f" OVERRIDE {self.against()}: {self.override}", "warn")]
        if self.against():
            return [Span(f" {self.against()}", "bad")]
        return []

    def _question(self) -> list[Span]:
        if self.bar():
            return []
        if self.against() and not self.override:
            if self.scene.me.role == "director":
                return self.keys(("question.override", "override it with a reason"))
            return [Span(" a director can override it", "dim")]
        if name := self.name_to_type():
            typed = [Span(self._typed, "title"), Span(self.scene.glyphs.pointer, "accent")]
            # What was typed first: it must be seen, and there may be no room for the rest.
            return [
                Span(f" CAN'T BE UNDONE: type {name}: ", "bad"),
                *typed,
                Span(f"  to {self.asks()}", "dim"),
            ]
        others = [
            span
            for of, does in self.besides()
            for span in (Span(f"   {self.scene.keys[of]}", "key"), Span(f" {does}", "key-label"))
        ]
        return [Span(f" {self.scene.keys['question.yes']}", "key"), Span(f" {self.asks()}", "text"), *others]

    def besides(self) -> Sequence[tuple[str, str]]:
        """Other answers: ids of their keys, and what they do."""
        return ()

    def _cancel(self) -> list[Span]:
        return [
            Span(" "),
            Span(f"{self.scene.glyphs.pointer} Cancel ", "tab-chosen"),
            Span(f"  {self.scene.keys['dialog.close']}, esc", "dim"),
            *([Span(f"  copied {self._copied}", "ok")] if self._copied else []),
            *([Span("  that key came too early: press it again", "warn")] if self._early else []),
            *([Span("  type the name", "warn")] if self._short else []),
        ]


class Simple(Confirm):
    """A question in a few sentences."""

    def __init__(
        self,
        scene: Scene,
        title: str,
        asks: str,
        rows: Callable[[Scene, int], list[Row]],
        also: str = "",
        over: Callable[[Scene], str] = lambda _scene: "",
        *,
        changes: bool = True,
    ) -> None:
        """`also` is the id of a further key that says yes. `over` tells why there is nothing to say yes to
        any more; empty while there is. Without `changes` a yes takes no role."""
        super().__init__(scene)
        self._title = title
        self._asks = asks
        self._rows = rows
        self._also = also
        self._over = over
        self.changes = changes

    def title_spans(self) -> list[Span]:
        return [Span(f" {self._title}", "title")]

    def body(self, width: int) -> list[Row]:
        return self._rows(self.scene, width)

    def hindrance(self) -> str:
        return self._over(self.scene)

    def asks(self) -> str:
        return self._asks

    def on_key(self, event: Key) -> None:
        super().on_key(event)
        if self._also and self.listens and told(event.key) == self.scene.keys.get(self._also):
            event.stop()
            self._confirm()
