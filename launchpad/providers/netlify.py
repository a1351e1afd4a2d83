"""Netlify: builds, publishes, rolls back and locks a site over its API.

Facts are from Netlify's OpenAPI document (github.com/netlify/open-api), its documentation and the source of
netlify-cli. Two things are not documented: the log of a deploy, which is done without where it is missing,
and how a cancelled deploy reads.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, NamedTuple

from msgspec import Meta
from msgspec.structs import replace

from launchpad.answers import address_fault
from launchpad.clock import boot_seconds
from launchpad.errors import Refused, Unasked, Unreachable
from launchpad.http import Api, Patience, Rejected, nothing_asked_yet
from launchpad.model.definition import Launch, Verb
from launchpad.model.plan import PlannedStep
from launchpad.model.text import clean
from launchpad.model.values import Duration, SecretRef, Value
from launchpad.providers.capabilities import AFTER, BEFORE, Emit, Ending, Found, Job, Surroundings
from launchpad.providers.netlify_deploys import DEPLOY, Deploys, builds
from launchpad.providers.netlify_plans import SEPARATOR, Deploy, Plans, Site, mark, purge_body

_VERBS: tuple[Verb, ...] = ("deploy", "promote", "rollback", "purge", "stage")
_URL = "url"
_ENDED = ("ready", "error", "rejected")


class NetlifySettings(Value):
    """One site of Netlify."""

    site: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]
    """Its id (Project configuration → Project ID), or its `name.netlify.app`."""
    token: SecretRef
    """A personal access token of somebody who may deploy the site."""
    lock: bool = True
    """Whether a rollback also locks the site, so that the next push to git does not undo it."""
    cache_tags: tuple[str, ...] = ()
    """What `purge` takes out of the CDN's caches; none: all of the site."""
    timeout: Duration = 1200.0
    """Time after which a deploy is shown as timed out."""
    stuck_after: Duration = 300.0
    """Time without output after which it is shown as stuck."""
    api: str = "https://api.netlify.com"
    """Address of the API."""
    users: Annotated[int, Meta(ge=0)] | None = None
    """How many people use the site, for plans."""

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers."""
        return _VERBS

    def brings(self, verb: Verb) -> tuple[str, ...]:
        """What a step brings for later ones: the deploy's id, and an address at which it is shown alone."""
        return (DEPLOY, _URL) if verb in ("deploy", "stage") else ()

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if wrong := address_fault(self.api):
            yield ("api",), wrong


class Pace(NamedTuple):
    """How long is waited, in seconds."""

    poll: float = 2.0
    """Between two looks at a deploy; netlify-cli takes 1."""
    publish: float = 60.0
    """For what was accepted to show."""
    send: float = 4.0
    """From the start of a step until its mutations are sent at the latest: less than the engine grants."""
    planning: Patience = Patience(reading=15.0)
    asking: Patience = Patience(request=10.0, reading=0.0)
    following: Patience = Patience(reading=300.0)
    finding: Patience = Patience(reading=30.0)
    logging: Patience = Patience(request=10.0, reading=10.0)


class _Build(Value):
    deploy_id: str


class _LogLine(Value):
    message: str | None = None
    log: str | None = None


