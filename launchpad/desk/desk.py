"""Performs commands for one operator."""

import itertools
import uuid
from typing import Protocol

from launchpad.desk.decision import DEFINITION, Context, Proposal
from launchpad.desk.roles import MINIMUM, a, allows
from launchpad.errors import Conflict, Refused
from launchpad.model import commands as cmd
from launchpad.model.commands import Command, Done, Identity, verb_of
from launchpad.model.definition import FORMAT
from launchpad.model.events import LaunchOpened
from launchpad.model.journal import Draft
from launchpad.model.state import State
from launchpad.model.store import Store
from launchpad.rules.seat import acting
from launchpad.rules.situation import Situation
from launchpad.session import Session

_ATTEMPTS = 5
"""How often a command that names no expectation is decided anew when its subject moved under it."""

AFTERWARDS = frozenset({"redact", "report-note", "accept-loss"})
"""Verbs for which a launch need not be open any more."""


def open_launch(store: Store, identity: Identity, command: cmd.OpenLaunch) -> Done:
    """Opens a launch, or finds it open or closed. The one verb that needs no session, for there is none yet.

    Raises `Refused` unless the operator is a director.
    """
    if store.head(command.launch).seq:
        return _found(store, command.launch)
    _authorise(identity, "open")
    event = LaunchOpened(definition=command.definition, format=FORMAT)
    draft = Draft(id=uuid.uuid4().hex, event=event, actor=identity.name, auth=identity.auth)
    try:
        store.append(command.launch, [draft], expect={"launch": 0})
    except Conflict:
        return _found(store, command.launch)
    return Done(seq=1, subject="launch", message=f"opened {command.launch}")


def _found(store: Store, launch: str) -> Done:
    closed = any(entry.closed for entry in store.launches() if entry.launch == launch)
    return Done(
        seq=1, subject="launch", message=f"{launch} is {'closed' if closed else 'open'}", already=True
    )


def _authorise(identity: Identity, verb: str) -> None:
    if not allows(identity.role, MINIMUM[verb]):
        raise Refused(
            f"{identity.name} is {identity.role}; `{verb}` takes {a(MINIMUM[verb])}",
            hint=f"ask {a(MINIMUM[verb])}",
        )


class Desk(Protocol):
    """What a face holds: the operator's hand on the launch."""

    @property
    def identity(self) -> Identity:
        """Who acts, with the authority that they hold now."""
        ...

    @property
    def only_looks(self) -> str:
        """Why nothing at all can be done from here, whatever the role; empty where something can."""
        ...

    def may(self, verb: str) -> bool:
        """Whether the operator's role allows the verb at all."""
        ...

    def perform(self, command: Command) -> Done:
        """Does what the command asks, durably, or raises.

        `Refused` when the role, the state, a gate or a lock says no; `Conflict` when the subject moved
        since the operator saw it; `BadInput` for a subject that does not exist or a text that can't be
        kept; `Unreachable` when the store does not answer.
        """
        ...


class Onlooker:
    """A desk at which nobody can do anything: nothing that is done here reaches the journal."""

    def __init__(self, session: Session, identity: Identity, *, why: str, hint: str) -> None:
        """`why` says so to whoever tries, `hint` what to do instead."""
        self.only_looks = why
        self._hint = hint
        self._session = session
        self._identity = identity

    @property
    def identity(self) -> Identity:
        return acting(self._identity, self._session.state)

    def may(self, _verb: str) -> bool:
        return False

    def perform(self, _command: Command) -> Done:
        raise Refused(self.only_looks, hint=self._hint)


class LocalDesk:
    """The desk in the process that holds the store."""

    only_looks = ""

    def __init__(self, store: Store, session: Session, identity: Identity) -> None:
        self._store = store
        self._session = session
        self._identity = identity

    @property
    def identity(self) -> Identity:
        return acting(self._identity, self._session.state)

    def may(self, verb: str) -> bool:
        return allows(self.identity.role, MINIMUM[verb])

    def perform(self, command: Command) -> Done:
        # Who only watches needs none of them.
        from launchpad.desk.verbs import VERBS

        verb, decide = verb_of(command), VERBS[type(command)]
        for attempt in range(1, _ATTEMPTS + 1):
            self._session.refresh()
            _authorise(self.identity, verb)
            state = self._session.state
            decided = decide(self._context(verb, state), command)
            if isinstance(decided, Done):
                return decided
            # What was decided by a definition that holds no more is decided anew.
            expect = {DEFINITION: state.definition_seq, **decided.expect}
            try:
                return self._record(command, decided._replace(expect=expect))
            except Conflict:
                # Decided anew: the verb itself refuses if the operator's own expectation broke.
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _context(self, verb: str, state: State) -> Context:
        if state.unknown_kinds or (state.outcome is not None and verb not in AFTERWARDS):
            raise Refused(state.read_only)
        return Context(
            state=state,
            identity=self.identity,
            now=self._session.clock(),
            situation=self._situation,
            locks=lambda: self._store.locks(self._session.launch),
            recorded=lambda seq: self._session.events[seq - 1],
        )

    def _situation(self) -> Situation:
        return self._session.view().situation

    def _record(self, command: Command, proposal: Proposal) -> Done:
        me = self._identity
        if isinstance(command, cmd.Lock):
            self._store.take_lock(
                self._session.launch, command.target, me.name, proposal.text, command.seconds
            )
        texts = itertools.chain((proposal.text, *proposal.further), itertools.repeat(""))
        drafts = [
            Draft(id=uuid.uuid4().hex, event=event, actor=me.name, auth=me.auth, text=text)
            for event, text in zip(proposal.events, texts, strict=False)
        ]
        recorded = self._store.append(
            self._session.launch, drafts, expect=proposal.expect, releases=proposal.releases
        )
        self._session.refresh()
        return Done(seq=recorded[0].seq, subject=recorded[0].subject, message=proposal.message)
