"""Google Play: the staged rollout of a release on a track, by edits that are opened, changed and committed.

Facts are from the discovery document of the Google Play Developer API v3 and Google's page on concurrency:
an account has one open edit for an app, whose successor ends it; a commit ends everybody else's; a committed
edit can't be committed again. So an edit is a transaction, and what was never committed has done nothing.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any, ClassVar, NamedTuple
from urllib.parse import quote
from weakref import WeakValueDictionary

from msgspec import Meta, convert
from msgspec.structs import replace

from launchpad.answers import address_fault
from launchpad.clock import boot_seconds
from launchpad.errors import Refused, Unreachable
from launchpad.google import Tokens
from launchpad.http import Api, NotNow, Patience, Rejected, nothing_asked_yet
from launchpad.model.definition import Launch, RolloutVerb, Verb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading, shown
from launchpad.model.values import Duration, SecretRef, Value, format_duration
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Surroundings
from launchpad.providers.google_play_plans import Plans
from launchpad.providers.google_play_tracks import (
    Release,
    Summaries,
    Track,
    Wanted,
    changed,
    reading,
    taken,
)
from launchpad.providers.google_play_turns import Turns

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_UNCHANGED = "unchanged"
"""Stands for the id of an edit that there was no need for."""
_OVERTAKEN = re.compile(r"edit has (been deleted|expired)", re.IGNORECASE)
_IN_REVIEW = re.compile(r"in review", re.IGNORECASE)
_NOT_SENT = re.compile(r"changesNotSentForReview", re.IGNORECASE)


class GooglePlayRolloutSettings(Value):
    """What Google Play must know of one rollout."""

    track: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9][\w:.-]*$", description="A track such as production.")
    ] = "production"
    """The track: `production`, `beta`, `wear:production` …"""
    version_code: Annotated[int, Meta(ge=1)] | None = None
    """Of the release. Absent: the release that has the launch's version in its name."""