class NetlifyProvider:
    """See `launchpad.providers.capabilities.Provider`.

    A build is known again by its title, which carries the step's nonce. Publishing names the deploy, never
    "the previous one", so that asking twice does no harm.
    """

    settings: ClassVar[type[NetlifySettings]] = NetlifySettings
    pace: ClassVar[Pace] = Pace()

    def __init__(self, name: str, settings: NetlifySettings, surroundings: Surroundings) -> None:
        self._name = name
        self._set = settings
        self._around = surroundings
        self._plans = Plans(
            name=name,
            lock=settings.lock,
            cache_tags=settings.cache_tags,
            users=settings.users,
            timeout=settings.timeout,
            stuck_after=settings.stuck_after,
        )
        self._asked: dict[str, str] = {}
        """What the log says of the request, by nonce."""

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        if verb not in _VERBS:
            raise Refused(f"{self._name} can't {verb}", hint=f"it can {', '.join(_VERBS)}")
        return asyncio.run(self._planned(verb, launch, params))

    async def _planned(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        async with self._api(self.pace.planning) as api:
            deploys = self._deploys(api)
            site = await deploys.here()
            if verb == "purge":
                return self._plans.purge(site)
            if verb == "rollback":
                target: Deploy | None = await deploys.earlier(site, params)
            elif verb == "promote" and params.get(AFTER) in ("deploy", "stage") and not params.get(DEPLOY):
                return self._plans.brought(site)
            elif verb == "promote" or params.get(DEPLOY):
                target = await deploys.chosen(site, launch, params)
            else:
                target = None
        if verb == "stage":
            return self._plans.stage(site, launch, target)
        if target is None:
            return self._plans.build(site, launch) if verb == "deploy" else self._plans.later(site, launch)
        return self._plans.publish(verb, site, target, chosen=verb != "promote" or bool(params.get(DEPLOY)))

    async def start(self, job: Job) -> str:
        async with self._api(self.pace.asking, send_by=boot_seconds() + self.pace.send) as api:
            deploys = self._deploys(api)
            with nothing_asked_yet():
                site = await deploys.here()
            if job.verb == "purge":
                purged = await api.change(
                    type(None), "POST", "/api/v1/purge", body=purge_body(site.id, self._set.cache_tags)
                )
                self._asked[job.nonce] = purged.line
                return site.id
            with nothing_asked_yet():
                target = await deploys.target(site, job)
            if target is not None and job.verb == "stage":
                self._asked[job.nonce] = "nothing to ask for: it is built already"
                return target
            if target is not None:
                return await self._publish(api, site, target, job)
            _expected(site, job)
            return await self._build(api, site, job)

    async def _build(self, api: Api, site: Site, job: Job) -> str:
        """Asks for a build; of one that nobody is to be shown, with the site locked before."""
        said, left = [], ""
        if job.verb == "stage" and not site.locked:
            said.append((await api.change(Deploy, "POST", f"/api/v1/deploys/{site.now}/lock")).line)
            left = f"; {site.address} is locked on {site.shows} by now"
        with _left(left):
            if left:
                await self._held(api, site)
            query = {"title": SEPARATOR.join((mark(job.launch), job.run, job.nonce))}
            build = await api.change(_Build, "POST", f"/api/v1/sites/{site.id}/builds", query)
        self._asked[job.nonce] = "; ".join((*said, build.line))
        return build.value.deploy_id

    async def _held(self, api: Api, site: Site) -> None:
        """Raises `Refused` if the site does not stay on what it showed, although the lock was accepted."""
        try:
            now = await self._deploys(api).here()
        except Unreachable as error:
            what = f"nothing was built: {error.message}"
            raise Unasked(what, hint=error.hint, retry_after=error.retry_after) from None
        if now.now != site.now or not now.locked:
            how = "" if now.locked else ", not locked"
            what = f"nothing was built: the lock was accepted, but {site.address} shows {now.shows}{how}"
            raise Refused(what, hint="look, and ask again")

    async def _publish(self, api: Api, site: Site, target: str, job: Job) -> str:
        """Publishes a deploy and locks it, as far as that is not so already."""
        said = []
        if site.now != target:
            _expected(site, job)
            path = f"/api/v1/sites/{site.id}/deploys/{target}/restore"
            said.append((await api.change(Deploy, "POST", path)).line)
            if self._locks(job):
                with contextlib.suppress(Refused, Unreachable):  # `follow` looks again
                    site = await self._deploys(api).here()
        if self._locks(job) and site.now == target and not site.locked:
            try:
                said.append((await api.change(Deploy, "POST", f"/api/v1/deploys/{target}/lock")).line)
            except (Refused, Unreachable) as error:
                what = f"deploy {target} is published, but not locked: {error.message}"
                hint = "retry the step, or lock it in Netlify"
                raise Unreachable(what, hint=hint, retry_after=error.retry_after) from None
        self._asked[job.nonce] = "; ".join(said) or "nothing to ask for: it is so already"
        return target

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        await emit([self._asked.get(job.nonce, "asked for by an engine before this one")])
        if job.verb == "purge":
            return Ending(state="succeeded", detail="accepted; Netlify does not say when it is done")
        try:
            async with self._api(self.pace.following) as api:
                if job.verb not in ("deploy", "stage"):
                    return await self._shown(api, provider_id, job)
                following = self._built(api, provider_id, emit) if builds(job) else None
                deploy = await (following or self._deploys(api).one(provider_id))
                if deploy.state == "ready" and not deploy.skipped:
                    ready = self._staged if job.verb == "stage" else self._shown
                    return replace(await ready(api, provider_id, job), brought=_brought(deploy))
        except (Refused, Unreachable) as error:
            return Ending(
                state="unknown", detail=f"what became of deploy {provider_id} is not known: {error}"
            )
        return _failure(deploy)

    async def _built(self, api: Api, id_: str, emit: Emit) -> Deploy:
        """Waits for the end of a build and passes on its log; its states, where there is no log."""
        log, said, state = True, 0, ""
        async with self._api(self.pace.logging) as logs:
            while True:
                # Read before the log: what was written by its end is complete.
                deploy = await self._deploys(api).one(id_)
                try:
                    lines = await _log(logs, id_) if log else None
                except Rejected:
                    lines, log = None, False
                if lines is not None:
                    await emit(lines[said:])
                    said = max(said, len(lines))
                elif deploy.state != state:
                    await emit([f"state: {deploy.state}"])
                state = deploy.state
                if state in _ENDED or deploy.skipped:
                    return deploy
                await asyncio.sleep(self.pace.poll)

    async def _shown(self, api: Api, target: str, job: Job) -> Ending:
        """Reads back what the site publishes: a status says what was accepted, not what is so."""
        until = boot_seconds() + self.pace.publish
        while True:
            site = await self._deploys(api).here()
            if site.now == target:
                if self._locks(job) and not site.locked:
                    what = f"{site.shows} is published, but not locked: the next push to git will replace it"
                    return Ending(state="unknown", detail=f"{what}; retry the step, or lock it in Netlify")
                locked = ", locked" if site.locked else ""
                return Ending(state="succeeded", detail=f"{site.address} shows {site.shows}{locked}")
            if job.bound.get("publishes") == "no" and site.locked:
                what = f"deploy {target} is built, not published: the site is locked on {site.shows}"
                return Ending(state="succeeded", detail=f"{what}; promote publishes it")
            if boot_seconds() >= until:
                return _not_shown(site, target, job)
            await asyncio.sleep(self.pace.poll)

    async def _staged(self, api: Api, target: str, job: Job) -> Ending:
        """Reads back that nobody is shown what was built."""
        site = await self._deploys(api).here()
        if site.now == target:
            what = f"{site.address} shows deploy {target} to everybody already, before anybody looked at it"
            return Ending(state="failed", detail=f"{what}: the site was unlocked, or somebody published it")
        if builds(job) and not site.locked:
            what = f"the site is not locked on {site.shows} any more: what git brings next is published"
            return Ending(state="failed", detail=f"deploy {target} is built, but {what}")
        locked = f", locked on {site.shows}" if site.locked else f", which shows {site.shows}"
        what = f"deploy {target} is built and shown to nobody on {site.address}{locked}"
        return Ending(state="succeeded", detail=f"{what}; promote publishes it")

    async def find(self, job: Job) -> Found:
        if job.verb == "purge":
            why = "whether the caches were purged is not known; purging again does no harm: retry"
            return Found(state="unknown", detail=why)
        try:
            async with self._api(self.pace.finding) as api:
                deploys = self._deploys(api)
                site = await deploys.here()
                target = await deploys.target(site, job)
                if target is None:
                    return _by_nonce(await deploys.with_nonce(site, job.nonce), site)
        except (Refused, Unreachable) as error:
            return Found(state="unknown", detail=f"Netlify does not tell whether it was begun: {error}")
        if job.verb == "stage":
            return Found(state="at-work", provider_id=target)
        done = site.now == target and (site.locked or not self._locks(job))
        # Publishing by id may be asked for again: what is so already is left alone.
        return Found(state="at-work", provider_id=target) if done else Found(state="never-started")

    async def cancel(self, provider_id: str, job: Job) -> None:
        if not builds(job):
            return  # publishing takes a moment, and is undone by publishing the other
        try:
            async with self._api(self.pace.asking) as api:
                await api.change(type(None), "POST", f"/api/v1/deploys/{provider_id}/cancel")
        except Rejected as error:
            if error.status not in (404, 409, 410, 422):  # with these it has ended, and `follow` tells how
                raise Unreachable(f"it can't be cancelled: {error.message}", hint=error.hint) from None

    def _api(self, patience: Patience, send_by: float = float("inf")) -> Api:
        token = self._around.resolve(self._set.token)
        return Api("Netlify", self._set.api, token=token, patience=patience, send_by=send_by)

    def _deploys(self, api: Api) -> Deploys:
        return Deploys(api, self._set.site, self._name)

    def _locks(self, job: Job) -> bool:
        return job.verb == "rollback" and self._set.lock


def _brought(deploy: Deploy) -> dict[str, str]:
    """What later steps of the run may use of it. An address that would carry what they send in the clear is
    none."""
    address = deploy.deploy_ssl_url or ""
    return {DEPLOY: deploy.id} | ({} if address_fault(address) else {_URL: address})


async def _log(logs: Api, id_: str) -> list[str] | None:
    """The log of a build so far; None where it can't be had now, which the build does not depend on.
    Raises `Rejected` if there is none."""
    try:
        lines = await logs.read(list[_LogLine], f"/api/v1/deploys/{id_}/log")
    except Unreachable:
        return None
    return [line.message or line.log or "" for line in lines]


def _by_nonce(found: Deploy | None, site: Site) -> Found:
    """What became of an attempt to build."""
    if found is not None:
        return Found(state="at-work", provider_id=found.id)
    why = f"Netlify lists no deploy of this step (yet): look at {site.admin_url}; retry if there is none"
    return Found(state="unknown", detail=why)


@contextlib.contextmanager
def _left(what: str) -> Iterator[None]:
    """Around what may fail after something else was done: says that, too."""
    try:
        yield
    except (Refused, Unreachable) as error:
        kind = next(kind for kind in (Unasked, Refused, Unreachable) if isinstance(error, kind))
        raise kind(error.message + what, hint=error.hint, retry_after=error.retry_after) from None


def _expected(site: Site, job: Job) -> None:
    """Raises `Refused` if the site does not publish what it did when the step was planned."""
    before = job.bound.get(BEFORE, site.now)
    if site.now != before:
        what = f"{site.address} shows {site.shows}, and no longer deploy {before} as when this was planned"
        raise Refused(f"nothing was done: {what}", hint="look, and ask again")


def _not_shown(site: Site, target: str, job: Job) -> Ending:
    """What is to be said of a deploy that was accepted, and that the site does not show."""
    if site.now != job.bound.get(BEFORE, site.now):
        what = f"deploy {target} was accepted, but {site.address} shows {site.shows}"
        why = "somebody else published that meanwhile: look which of them it is to be"
        return Ending(state="unknown", detail=f"{what}; {why}")
    why = ", on which it is locked" if site.locked else ""
    what = f"deploy {target} was accepted, but {site.address} still shows {site.shows}{why}"
    return Ending(state="failed", detail=what)


def _failure(deploy: Deploy) -> Ending:
    why = clean(deploy.error_message or "")
    if deploy.skipped:
        return Ending(state="failed", detail=f"Netlify skipped {deploy}: {why or 'nothing to build'}")
    if "cancel" in why.lower():
        return Ending(state="aborted", detail=f"{deploy}: {why}")
    return Ending(state="failed", detail=f"{deploy} ended as {deploy.state}: {why or 'no reason is given'}")
