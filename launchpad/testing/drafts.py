"""Small events to fill a journal with."""

import secrets

from launchpad.model.definition import FORMAT, Definition, Launch
from launchpad.model.events import Auth, Event, LaunchOpened, NoteWritten, Unknown
from launchpad.model.journal import Draft


def opening(product: str = "Shop", version: str = "2.4.0", environment: str = "production") -> Draft:
    """The first event of a launch."""
    launch = Launch(product=product, version=version, environment=environment)
    return draft(LaunchOpened(definition=Definition(launch=launch), format=FORMAT))


def note(text: str, *, id: str | None = None) -> Draft:  # noqa: A002  # named as in Draft
    """A line in the war-room log."""
    return draft(NoteWritten(), text, id=id)


def draft(
    event: Event | Unknown,
    text: str = "",
    *,
    id: str | None = None,  # noqa: A002  # named as in Draft
    actor: str = "ada",
    auth: Auth = "key",
) -> Draft:
    """An event by `ada`, under an id of its own."""
    return Draft(id=id or secrets.token_hex(8), event=event, actor=actor, auth=auth, text=text)  # type: ignore[arg-type]
