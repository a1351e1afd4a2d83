"""What steps on a site of Netlify would do, to whom, how it is undone, and how without Launchpad."""

import json
import shlex

from msgspec.structs import replace

from launchpad.errors import Refused
from launchpad.model.definition import Launch, Verb
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import WHOLE, people
from launchpad.model.text import clean
from launchpad.model.values import Value
from launchpad.providers.capabilities import BEFORE

SEPARATOR = " · "
"""Between the parts of a build's title: what is deployed, the run, the nonce."""


BROUGHT = "brought"
"""In a plan: that the step publishes what a step before it in the same run builds."""

_NOBODY = "nobody until it is promoted"


class Deploy(Value):
    """A deploy, as far as its fields matter here."""

    id: str
    site_id: str | None = None
    state: str = ""
    title: str | None = None
    error_message: str | None = None
    created_at: str | None = None
    published_at: str | None = None
    locked: bool | None = None
    skipped: bool | None = None
    context: str | None = None
    deploy_ssl_url: str | None = None

    def __str__(self) -> str:
        title = clean((self.title or "").partition(SEPARATOR)[0], 60)
        return f"deploy {self.id} ({title})" if title else f"deploy {self.id}"


class Site(Value):
    """A site, as far as its fields matter here."""

    id: str
    name: str = ""
    ssl_url: str | None = None
    url: str | None = None
    admin_url: str | None = None
    published_deploy: Deploy | None = None

    @property
    def address(self) -> str:
        return self.ssl_url or self.url or self.name or self.id

    @property
    def now(self) -> str:
        """The id of what it publishes; empty if nothing."""
        return self.published_deploy.id if self.published_deploy else ""

    @property
    def locked(self) -> bool:
        return bool(self.published_deploy and self.published_deploy.locked)

    @property
    def shows(self) -> str:
        return str(self.published_deploy) if self.published_deploy else "nothing"


