"""What a command works with: the definition, the store, the launch, who acts; each made when asked for."""

import argparse
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from launchpad.cli.output import Output
from launchpad.desk import Desk, LocalDesk, open_launch
from launchpad.errors import BadInput
from launchpad.model.commands import Command, Done, Identity, OpenLaunch
from launchpad.model.samples import LaunchEntry
from launchpad.model.store import Store
from launchpad.session import Session
from launchpad.wiring import connect, launch_id, load_definition, local_identity, store_url

if TYPE_CHECKING:
    from launchpad.config import Loaded
    from launchpad.store.archive import Chained

DEFAULT_FILE = "launchpad.yaml"


class Shell:
    """One command's surroundings. Use it as a context manager: it closes what it opened."""

    def __init__(self, options: argparse.Namespace, out: Output, environ: Mapping[str, str]) -> None:
        self.options = options
        self.out = out
        self.environ = environ
        self._store: Store | None = None
        self.tells_difference = True
        """Whether it is said that the file is no longer what the launch goes by."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes what was opened."""
        if self._store is not None:
            self._store.close()

    @cached_property
    def file(self) -> Path | None:
        """The definition's path; None if none was named and there is none here."""
        named = self.options.config or self.environ.get("LAUNCHPAD_CONFIG")
        if named:
            return Path(named)
        return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).exists() else None

    @cached_property
    def loaded(self) -> "Loaded | None":
        """The definition, read; None if there is no file."""
        return load_definition(self.file) if self.file else None

    def require_file(self) -> Path:
        """The definition's path. Raises `BadInput` if there is none."""
        if self.file is None:
            raise BadInput(
                f"there is no {DEFAULT_FILE} here", hint="`launchpad init` writes one, -c FILE names another"
            )
        return self.file

    @cached_property
    def url(self) -> str:
        """The store's URL. The definition is read only if it has to say which."""
        asked = self.options.store or self.environ.get("LAUNCHPAD_STORE")
        return store_url(asked, None if asked else self.loaded, self.environ)

    def open_store(self, *, create: bool = False) -> Store:
        """The store; made only with `create`."""
        if self._store is None:
            self._store = connect(self.url, create=create)
        return self._store

    @property
    def store(self) -> Store:
        return self.open_store()

    @property
    def journal(self) -> "Chained":
        """What chains are verified from."""
        return self.store

    @cached_property
    def launch(self) -> str:
        """The launch that is meant: named, the definition's, or the only open one of the store."""
        if self.options.launch:
            return str(self.options.launch)
        if self.loaded is not None:
            return launch_id(self.loaded.definition.launch)
        opened = self._opened()
        if not opened:
            raise BadInput(
                f"no launch is open in {self.store.url}",
                hint="name a definition with -c, or a closed launch with --launch",
            )
        if len(opened) > 1:
            raise BadInput(
                f"{len(opened)} launches are open: {', '.join(opened)}", hint="say which: --launch ID"
            )
        return opened[0]

    def _opened(self) -> list[str]:
        return [entry.launch for entry in self.store.launches() if entry.closed is None]

    def entry(self) -> LaunchEntry:
        """The launch as the store lists it, which takes no reading. Raises `BadInput` if it does not."""
        self._require_launch()
        return next(entry for entry in self.store.launches() if entry.launch == self.launch)

    def _require_launch(self) -> None:
        if not self.store.head(self.launch).seq:
            raise BadInput(f"there is no launch {self.launch} in {self.store.url}", hint=self._instead())

    def _instead(self) -> str:
        """What to do about a launch that is not there: an edited version or product names another one."""
        if self.options.launch:
            return "see `launchpad launches`"
        opens = "`launchpad run` opens it"
        if not (opened := self._opened()):
            return opens
        if len(opened) == 1:
            return f"{opens}; to mean {opened[0]}, which is open, say --launch {opened[0]}"
        return f"{opens}; to mean one that is open, say --launch ID: {', '.join(opened[:3])}"

    @cached_property
    def session(self) -> Session:
        """The launch, read. Says so if the file is no longer what the launch goes by."""
        self._require_launch()
        session = Session(self.store, self.launch)
        if self.tells_difference and (differs := self._difference(session)):
            self.out.say(differs)
        return session

    @property
    def difference(self) -> str:
        """That the file is no longer what the launch goes by; empty where it is."""
        return self._difference(self.session)

    def _difference(self, session: Session) -> str:
        held = session.state.definition
        if self.options.launch or not self.loaded or not held:
            return ""
        if self.loaded.definition.digest() == held.digest():
            return ""
        return f"{self.file} differs from what {self.launch} goes by: `launchpad amend` shows how, and asks"

    @cached_property
    def identity(self) -> Identity:
        """Who acts, by the operators that the launch's journal names."""
        definition = self.session.state.definition
        assert definition is not None, "a session holds an opened launch"
        return local_identity(definition, self.url, self.options.claimed)

    @cached_property
    def desk(self) -> Desk:
        return LocalDesk(self.store, self.session, self.identity)

    def perform(self, command: Command) -> Done:
        """Has the desk do it, and prints what it answered."""
        done = self.desk.perform(command)
        self.answer(done)
        return done

    def answer(self, done: Done) -> None:
        """Prints what the desk answered, with the event that a later `--expect` may name."""
        self.out.result(
            {"message": done.message, "subject": done.subject, "seq": done.seq, "already": done.already},
            [f"{done.message} (event {done.seq})"],
        )

    def next_event(self, timeout: float) -> bool:
        """Waits for an event that the session has not seen; False if none came in `timeout` seconds."""
        known = self.session.events[-1]
        came = self.session.source.wait(self.launch, known.seq, timeout, known.hash)
        return came and self.session.refresh()

    def ensure_open(self) -> None:
        """Opens the launch that the definition describes, unless it is open. Raises `Refused`."""
        if self.loaded is None:
            return
        store = self.open_store(create=True)
        if store.head(self.launch).seq:
            return
        definition = self.loaded.definition
        who = local_identity(definition, self.url, self.options.claimed)
        done = open_launch(store, who, OpenLaunch(launch=self.launch, definition=definition))
        self.out.say(f"{done.message} in {store.url}")
