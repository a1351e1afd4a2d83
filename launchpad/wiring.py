"""The one place where parts are put together: which store, which definition, who acts, which face."""

import os
import pwd
import re
import stat
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote, urlsplit

from msgspec.structs import replace

from launchpad.errors import BadInput
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Launch
from launchpad.model.events import Auth
from launchpad.model.preferences import GLYPHS, THEMES, Preferences
from launchpad.model.samples import LaunchEntry
from launchpad.model.store import Store
from launchpad.model.values import is_secret_reference

if TYPE_CHECKING:
    from launchpad.config import Loaded
    from launchpad.config.reader import Settings
    from launchpad.desk import Desk
    from launchpad.session import Session

OWN_FACES = {"tui": "screens.app:run"}
"""Our own entry points, known beforehand: to read those of every distribution takes as long as to draw the
first screen."""
_FIRST_FRAME = "screens.opening", "first_frame"
Face = Callable[..., int]
"""`screens.app:run(session, desk, *, via, preferences, complaint, rehearsal, memory, save_report, opening)`;
returns an exit status."""


class Opening(Protocol):
    """What stands on the terminal until the face does."""

    def look(self, session: "Session", desk: "Desk") -> None:
        """Shows what the panels tell."""


_KEPT = (
    *("TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE", "TZ", "HOME", "PATH", "USER", "LOGNAME", "TMPDIR"),
    *("TMUX", "ESCDELAY", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "SSH_TTY"),
    *("LAUNCHPAD_GLYPHS", "LAUNCHPAD_THEME"),
)
_KEPT_ALL = ("LC_", "XDG_", "TEXTUAL_")
"""Variables that a face may see, and how others begin that it may."""


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Where Launchpad keeps what is this user's: the default store, logs, host keys."""
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "launchpad"


def preferences_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where a person says how they like the face."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".config") / "launchpad" / "face.yaml"


def preferences(environ: Mapping[str, str], *, file: Path | None, **said: object) -> tuple[Preferences, str]:
    """How the face is wanted: as `said` on the command line (None: not said), else by the environment, else
    by the file. A file at fault counts as none; the second value tells of it.

    Raises `BadInput` for a variable that says what can't be.
    """
    chosen, complaint = Preferences(), ""
    if file is not None and file.exists():
        from launchpad.config.preferences import load_preferences

        try:
            chosen = load_preferences(file)
        except BadInput as error:
            first, *more = error.faults
            complaint = f"{first}{f' (and {len(more)} more)' if more else ''}; all of it is left out"
    told = {**_preferences_of(environ), **{name: value for name, value in said.items() if value is not None}}
    return replace(chosen, **told), complaint


def _preferences_of(environ: Mapping[str, str]) -> dict[str, object]:
    """What `$LAUNCHPAD_THEME` and its kin say."""
    told: dict[str, object] = {}
    for name, known in (("theme", THEMES), ("glyphs", GLYPHS)):
        wanted = environ.get(f"LAUNCHPAD_{name.upper()}", "")
        if wanted and wanted not in known:
            raise BadInput(
                f"$LAUNCHPAD_{name.upper()} is {wanted!r}", hint=f"it may be one of {', '.join(known)}"
            )
        if wanted:
            told[name] = wanted
    for name in ("mouse", "bell", "tour"):
        if wanted := environ.get(f"LAUNCHPAD_{name.upper()}", ""):
            told[name] = wanted not in ("0", "no", "off", "false")
    return told


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Where Launchpad puts what is for this user to keep, such as reports."""
    base = environ.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "launchpad"


def scrubbed(environ: Mapping[str, str]) -> dict[str, str]:
    """What is left of an environment for a face: how to draw, nothing secret."""
    return {name: value for name, value in environ.items() if name in _KEPT or name.startswith(_KEPT_ALL)}


def private_log(name: str) -> int:
    """A descriptor that appends to a log of this user's, `NAME.log` in the state directory."""
    path = log_path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def log_path(name: str) -> Path:
    """Where `private_log` writes."""
    return state_dir() / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.log"


# Definitions and providers


def load_definition(path: Path) -> "Loaded":
    """The definition in a file. Raises `BadInput` with all its faults."""
    from launchpad.config import load

    return load(path, provider_settings(), channels=channel_settings())


def provider_settings() -> "Settings":
    """Settings of every installed kind of provider."""
    from launchpad.providers import PROVIDERS

    return PROVIDERS.settings()


def channel_settings() -> "Settings":
    """Settings of every installed kind of channel."""
    from launchpad.channels import CHANNELS

    return CHANNELS.settings()


def references(definition: Definition) -> tuple[str, ...]:
    """Every secret reference of a definition."""
    from launchpad.config.secrets import references_in

    return references_in(definition, provider_settings(), channel_settings())


def channel_references(definition: Definition) -> tuple[str, ...]:
    """The secret references of a definition's channels alone."""
    from launchpad.config.secrets import references_in

    alone = Definition(launch=definition.launch, channels=definition.channels)
    return references_in(alone, {}, channel_settings())


