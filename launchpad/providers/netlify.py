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
from launchpad.errors import Refused, Unreachable
from launchpad.http import Api, Patience, Rejected, nothing_asked_yet
from launchpad.model.definition import Launch, Verb
from launchpad.model.plan import PlannedStep
from launchpad.model.text import clean
from launchpad.model.values import Duration, SecretRef, Value
from launchpad.providers.capabilities import AFTER, BEFORE, Emit, Ending, Found, Job, Surroundings
from launchpad.providers.netlify_plans import BROUGHT, SEPARATOR, Deploy, Plans, Site, mark, purge_body

_VERBS: tuple[Verb, ...] = ("deploy", "promote", "rollback", "purge", "stage")
_DEPLOY = "deploy_id"
"""The parameter that names a deploy to publish; what a step brings under this name, too."""
_URL = "url"
_PAGE = 100
_SEND_WITHIN = 4.0
"""Seconds after the start of a step within which its mutations are sent: less than the engine grants."""
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
        return (_DEPLOY, _URL) if verb in ("deploy", "stage") else ()

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
            site = await self._site(api)
            if verb == "purge":
                return self._plans.purge(site)
            if verb == "rollback":
                target: Deploy | None = await self._earlier(api, site, params)
            elif verb == "promote" and params.get(AFTER) in ("deploy", "stage") and not params.get(_DEPLOY):
                return self._plans.brought(site)
            elif verb == "promote" or params.get(_DEPLOY):
                target = await self._chosen(api, site, launch, params)
            else:
                target = None
        if verb == "stage":
            return self._plans.stage(site, launch, target)
        if target is None:
            return self._plans.build(site, launch) if verb == "deploy" else self._plans.later(site, launch)
        return self._plans.publish(verb, site, target, chosen=verb != "promote" or bool(params.get(_DEPLOY)))

    async def start(self, job: Job) -> str:
        async with self._api(self.pace.asking, send_by=boot_seconds() + _SEND_WITHIN) as api:
            with nothing_asked_yet():
                site = await self._site(api)
            if job.verb == "purge":
                purged = await api.change(
                    type(None), "POST", "/api/v1/purge", body=purge_body(site.id, self._set.cache_tags)
                )
                self._asked[job.nonce] = purged.line
                return site.id
            with nothing_asked_yet():
                target = await self._target(api, site, job)
            if target is not None and job.verb == "stage":
                return target  # it is built already
            if target is not None:
                return await self._publish(api, site, target, job)
            _expected(site, job)
            return await self._build(api, site, job)

    async def _build(self, api: Api, site: Site, job: Job) -> str:
        """Asks for a build; of one that nobody is to be shown, with the site locked before."""
        locks = job.verb == "stage" and not site.locked
        if locks:
            await api.change(Deploy, "POST", f"/api/v1/deploys/{site.now}/lock")
            if not (await self._site(api)).locked:
                what = f"nothing was built: the lock was accepted, but {site.address} is not locked"
                raise Refused(what, hint="try again, or lock it in Netlify")
        query = {"title": SEPARATOR.join((mark(job.launch), job.run, job.nonce))}
        try:
            build = await api.change(_Build, "POST", f"/api/v1/sites/{site.id}/builds", query)
        except (Refused, Unreachable) as error:
            kind = Refused if isinstance(error, Refused) else Unreachable
            left = f"; {site.address} is locked on {site.shows} by now" if locks else ""
            raise kind(error.message + left, hint=error.hint) from None
        self._asked[job.nonce] = build.line
        return build.value.deploy_id

    async def _publish(self, api: Api, site: Site, target: str, job: Job) -> str:
        """Publishes a deploy and locks it, as far as that is not so already."""
        if site.now != target:
            _expected(site, job)
            path = f"/api/v1/sites/{site.id}/deploys/{target}/restore"
            asked = await api.change(Deploy, "POST", path)
            self._asked[job.nonce] = asked.line
            if not self._locks(job):
                return target
            with contextlib.suppress(Refused, Unreachable):  # `follow` looks again
                site = await self._site(api)
        if self._locks(job) and site.now == target and not site.locked:
            try:
                await api.change(Deploy, "POST", f"/api/v1/deploys/{target}/lock")
            except (Refused, Unreachable) as error:
                what = f"deploy {target} is published, but not locked: {error.message}"
                raise Unreachable(what, hint="retry the step, or lock it in Netlify") from None
        return target

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        await emit([self._asked.get(job.nonce, "asked for by an engine before this one")])
        if job.verb == "purge":
            return Ending(state="succeeded", detail="accepted; Netlify does not say when it is done")
        try:
            async with self._api(self.pace.following) as api:
                if not _builds(job) and job.verb != "stage":
                    return await self._shown(api, provider_id, job)
                deploy = await self._built(api, provider_id, emit)
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
        while True:
            # Read before the log: what was written by its end is complete.
            deploy = await api.read(Deploy, f"/api/v1/deploys/{id_}")
            try:
                lines = await self._log(id_) if log else None
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

    async def _log(self, id_: str) -> list[str] | None:
        """The log of a build so far; None where it can't be had now, which the build does not depend on.
        Raises `Rejected` if there is none."""
        try:
            async with self._api(self.pace.logging) as api:
                lines = await api.read(list[_LogLine], f"/api/v1/deploys/{id_}/log")
        except Unreachable:
            return None
        return [line.message or line.log or "" for line in lines]

    async def _shown(self, api: Api, target: str, job: Job) -> Ending:
        """Reads back what the site publishes: a status says what was accepted, not what is so."""
        until = boot_seconds() + self.pace.publish
        while True:
            site = await self._site(api)
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
                what = f"deploy {target} was accepted, but {site.address} still shows {site.shows}"
                why = ", on which it is locked" if site.locked else ""
                return Ending(state="failed", detail=f"{what}{why}")
            await asyncio.sleep(self.pace.poll)

    async def _staged(self, api: Api, target: str, job: Job) -> Ending:
        """Reads back that nobody is shown what was built."""
        site = await self._site(api)
        if site.now == target:
            what = f"{site.address} shows deploy {target} to everybody already, before anybody looked at it"
            return Ending(state="failed", detail=f"{what}: the site was unlocked, or somebody published it")
        if _builds(job) and not site.locked:
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
                site = await self._site(api)
                target = await self._target(api, site, job)
                if target is None:
                    return await self._by_nonce(api, site, job)
        except (Refused, Unreachable) as error:
            return Found(state="unknown", detail=f"Netlify does not tell whether it was begun: {error}")
        if job.verb == "stage":
            return Found(state="at-work", provider_id=target)
        done = site.now == target and (site.locked or not self._locks(job))
        # Publishing by id may be asked for again: what is so already is left alone.
        return Found(state="at-work", provider_id=target) if done else Found(state="never-started")

    async def _by_nonce(self, api: Api, site: Site, job: Job) -> Found:
        newest = await self._list(api, site, {})
        found = next((deploy for deploy in newest if job.nonce in (deploy.title or "")), None)
        if found is not None:
            return Found(state="at-work", provider_id=found.id)
        why = f"Netlify lists no deploy of this step (yet): look at {site.admin_url}; retry if there is none"
        return Found(state="unknown", detail=why)

    async def cancel(self, provider_id: str, job: Job) -> None:
        if not _builds(job):
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

    async def _site(self, api: Api) -> Site:
        return await api.read(Site, f"/api/v1/sites/{self._set.site}")

    async def _list(self, api: Api, site: Site, query: dict[str, str]) -> list[Deploy]:
        """The newest deploys, newest first."""
        path = f"/api/v1/sites/{site.id}/deploys"
        return await api.read(list[Deploy], path, {**query, "per_page": _PAGE})

    async def _target(self, api: Api, site: Site, job: Job) -> str | None:
        """The deploy that the step publishes; None if it builds one. Raises `Refused` if there is none."""
        if to := job.bound.get("to"):
            return to
        if _builds(job):
            return None
        if BROUGHT in job.bound:
            if built := job.brought.get(f"{self._name}.{_DEPLOY}"):
                return built
            raise Refused(
                f"nothing was published: no step of this run brought a deploy of {self._name}",
                hint=f"was it skipped, or marked done? Ask anew, and name the deploy: --param {_DEPLOY}=…",
            )
        chosen = await self._chosen(api, site, job.launch, job.params)
        if chosen is None:
            raise Refused(f"there is no build of {mark(job.launch)} to publish", hint="deploy first")
        return chosen.id

    async def _chosen(self, api: Api, site: Site, launch: Launch, params: Mapping[str, str]) -> Deploy | None:
        """The deploy that a parameter names; without one, the newest that was built for this version."""
        if id_ := params.get(_DEPLOY):
            return await self._publishable(api, id_)
        ready = await self._list(api, site, {"state": "ready"})
        return next((d for d in ready if (d.title or "").startswith(mark(launch) + SEPARATOR)), None)

    async def _earlier(self, api: Api, site: Site, params: Mapping[str, str]) -> Deploy:
        """Where a rollback leads: the deploy that a parameter names, the one that was live before the run
        that it is to mend, or else the newest one that was published and is older than the present one."""
        if params.get(BEFORE) == site.now and not params.get(_DEPLOY):
            what = f"nothing of the failed deploy was published: {site.address} shows {site.shows}, as before"
            raise Refused(what, hint=f"to go back further, name a deploy: --param {_DEPLOY}=…")
        if id_ := params.get(_DEPLOY) or params.get(BEFORE):
            return await self._publishable(api, id_)
        born = (site.published_deploy and site.published_deploy.created_at) or ""
        for deploy in await self._list(api, site, {"state": "ready"}):
            if deploy.published_at and (deploy.created_at or "") < born and deploy.id != site.now:
                return deploy
        raise Refused(
            f"{site.address} shows {site.shows}, and there is none before it to go back to",
            hint=f"name one: --param {_DEPLOY}=…",
        )

    async def _publishable(self, api: Api, id_: str) -> Deploy:
        if not id_.isalnum():
            raise Refused(f"'{clean(id_, 60)}' is no id of a deploy", hint="expected letters and digits")
        deploy = await api.read(Deploy, f"/api/v1/deploys/{id_}")
        if deploy.state != "ready":
            raise Refused(f"{deploy} can't be published: its state is {deploy.state}", hint="name another")
        return deploy

    def _locks(self, job: Job) -> bool:
        return job.verb == "rollback" and self._set.lock


