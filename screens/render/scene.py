"""What a face knows at one instant: everything that its rows are made of."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from launchpad.model.commands import Identity
from launchpad.model.definition import PHASES, Phase
from launchpad.model.values import SECOND, Micros, format_instant
from launchpad.rules.presence import at_work, teams_of
from launchpad.rules.view import View
from screens.glyphs import BRAILLE, Glyphs
from screens.render.row import cell_len, cut

OF_ACTION = "action."
"""Begins the id of the key that opens the plan of an action of the definition."""


def _usual() -> Mapping[str, str]:
    # Only here: keys are made with Textual, and a scene without any is painted before that is loaded.
    from screens.keys import USUAL_TOLD

    return USUAL_TOLD


class Longest(NamedTuple):
    """Cells of the longest of what is told of the people who are here."""

    name: int
    teams: int
    via: int


class Scene(Struct, frozen=True, dict=True):
    """A view and who looks at it."""

    view: View
    me: Identity
    glyphs: Glyphs = BRAILLE
    rehearsal: bool = False
    loading: bool = False
    """Nothing measured has been read yet."""
    allowed: frozenset[str] | None = None
    """What the face's keys may do for this operator now; None: all of it."""
    only_looks: str = ""
    """Why this face can change nothing whoever looks; empty where it can."""
    keys: Mapping[str, str] = field(default_factory=_usual)
    """Id of a binding → its key, as this operator has it."""
    lost: str = ""
    """Why the store can't be read; empty while it can."""
    lost_for: float = 0.0
    """Seconds since it could be read last."""
    unread: int = 0
    """Words of others that mention this operator and were not looked at yet."""

    @property
    def production(self) -> bool:
        """Whether what is done here happens to real users."""
        return self.view.definition.production and not self.rehearsal

    @property
    def read_only(self) -> str:
        """Why nothing can be changed from this seat, or the empty string."""
        if self.view.state.read_only or self.only_looks:
            return self.view.state.read_only or self.only_looks
        return "a viewer watches" if self.me.role == "viewer" else ""

    @property
    def in_touch(self) -> bool:
        """Whether what the store says of engine, people and locks is known."""
        return not self.loading and not self.lost

    @cached_property
    def progress(self) -> Mapping[Phase, tuple[int, int]]:
        """Items done or skipped, and all items, of each phase."""
        return {phase: self.view.progress(phase) for phase in PHASES}

    @property
    def second(self) -> int:
        """What grows older is told once a second."""
        return self.view.now // SECOND

    @cached_property
    def circumstances(self) -> tuple[object, ...]:
        """What matters to every panel."""
        view = self.view
        launch = view.definition, view.state.phase, view.state.open, view.engine.watching
        seat = self.me, self.allowed, self.keys, self.glyphs, self.rehearsal
        return launch, seat, self.in_touch, self.loading, self.lost

    @cached_property
    def at_work(self) -> Mapping[str, tuple[str, ...]]:
        """The people at work, by what they work on."""
        return at_work(self.view.people)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.view.definition.zone)

    @cached_property
    def _today(self) -> date:
        return datetime.fromtimestamp(self.view.now / SECOND, self._zone).date()

    @cached_property
    def setting(self) -> tuple[object, ...]:
        """What any row may be made of besides what it tells: zone and day, keys, operator, signs."""
        return self.view.definition.zone, self._today, self.keys, self.me.name, self.glyphs

    @cached_property
    def longest(self) -> Longest:
        """What the columns of people have to hold."""
        people, definition = self.view.people, self.view.definition
        return Longest(
            max((cell_len(person.operator) for person in people), default=0),
            max((cell_len(", ".join(teams_of(definition, person.operator))) for person in people), default=0),
            max((cell_len(person.via) for person in people), default=0),
        )

    @cached_property
    def longest_name(self) -> int:
        """Cells of the longest name that the definition has."""
        return max((cell_len(operator.name) for operator in self.view.definition.operators), default=0)

    @cached_property
    def noted(self) -> bool:
        """Whether any item of the launch has evidence or a comment."""
        return any(item.state.evidence or item.state.comments for item in self.view.items)

    def busy_with(self, subject: str) -> str:
        """Who else works on it, as a row shows it; empty if nobody does."""
        names = self.at_work.get(subject)
        if names is None:
            return ""
        others = [name for name in names if name != self.me.name]
        more = f"+{len(others) - 1}" if len(others) > 1 else ""
        return f"{self.glyphs.here} {cut(others[0], 12)}{more} " if others else ""

    def allows(self, action: str) -> bool:
        """Whether a key that does this is worth showing."""
        return self.allowed is None or action in self.allowed

    def hint(self, binding: str, does: str) -> str:
        """`a ack`: a key and what it does here; empty where the operator has taken its key away."""
        key = self.keys.get(binding, "")
        return f"{key} {does}" if key else ""

    def clock(self, at: Micros | None) -> str:
        """Wall time in the launch's zone: `09:30` today, `Nov 30` on another day."""
        return self.stamp(at)[:6].rstrip(":") if at else ""

    def stamp(self, at: Micros) -> str:
        """As `clock`, in eight cells: `09:30:00` or `Nov 30  `."""
        local = datetime.fromtimestamp(at / SECOND, self._zone)
        return local.strftime("%H:%M:%S") if local.date() == self._today else local.strftime("%b %d  ")

    def time(self, at: Micros) -> str:
        """Wall time in the launch's zone."""
        return format_instant(at, self.view.definition.zone)
