"""What `--json` prints: plain dictionaries with instants in RFC 3339 and durations in seconds."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.cli.shapes.decisions import amendment, definition, difference, gate, plan, poll, run
from launchpad.cli.shapes.health import alert, incident, message, objective, rollout
from launchpad.cli.shapes.items import item
from launchpad.cli.shapes.launch import advice, handover, launch, person, seat, standing
from launchpad.cli.shapes.migrations import migrations
from launchpad.cli.shapes.smoke import smoke