def _builds(job: Job) -> bool:
    """Whether the step builds a deploy, instead of publishing one that there is."""
    return job.verb in ("deploy", "stage") and "to" not in job.bound


def _brought(deploy: Deploy) -> dict[str, str]:
    """What later steps of the run may use of it. An address that would carry what they send in the clear is
    none."""
    address = deploy.deploy_ssl_url or ""
    return {_DEPLOY: deploy.id} | ({} if address_fault(address) else {_URL: address})


def _expected(site: Site, job: Job) -> None:
    """Raises `Refused` if the site does not publish what it did when the step was planned."""
    before = job.bound.get(BEFORE, site.now)
    if site.now != before:
        what = f"{site.address} shows {site.shows}, and no longer deploy {before} as when this was planned"
        raise Refused(f"nothing was done: {what}", hint="look, and ask again")


def _failure(deploy: Deploy) -> Ending:
    why = clean(deploy.error_message or "")
    if deploy.skipped:
        return Ending(state="failed", detail=f"Netlify skipped {deploy}: {why or 'nothing to build'}")
    if "cancel" in why.lower():
        return Ending(state="aborted", detail=f"{deploy}: {why}")
    return Ending(state="failed", detail=f"{deploy} ended as {deploy.state}: {why or 'no reason is given'}")