def launch_id(launch: Launch) -> str:
    """`acme-4.2.0`, or `acme-4.2.0-staging`: what a launch is called unless somebody says otherwise."""
    parts = [launch.product, launch.version]
    if launch.environment != "production":
        parts.append(launch.environment)
    words = unicodedata.normalize("NFC", " ".join(parts)).casefold()
    return re.sub(r"[^\w.]+", "-", words).strip("-.")


# Stores


def store_url(asked: str | None, loaded: "Loaded | None", environ: Mapping[str, str] = os.environ) -> str:
    """The store's URL: what was asked for, `$LAUNCHPAD_STORE`, the definition's, or this user's own."""
    chosen = asked or environ.get("LAUNCHPAD_STORE") or (loaded.store if loaded else None)
    if not chosen:
        return sqlite_url(state_dir(environ) / "launchpad.db")
    if is_secret_reference(chosen):
        from launchpad.config.secrets import SecretResolver

        base = loaded.base_dir if loaded else Path.cwd()
        chosen = SecretResolver(base, environ).resolve(chosen)
    if chosen.startswith("sqlite:") and not chosen.startswith("sqlite:/"):
        return sqlite_url(Path(chosen.removeprefix("sqlite:")))
    return chosen


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{quote(str(path.absolute()).lstrip('/'))}"


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite store; None for any other."""
    if not url.startswith("sqlite:"):
        return None
    return Path("/", unquote(urlsplit(url).path).lstrip("/"))


def connect(url: str, *, create: bool = False) -> Store:
    """Opens the store. Raises `BadInput` or `Unreachable`."""
    path = sqlite_path(url)
    if not create and path is not None and not path.exists():
        raise BadInput(f"there is no store at {path}", hint="`launchpad run` makes one and opens the launch")
    from launchpad.store import open_store

    return open_store(url, create=create)


# People


def local_identity(definition: Definition, url: str, claimed: str | None = None) -> Identity:
    """Who acts in this terminal: the operator whose login this user has, or who `--as` claims to be.

    A user whom nobody named is a viewer; but where no operators are named at all, in a store that only this
    user can read, the director, who speaks for every team. Raises `BadInput` if there is no operator
    `claimed`.
    """
    login = os_login()
    operators = definition.operators
    if claimed is not None:
        found = next((o for o in operators if o.name == claimed), None)
        if found is None and operators:
            known = ", ".join(o.name for o in operators)
            raise BadInput(f"there is no operator '{claimed}'", hint=f"expected one of {known}")
    else:
        found = next((o for o in operators if (o.login or o.name) == login), None)
    auth: Auth = "os" if claimed is None else "claimed"
    if found is not None:
        return Identity(name=found.name, role=found.role, teams=found.teams, auth=auth)
    name = login if claimed is None else claimed
    if operators or not _private(url):
        return Identity(name=name, role="viewer", auth=auth)
    teams = {item.team: None for item in definition.items if item.team}
    return Identity(name=name, role="director", teams=tuple(teams), auth=auth)


def os_login() -> str:
    """This user's name, as the system has it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid-{os.geteuid()}"


def _private(url: str) -> bool:
    """Whether only this user can read the store (one that is yet to be made will be so)."""
    path = sqlite_path(url)
    if path is None:
        return False
    try:
        status = path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


# Reports


def report_saver(store: Store, launch: str) -> Callable[[], str]:
    """Writes the report of a launch as it stands into the working directory, or else where this user's data
    is, and says where."""

    def save() -> str:
        from launchpad.report.files import save
        from launchpad.session import Session

        page, text = save(Session(store, launch), (Path.cwd(), data_dir()))
        return f"wrote {page.name} and {text.suffix} into {page.parent}"

    return save


# Faces


def load_face(name: str = "tui") -> Face:
    """The face of that name, found through its entry point. Raises `BadInput` if there is none."""
    try:
        face: Face = _entry_of(name)
    except (ImportError, AttributeError) as error:
        raise BadInput(
            f"the face '{name}' can't be loaded: {error}", hint="install launchpad-tui again"
        ) from error
    return face


def first_frame(
    launch: LaunchEntry, chosen: Preferences, *, rehearsal: bool
) -> AbstractContextManager[Opening]:
    """Stands on the terminal while the launch is read and the face is loaded. What it gives is for
    the face."""
    module, name = _FIRST_FRAME
    made = getattr(import_module(module), name)
    frame: AbstractContextManager[Opening] = made(launch, preferences=chosen, rehearsal=rehearsal)
    return frame


def _entry_of(name: str) -> Face:
    if name in OWN_FACES:
        module, _, function = OWN_FACES[name].partition(":")
        own: Face = getattr(import_module(module), function)
        return own
    from importlib.metadata import entry_points

    found = list(entry_points(group="launchpad.faces", name=name))
    if not found:
        raise BadInput(f"the face '{name}' is not installed", hint="install launchpad-tui again")
    other: Face = found[0].load()
    return other
