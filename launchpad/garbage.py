"""When Python looks for garbage among what refers to each other: hardly while a program starts, then now and
then, and never again among what was there by then."""

import gc

_STARTING = 400_000
"""Objects more than were freed, before it looks. Start-up makes many, and nearly all of them stay: to look
among them again and again, as often as Python does by itself, takes a tenth of it."""
_STARTED = 50_000


def put_off() -> None:
    """Called first of all."""
    gc.set_threshold(_STARTING, 20, 20)


def settle(*, every: int = _STARTED) -> None:
    """Called by what goes on for long, once it has all that it starts with. From now on it looks after
    `every` objects more than were freed."""
    gc.freeze()
    gc.set_threshold(every, 20, 20)
