"""Who has looked at what mentions them."""

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded


def _read(parts: Parts, rec: Recorded, event: ev.MentionsRead) -> None:
    read = parts.scalars.get("mentions_read", {})
    if not read.get(rec.actor, 0) < event.upto < rec.seq:
        return parts.misfit()
    parts.scalars["mentions_read"] = {**read, rec.actor: event.upto}
    return None


HANDLERS: Handlers = {ev.MentionsRead: _read}
