"""What the keys do: each turns into a command for the desk, asking first where something must be said."""

from screens.acts.alerts import AlertActs
from screens.acts.checks import CheckActs
from screens.acts.copying import CopyActs
from screens.acts.criteria import CriteriaActs
from screens.acts.filtering import FilterActs
from screens.acts.following import PhaseFollowing
from screens.acts.habits import Habits
from screens.acts.handover import HandoverActs
from screens.acts.incidents import IncidentActs
from screens.acts.items import ItemActs
from screens.acts.jump import JumpActs
from screens.acts.labels import LabelActs
from screens.acts.launch import LaunchActs
from screens.acts.locks import LockActs
from screens.acts.mentions import MentionActs
from screens.acts.mouse import MouseActs
from screens.acts.poll import PollActs
from screens.acts.reading import ReadingActs
from screens.acts.report import ReportActs
from screens.acts.rollouts import RolloutActs
from screens.acts.runs import RunActs
from screens.acts.seat import SeatActs
from screens.acts.smoke import SmokeActs
from screens.acts.sorting import SortActs
from screens.acts.tour import TourActs
from screens.acts.writing import WritingActs


class Acts(
    AlertActs,
    CopyActs,
    CheckActs,
    CriteriaActs,
    FilterActs,
    Habits,
    HandoverActs,
    IncidentActs,
    ItemActs,
    JumpActs,
    LabelActs,
    LaunchActs,
    MentionActs,
    LockActs,
    MouseActs,
    PhaseFollowing,
    PollActs,
    ReadingActs,
    ReportActs,
    RolloutActs,
    RunActs,
    SeatActs,
    SmokeActs,
    SortActs,
    TourActs,
    WritingActs,
):
    """The operator's verbs, mixed into the app."""