class Plans(Value):
    """Plans of one provider, by its settings."""

    name: str
    lock: bool
    cache_tags: tuple[str, ...]
    timeout: float
    stuck_after: float
    users: int | None = None
    """How many people use the site, if that is known."""

    def later(self, site: Site, launch: Launch) -> PlannedStep:
        """Of publishing what a step before this one builds."""
        does = f"publishes the newest build of {mark(launch)} on {site.address}, for everybody"
        does += f", in place of {site.shows}; there is none yet"
        command = _cli("restoreSiteDeploy", site_id=site.id, deploy_id="ID OF THE BUILD")
        return self._step("promote", site, does, {BEFORE: site.now}, [command])

    def brought(self, site: Site) -> PlannedStep:
        """Of publishing what a step before this one in the same run builds."""
        does = f"publishes the deploy of the step before it, that and no other, on {site.address}"
        does += f", for everybody, in place of {site.shows}"
        command = _cli("restoreSiteDeploy", site_id=site.id, deploy_id="ID OF THE DEPLOY")
        return self._step("promote", site, does, {BEFORE: site.now, BROUGHT: "yes"}, [command])

    def stage(self, site: Site, launch: Launch, target: Deploy | None) -> PlannedStep:
        """Of building what is shown at an address of its own alone, or of taking `target` for it. Raises
        `Refused` where that can't be."""
        if not site.now:
            what = f"{site.address} publishes nothing yet, so that it can't be locked on it"
            raise Refused(what, hint="deploy first")
        if target is not None and target.id == site.now:
            raise Refused(f"{site.address} shows {site.shows} already", hint="name another deploy")
        if target is not None:
            does = f"takes {target}, which is built, at its own address; {site.address} goes on to show"
            step = self._step("stage", site, f"{does} {site.shows}", {BEFORE: site.now, "to": target.id}, [])
            command = target.deploy_ssl_url or step.command
            return replace(step, command=command, undo="nothing is changed", affects=_NOBODY)
        lock = f"locks {site.address} on {site.shows}, then " if not site.locked else ""
        does = f"{lock}builds its production branch at an address of its own, published to nobody"
        does += f"; {site.address} goes on to show {site.shows}, whatever git brings, until it is unlocked"
        commands = [_cli("lockDeploy", deploy_id=site.now)] if lock else []
        commands.append(_cli("createSiteBuild", site_id=site.id, title=mark(launch)))
        step = self._step("stage", site, does, {BEFORE: site.now}, commands)
        undo = "unlock the site" if lock else "nothing to undo: nobody sees it"
        return replace(step, undo=undo, affects=_NOBODY)

    def build(self, site: Site, launch: Launch) -> PlannedStep:
        builds = f"builds {site.address} from its production branch"
        if site.locked:
            does = f"{builds} and does not publish it: the site is locked on {site.shows}"
        else:
            does = f"{builds} and publishes it for everybody, in place of {site.shows}"
        bound = {BEFORE: site.now, "publishes": "no" if site.locked else "yes"}
        command = _cli("createSiteBuild", site_id=site.id, title=mark(launch))
        step = self._step("deploy", site, does, bound, [command])
        return replace(step, affects=_NOBODY) if site.locked else step

    def publish(self, verb: Verb, site: Site, target: Deploy, *, chosen: bool) -> PlannedStep:
        locks = verb == "rollback" and self.lock
        does = f"publishes {target} on {site.address}, for everybody, in place of {site.shows}"
        if verb == "rollback":
            does += ", and locks the site on it" if locks else "; the next push to git will replace it"
        bound = {BEFORE: site.now}
        if chosen:
            bound["to"] = target.id
        else:
            does += "; or a newer build of this version, if there is one by then"
        commands = [_cli("restoreSiteDeploy", site_id=site.id, deploy_id=target.id)]
        if locks:
            commands.append(_cli("lockDeploy", deploy_id=target.id))
        return self._step(verb, site, does, bound, commands)

    def purge(self, site: Site) -> PlannedStep:
        what = ", ".join(self.cache_tags) or "everything"
        does = (
            f"takes {what} of {site.address} out of the CDN's caches; visits are slower until they fill again"
        )
        command = _cli("purgeCache", body=purge_body(site.id, self.cache_tags))
        step = self._step("purge", site, does, {}, [command])
        return replace(
            step,
            undo="nothing to undo: the caches fill by themselves",
            affects=f"{self._everybody(site)}: slower until the caches fill",
        )

    def _everybody(self, site: Site) -> str:
        count = people(self.users, WHOLE)
        return f"everybody who visits {site.address}" + (f", {count}" if count else "")

    def _step(
        self, verb: Verb, site: Site, does: str, bound: dict[str, str], commands: list[str]
    ) -> PlannedStep:
        console = f"{site.admin_url}/deploys" if site.admin_url else "https://app.netlify.com"
        undo = f"publish {site.shows} again"
        if verb == "rollback" and self.lock:
            undo += ", and unlock it"
        return PlannedStep(
            verb=verb,
            provider=self.name,
            does=does,
            command=" && ".join(commands),
            undo=undo if site.now else None,
            timeout=self.timeout,
            stuck_after=self.stuck_after,
            bound={**bound, "site": site.id},
            affects=f"{self._everybody(site)}, at once",
            console=console,
        )


def mark(launch: Launch) -> str:
    """How the title of a build begins."""
    return f"{launch.product} {launch.version} {launch.environment}"


def purge_body(site: str, cache_tags: tuple[str, ...]) -> dict[str, object]:
    """What is asked for to empty the caches of a site, of everything without tags."""
    return {"site_id": site} | ({"cache_tags": cache_tags} if cache_tags else {})


def _cli(operation: str, **data: object) -> str:
    """The command of netlify-cli for an operation of the API."""
    return f"netlify api {operation} --data {shlex.quote(json.dumps(data))}"
