"""Questions that the face asks before something happens.

Their modules are read when something of theirs is first asked for, or by `read_all`: a face opens without any
of them, and the sooner for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screens.dialogs.base import Dialog as Dialog
    from screens.dialogs.close import CloseDialog as CloseDialog
    from screens.dialogs.confirm import Confirmed as Confirmed
    from screens.dialogs.confirm import Simple as Simple
    from screens.dialogs.criteria import CriteriaDialog as CriteriaDialog
    from screens.dialogs.help import Help as Help
    from screens.dialogs.incident import DeclareDialog as DeclareDialog
    from screens.dialogs.incident import IncidentDialog as IncidentDialog
    from screens.dialogs.item import ItemDialog as ItemDialog
    from screens.dialogs.phase import PhaseDialog as PhaseDialog
    from screens.dialogs.plan import PlanDialog as PlanDialog
    from screens.dialogs.plans import PlansDialog as PlansDialog
    from screens.dialogs.poll import PollDialog as PollDialog
    from screens.dialogs.poll import my_teams as my_teams
    from screens.dialogs.prompt import Prompt as Prompt
    from screens.dialogs.reading import Reading as Reading
    from screens.dialogs.resolve import ResolveDialog as ResolveDialog
    from screens.dialogs.rollouts import EVERY as EVERY
    from screens.dialogs.rollouts import RolloutDialog as RolloutDialog
    from screens.dialogs.sort import SortDialog as SortDialog
    from screens.dialogs.tour import Tour as Tour

_HOME = {
    "Dialog": "base",
    "CloseDialog": "close",
    "Confirmed": "confirm",
    "Simple": "confirm",
    "CriteriaDialog": "criteria",
    "Help": "help",
    "DeclareDialog": "incident",
    "IncidentDialog": "incident",
    "ItemDialog": "item",
    "PhaseDialog": "phase",
    "PlanDialog": "plan",
    "PlansDialog": "plans",
    "PollDialog": "poll",
    "my_teams": "poll",
    "Prompt": "prompt",
    "Reading": "reading",
    "ResolveDialog": "resolve",
    "EVERY": "rollouts",
    "RolloutDialog": "rollouts",
    "SortDialog": "sort",
    "Tour": "tour",
}
"""Where each is."""


def read_all() -> None:
    """Reads every module, and what the desk decides with: a program that is renewed under a face must not
    meet it half."""
    for name in set(_HOME.values()):
        import_module(f"screens.dialogs.{name}")
    import_module("launchpad.desk.verbs")


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    found = getattr(import_module(f"screens.dialogs.{_HOME[name]}"), name)
    globals()[name] = found
    return found
