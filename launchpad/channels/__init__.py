"""Ways to reach people; one line in the entry-point group makes a kind known."""

from collections.abc import Callable

import msgspec

from launchpad.channels.channel import Channel
from launchpad.errors import BadInput
from launchpad.model.definition import Definition
from launchpad.plugins import Plugins

CHANNELS: Plugins[Channel] = Plugins("launchpad.channels", "channel")


def made_channels(definition: Definition, resolve: Callable[[str], str]) -> dict[str, Channel]:
    """The channels of a definition, by name. Raises BadInput for settings that a kind does not take.

    `resolve` gives a secret reference's value and leaves other text alone.
    """
    made: dict[str, Channel] = {}
    for name, spec in definition.channels.items():
        kind = CHANNELS.load(spec.kind)
        try:
            settings = msgspec.convert(spec.settings, kind.settings)
        except msgspec.ValidationError as error:
            raise BadInput(f"channel {name}: {error}", hint="was it defined for another version?") from error
        made[name] = kind(name, settings, resolve)
    return made