class GooglePlaySettings(Value):
    """One app on Google Play."""

    rollout_settings: ClassVar[type[GooglePlayRolloutSettings]] = GooglePlayRolloutSettings

    package: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$", description="A package name such as com.acme.shop."),
    ]
    """The app's package name, such as `com.acme.shop`."""
    credentials: SecretRef
    """The JSON key of a service account that may release the app."""
    reader: SecretRef | None = None
    """The JSON key of another one that may only view it. With it, looking never ends an edit that somebody
    has open under the first."""
    look_every: Duration = 300.0
    """Time between two looks into a track, which need an edit. In between only the review state is read."""
    send_for_review: bool = True
    """Whether Google may send changes for review by itself. Off: somebody does in the Play Console."""
    halt_cancels_review: bool = False
    """Whether a halt takes changes that are in review back, and sends them again with it."""
    timeout: Duration = 300.0
    """Time after which a step is shown as timed out."""
    stuck_after: Duration = 120.0
    """Time without output after which it is shown as stuck."""
    api: str = "https://androidpublisher.googleapis.com"
    """Address of the API."""

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers to actions: none."""
        return ()

    @property
    def rolls_out(self) -> bool:
        """Whether it serves rollouts."""
        return True

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if wrong := address_fault(self.api):
            yield ("api",), wrong


class Pace(NamedTuple):
    """How long is waited, in seconds."""

    commit: float = 4.0
    """From the start of a step until its commit is sent at the latest: less than the engine grants."""
    asking: Patience = Patience(request=10.0, reading=0.0)
    reading: Patience = Patience(request=8.0, reading=12.0)


class _Edit(Value):
    id: str


class _Looked(NamedTuple):
    """What a look into a track saw."""

    listed: Summaries
    track: Track
    at: float


_EDGES: frozenset[tuple[RolloutStatus, RolloutVerb]] = frozenset(
    {
        ("not started", "bump"),
        ("not started", "complete"),
        ("rolling", "bump"),
        ("rolling", "halt"),
        ("rolling", "complete"),
        ("halted", "resume"),
        ("halted", "complete"),
        ("complete", "halt"),
    }
)
_TURNS: WeakValueDictionary[tuple[str, str], Turns] = WeakValueDictionary()
"""By address and package: adapters of one process share the edits of an account."""


class GooglePlayProvider:
    """See `launchpad.providers.capabilities.Provider` and `Rollouts`.

    Shares are absolute: asking twice for one is asking once. A look that opens an edit ends what an engine
    before left open, so that it is certain what became of a commit.
    """

    settings: ClassVar[type[GooglePlaySettings]] = GooglePlaySettings
    pace: ClassVar[Pace] = Pace()

    def __init__(self, name: str, settings: GooglePlaySettings, surroundings: Surroundings) -> None:
        self._name = name
        self._set = settings
        self._around = surroundings
        self._plans = Plans(
            name=name,
            package=settings.package,
            send_for_review=settings.send_for_review,
            timeout=settings.timeout,
            stuck_after=settings.stuck_after,
        )
        self._accounts: dict[str, Tokens] = {}
        self._turns = _TURNS.setdefault((settings.api, settings.package), Turns())
        self._looked: dict[str, _Looked] = {}
        """By track."""
        self._unsettled: dict[str, float] = {}
        """By track: until when, after a commit, each reading looks into it."""
        self._asked: dict[str, str] = {}
        """What the log says of the commit, by nonce."""

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:  # noqa: ARG002
        raise Refused(f"{self._name} can't {verb}", hint="name it in `rollouts`")

    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        return _EDGES

    def plan_rollout(self, aim: RolloutAim, launch: Launch, settings: Mapping[str, Any]) -> PlannedStep:
        return self._plans.step(aim, launch.version, _wanted(launch, settings))

    async def read_rollout(self, rollout: str, launch: Launch, settings: Mapping[str, Any]) -> RolloutReading:  # noqa: ARG002
        return await self._read(_wanted(launch, settings))

    async def _read(self, wanted: Wanted, *, ending: bool = False) -> RolloutReading:
        """`ending`: anew, and by the account whose open edit is to be ended."""
        reference = self._set.reader if self._set.reader and not ending else self._set.credentials
        async with self._api(self.pace.reading, reference=reference) as api:
            path = f"{self._path}/tracks/{quote(wanted.track)}/releases"
            listed = await api.read(Summaries, path)
            known = self._looked.get(wanted.track)
            if known is None or ending or self._late(wanted.track, known) or known.listed != listed:
                if reference == self._set.credentials:
                    known = await self._turns.look(self._look(api, wanted.track, listed))
                else:
                    known = await self._look(api, wanted.track, listed)
                self._looked[wanted.track] = known
        found = wanted.among(known.track)
        codes = found[0].codes if found else ()
        summary = next(
            (one for one in listed.releases if set(one.codes) & set(codes)),
            next((one for one in listed.releases if wanted.fits(one.release_name, one.codes)), None),
        )
        every = self._set.look_every
        note = f"its share is looked at every {format_duration(every)}" if every else ""
        told = reading(found[0] if found else None, summary, wanted, note)
        return replace(told, age=max(0.0, boot_seconds() - known.at))

    def repeats(self, verb: RolloutVerb) -> bool:
        """A halt, which looks first and changes nothing that is halted already."""
        return verb == "halt"

    def _late(self, track: str, known: _Looked) -> bool:
        now = boot_seconds()
        return now - known.at >= self._set.look_every or now < self._unsettled.get(track, 0.0)

    async def _look(self, api: Api, track: str, listed: Summaries) -> _Looked:
        """Looks into a track, through an edit that is abandoned."""
        edit = (await api.change(_Edit, "POST", f"{self._path}/edits", body={})).value
        at = boot_seconds()
        seen = await api.read(Track, f"{self._edit_path(edit)}/tracks/{quote(track)}")
        await self._abandon(api, edit)
        return _Looked(listed, seen, at)

    async def start(self, job: Job) -> str:
        aim = _aim(job)
        send_by = boot_seconds() + self.pace.commit
        again = True
        async with self._turns.change(first=aim.verb == "halt"):
            while True:
                try:
                    async with self._asking(send_by) as api:
                        return await self._commit(api, job, aim)
                except Rejected as error:
                    if not again or not _overtaken(error, aim):
                        raise _explained(error, aim) from None
                    again = False

    @contextlib.asynccontextmanager
    async def _asking(self, send_by: float) -> AsyncIterator[Api]:
        with nothing_asked_yet():
            token = await self._tokens(self._set.credentials).get(self.pace.asking)
        async with self._api(self.pace.asking, token=token, send_by=send_by) as api:
            yield api

    async def _commit(self, api: Api, job: Job, aim: RolloutAim) -> str:
        """One transaction: opens an edit, looks whether all is as expected, changes it, commits it."""
        wanted = _wanted(job.launch, job.settings)
        with nothing_asked_yet():
            edit = (await api.change(_Edit, "POST", f"{self._path}/edits", body={})).value
            path = f"{self._edit_path(edit)}/tracks/{quote(wanted.track)}"
            release, raw = _expected(wanted.among(await api.read(Track, path)), aim, wanted)
            wish = changed(raw, aim)
            if wish == raw:
                await self._abandon(api, edit)
                self._asked[job.nonce] = "nothing to ask for: it stands so already"
                return _UNCHANGED
            body = {"track": wanted.track, "releases": [wish]}
            await api.change(type(None), "PUT", path, body=body)
            if aim.verb != "halt":  # which has no second to lose: the commit validates, too
                await api.change(type(None), "POST", f"{self._edit_path(edit)}:validate")
        self._unsettled[wanted.track] = boot_seconds() + self._set.look_every
        self._looked.pop(wanted.track, None)
        query: dict[str, str | bool] = {"changesInReviewBehavior": self._behaviour(aim)}
        if not self._set.send_for_review:
            query["changesNotSentForReview"] = True
        done = await api.change(_Edit, "POST", f"{self._edit_path(edit)}:commit", query)
        self._asked[job.nonce] = (
            f"{done.line}: {release.shown} was {release.status} at {shown(release.percent)}"
        )
        return edit.id

    def _behaviour(self, aim: RolloutAim) -> str:
        if aim.verb == "halt" and self._set.halt_cancels_review:
            return "CANCEL_IN_REVIEW_AND_SUBMIT"
        return "ERROR_IF_IN_REVIEW"

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        await emit([self._asked.get(job.nonce, "asked for by an engine before this one")])
        how = "it stands so" if provider_id == _UNCHANGED else f"Google Play took it (edit {provider_id})"
        return Ending(state="succeeded", detail=how)

    async def find(self, job: Job) -> Found:
        # The look opens an edit, by which an older one of this account is ended: what is not committed by
        # now never will be.
        try:
            stands = await self._read(_wanted(job.launch, job.settings), ending=True)
        except (Refused, Unreachable) as error:
            return Found(state="unknown", detail=f"Google Play does not tell whether it was done: {error}")
        if taken(_aim(job), stands):
            return Found(state="at-work", provider_id=_UNCHANGED)
        return Found(state="never-started")

    async def cancel(self, provider_id: str, job: Job) -> None:
        """A commit is done at once, or not at all; what undoes it is another step."""

    @contextlib.asynccontextmanager
    async def _api(
        self,
        patience: Patience,
        *,
        reference: str | None = None,
        token: str = "",
        send_by: float = float("inf"),
    ) -> AsyncIterator[Api]:
        tokens = self._tokens(reference or self._set.credentials)
        used = token or await tokens.get(patience)

        async def renewed() -> str:
            nonlocal used
            used = await tokens.get(patience, refused=used)
            return used

        async with Api(
            "Google Play", self._set.api, token=used, renew=renewed, patience=patience, send_by=send_by
        ) as api:
            yield api

    def _tokens(self, reference: str) -> Tokens:
        if reference not in self._accounts:
            self._accounts[reference] = Tokens(self._around.resolve(reference), SCOPE)
        return self._accounts[reference]

    async def _abandon(self, api: Api, edit: _Edit) -> None:
        with contextlib.suppress(Refused, Unreachable):  # it does nothing, and expires
            await api.change(type(None), "DELETE", self._edit_path(edit))

    @property
    def _path(self) -> str:
        return f"/androidpublisher/v3/applications/{self._set.package}"

    def _edit_path(self, edit: _Edit) -> str:
        return f"{self._path}/edits/{quote(edit.id, safe='')}"


def _wanted(launch: Launch, settings: Mapping[str, Any]) -> Wanted:
    of = convert(settings, GooglePlayRolloutSettings)
    return Wanted(track=of.track, version=launch.version, code=of.version_code)


def _aim(job: Job) -> RolloutAim:
    assert job.aim is not None, "its verbs are those of rollouts"
    return job.aim


def _expected(
    found: tuple[Release, dict[str, Any]] | None, aim: RolloutAim, wanted: Wanted
) -> tuple[Release, dict[str, Any]]:
    """The release to change. Raises `Refused` if it does not stand as whoever asked saw it."""
    if aim.verb == "halt":
        if found is None or found[0].status in ("draft", ""):
            raise Refused(f"nothing was done: no release on track {wanted.track} could be halted")
        return found
    if found is None and wanted.code is not None and (aim.seen is None or aim.seen.status == "not started"):
        raw = {"name": wanted.version, "versionCodes": [str(wanted.code)], "status": "draft"}
        return convert(raw, Release), raw
    if found is None or (aim.seen is not None and not found[0].like(aim.seen)):
        now = f"{found[0].shown} is {found[0].status} at {shown(found[0].percent)}" if found else "it is gone"
        was = f", and was {aim.seen.sentence} when this was asked for" if aim.seen else ""
        raise Refused(f"nothing was done: on track {wanted.track} {now}{was}", hint="look, and ask again")
    return found


def _overtaken(error: Rejected, aim: RolloutAim) -> bool:
    """Whether the edit, which was certainly not committed, was ended by another: the next one may do."""
    return bool(_OVERTAKEN.search(error.message)) or (error.status == 409 and aim.verb == "halt")


def _explained(error: Rejected, aim: RolloutAim) -> Rejected:
    """The error with what to do about it, where Google's words are known."""
    hint, kind = error.hint, type(error)
    if _OVERTAKEN.search(error.message) or error.status == 409:
        hint, kind = "somebody else changes this app right now: look, and ask again", NotNow
    elif _NOT_SENT.search(error.message):
        hint = "see `send_for_review` of the provider: Google wants the other choice for this app"
    elif _IN_REVIEW.search(error.message):
        hint = "wait for the review, or take the change back in the Play Console"
        if aim.verb == "halt":
            hint += "; `halt_cancels_review: true` lets a halt do so"
    elif error.status == 403:
        hint = "give the service account the right to release this app: Play Console → Users and permissions"
    message, retry_after = error.message.rstrip("."), error.retry_after
    return kind(message, hint=hint, status=error.status, retry_after=retry_after)
