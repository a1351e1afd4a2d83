"""The desk: the only way an operator changes anything.

`Desk.perform` checks the role, decides (pure functions, listed in `verbs`) what a command
means in the present state, and appends it under the expectation that its subject has not moved.
"""

from launchpad.desk.desk import Desk, LocalDesk, Onlooker, open_launch
from launchpad.desk.roles import MINIMUM, allows

__all__ = ["MINIMUM", "Desk", "LocalDesk", "Onlooker", "allows", "open_launch"]
