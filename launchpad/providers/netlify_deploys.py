"""Which deploy of a site a step is about: the one that is named, brought or found.

Only those of production are looked at: a list of Netlify's holds the previews of pull requests, too, which
count as published.
"""

from collections.abc import Mapping

from launchpad.errors import Refused
from launchpad.http import Api, Query
from launchpad.model.definition import Launch
from launchpad.model.text import clean
from launchpad.providers.capabilities import BEFORE, Job
from launchpad.providers.netlify_plans import BROUGHT, SEPARATOR, Deploy, Site, mark

DEPLOY = "deploy_id"
"""The parameter that names a deploy to publish; what a step brings under this name, too."""
_PAGE = 100
_PRODUCTION = (None, "production")
"""Contexts of deploys that visitors may be shown; None: it is not said."""


class Deploys:
    """Those of one site. Everything raises as `Api.read`."""

    def __init__(self, api: Api, site: str, provider: str) -> None:
        """`provider` is what the definition calls it."""
        self._api = api
        self._site = site
        self._provider = provider

    async def here(self) -> Site:
        """The site as it is now."""
        return await self._api.read(Site, f"/api/v1/sites/{self._site}")

    async def one(self, id_: str) -> Deploy:
        return await self._api.read(Deploy, f"/api/v1/deploys/{id_}")

    async def target(self, site: Site, job: Job) -> str | None:
        """The deploy that the step publishes; None if it builds one. Raises `Refused` if there is none."""
        if to := job.bound.get("to"):
            return to
        if builds(job):
            return None
        if BROUGHT in job.bound:
            if built := job.brought.get(f"{self._provider}.{DEPLOY}"):
                return built
            raise Refused(
                f"nothing was published: no step of this run brought a deploy of {self._provider}",
                hint=f"was it skipped, or marked done? Ask anew, and name the deploy: --param {DEPLOY}=…",
            )
        chosen = await self.chosen(site, job.launch, job.params)
        if chosen is None:
            raise Refused(f"there is no build of {mark(job.launch)} to publish", hint="deploy first")
        return chosen.id

    async def chosen(self, site: Site, launch: Launch, params: Mapping[str, str]) -> Deploy | None:
        """The deploy that a parameter names; without one, the newest that was built for this version."""
        if id_ := params.get(DEPLOY):
            return await self._publishable(site, id_)
        ready = await self._newest(site, {"state": "ready"})
        return next((d for d in ready if (d.title or "").startswith(mark(launch) + SEPARATOR)), None)

    async def earlier(self, site: Site, params: Mapping[str, str]) -> Deploy:
        """Where a rollback leads: the deploy that a parameter names, the one that was live before the run
        that it is to mend, or else the newest one that was published and is older than the present one."""
        if params.get(BEFORE) == site.now and not params.get(DEPLOY):
            what = f"nothing of the failed deploy was published: {site.address} shows {site.shows}, as before"
            raise Refused(what, hint=f"to go back further, name a deploy: --param {DEPLOY}=…")
        if id_ := params.get(DEPLOY) or params.get(BEFORE):
            return await self._publishable(site, id_)
        born = (site.published_deploy and site.published_deploy.created_at) or ""
        for deploy in await self._newest(site, {"state": "ready"}):
            if deploy.published_at and (deploy.created_at or "") < born and deploy.id != site.now:
                return deploy
        raise Refused(
            f"{site.address} shows {site.shows}, and there is none before it to go back to",
            hint=f"name one: --param {DEPLOY}=…",
        )

    async def with_nonce(self, site: Site, nonce: str) -> Deploy | None:
        """The one that was built for an attempt, if it is listed."""
        return next((d for d in await self._newest(site, {}) if nonce in (d.title or "")), None)

    async def _publishable(self, site: Site, id_: str) -> Deploy:
        if not id_.isalnum():
            raise Refused(f"'{clean(id_, 60)}' is no id of a deploy", hint="expected letters and digits")
        deploy = await self.one(id_)
        if deploy.site_id not in (None, site.id):
            raise Refused(f"{deploy} is of another site than {site.address}", hint="name another")
        if deploy.state != "ready":
            raise Refused(f"{deploy} can't be published: its state is {deploy.state}", hint="name another")
        return deploy

    async def _newest(self, site: Site, query: Mapping[str, str]) -> list[Deploy]:
        """Of production, newest first."""
        path = f"/api/v1/sites/{site.id}/deploys"
        asked: Query = {**query, "production": True, "per_page": _PAGE}
        return [d for d in await self._api.read(list[Deploy], path, asked) if d.context in _PRODUCTION]


def builds(job: Job) -> bool:
    """Whether the step builds a deploy, instead of publishing one that there is."""
    return job.verb in ("deploy", "stage") and "to" not in job.bound
