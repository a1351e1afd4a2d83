"""A simulated Netlify: its paths, its token, the states that its deploys go through, and its traps.

The traps: an unlocked site publishes whatever git brings next, a rollback or not; a locked one builds and
does not publish; previews of pull requests are listed with the rest, and count as published; a cancelled
deploy reads as failed; a deploy may be skipped; the log is not documented and may be missing; an unknown
state may turn up; requests are counted.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from launchpad.testing.loopback import Request, Response

_STAGES = ("enqueued", "building", "processing", "ready")
"""What a build goes through, each for a third of its time."""
_LOG = (
    "build-image version: noble",
    "Starting to prepare the repo for build",
    "Build script success",
    "Site deploy was successfully initiated",
    "Site is live ✨",
)


class NetlifySimulator:
    """One account with one site, `site_id`. See `launchpad.testing.loopback.Simulator`."""

    site_id = "3970e0fe-8564-4903-9a55-c5f8de49fb8b"

    def __init__(
        self,
        token: str,
        *,
        build_seconds: float = 0.2,
        address: str = "https://shop.example.com",
        permalink: str = "https://{id}--acme-shop.netlify.app",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Builds never end by themselves if `build_seconds` is infinite; `finish` ends them. `address` is
        where visitors find the site, `permalink` where a deploy is shown alone."""
        self.permalink = permalink
        self.token = token
        self.address = address
        self.build_seconds = build_seconds
        self.has_log = True
        self.requests_left = 500
        self.purged: list[list[str]] = []
        self.restored: list[str] = []
        self.deploys: dict[str, dict[str, Any]] = {}
        self._clock = clock
        self._next_failure = ""
        self.published = ""
        for title in ("4.0.0", "4.1.0"):
            self._publish(self._add(title, state="ready"))

    def push(self, title: str) -> str:
        """What git brings: a production deploy that nobody asked for here. Returns its id."""
        return str(self._add(title)["id"])

    def keep(self, title: str) -> str:
        """A deploy that is built, and was never published. Returns its id."""
        return str(self._add(title, state="ready")["id"])

    def preview(self, title: str) -> str:
        """A pull request's deploy, which is shown at its own address alone. Returns its id."""
        deploy = self._add(title, state="ready")
        deploy |= {"context": "deploy-preview", "published_at": deploy["created_at"]}
        return str(deploy["id"])

    def fail_next(self, message: str) -> None:
        """The next build fails with `message`."""
        self._next_failure = message

    def finish(self) -> None:
        """Ends all builds."""
        for deploy in self.deploys.values():
            deploy["_due"] = True
        self.settle()

    def built(self) -> list[dict[str, Any]]:
        """The deploys that were asked for over the API."""
        return [deploy for deploy in self.deploys.values() if deploy["_asked"]]

    @property
    def locked(self) -> bool:
        """Whether the site keeps what it publishes."""
        return bool(self.deploys[self.published]["locked"])

    def __call__(self, request: Request) -> Response:
        self.requests_left -= 1
        limit = {"X-RateLimit-Limit": "500", "X-RateLimit-Remaining": str(max(0, self.requests_left))}
        if self.requests_left < 0:
            wait = {"X-RateLimit-Reset": str(int(time.time()) + 60)}
            return self._error(429, "API rate limit exceeded", limit | wait)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self._error(401, "Access Denied")
        self.settle()
        path = request.path.removeprefix("/api/v1")
        for method, pattern, handle in self._routes():
            if method == request.method and (match := re.fullmatch(pattern, path)):
                status, body = handle(request, *match.groups())
                if status >= 400:
                    return self._error(status, body)
                headers = limit | {"X-Nf-Request-Id": f"01SIM{len(self.deploys):05d}"}
                if body is None:
                    return Response(status, b"", headers | {"Content-Type": "text/plain"})
                return Response(status, json.dumps(body).encode(), headers)
        return self._error(404, "Not Found")

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        site = rf"/sites/{self.site_id}"
        yield "GET", site, lambda _: (200, self._site())
        yield "GET", f"{site}/deploys", self._list
        yield "POST", f"{site}/builds", self._build
        yield "POST", rf"{site}/deploys/([^/]+)/restore", self._restore
        yield "GET", r"/deploys/([^/]+)", lambda _, id_: self._one(id_, 200)
        yield "GET", r"/deploys/([^/]+)/log", self._log
        yield "POST", r"/deploys/([^/]+)/cancel", self._cancel
        yield "POST", r"/deploys/([^/]+)/(lock|unlock)", self._lock
        yield "POST", "/purge", self._purge

    def _site(self) -> dict[str, Any]:
        return {
            "id": self.site_id,
            "name": "acme-shop",
            "url": self.address.replace("https:", "http:"),
            "ssl_url": self.address,
            "admin_url": "https://app.netlify.com/sites/acme-shop",
            "published_deploy": _shown(self.deploys[self.published]),
        }

    def _list(self, request: Request) -> tuple[int, Any]:
        size = int(request.query.get("per_page", "100"))
        begin = (int(request.query.get("page", "1")) - 1) * size
        newest = [_shown(deploy) for deploy in reversed(self.deploys.values())]
        state, only = request.query.get("state"), request.query.get("production") == "true"
        listed = [d for d in newest if state in (None, d["state"])]
        listed = [d for d in listed if not only or d["context"] == "production"]
        return 200, listed[begin : begin + size]

    def _build(self, request: Request) -> tuple[int, Any]:
        deploy = self._add(request.query.get("title", ""), asked=True)
        deploy["_failure"], self._next_failure = self._next_failure, ""
        return 200, {"id": f"b-{deploy['id']}", "deploy_id": deploy["id"], "sha": "d0d0", "done": False}

    def _restore(self, _: Request, id_: str) -> tuple[int, Any]:
        deploy = self.deploys.get(id_)
        if deploy is None:
            return 404, "Not Found"
        if deploy["state"] != "ready":
            return 422, "This deploy can't be published"
        self.restored.append(id_)
        self._publish(deploy)
        return self._one(id_, 201)

    def _log(self, _: Request, id_: str) -> tuple[int, Any]:
        deploy = self.deploys.get(id_)
        if deploy is None or not self.has_log:
            return 404, "Not Found"
        seen = {"enqueued": 0, "building": 2, "processing": 4}.get(deploy["state"], len(_LOG))
        failed = deploy["state"] == "error"
        lines = [*_LOG[:2], deploy["error_message"]] if failed else list(_LOG[:seen])
        return 200, [{"ts": n, "message": line, "section": "building"} for n, line in enumerate(lines)]

    def _cancel(self, _: Request, id_: str) -> tuple[int, Any]:
        deploy = self.deploys.get(id_)
        if deploy is None:
            return 404, "Not Found"
        if deploy["state"] in ("ready", "error"):
            return 422, "This deploy has ended"
        deploy |= {"state": "error", "error_message": "Canceled build"}
        return self._one(id_, 201)

    def _lock(self, _: Request, id_: str, verb: str) -> tuple[int, Any]:
        if id_ not in self.deploys:
            return 404, "Not Found"
        self.deploys[id_]["locked"] = verb == "lock"
        return self._one(id_, 200)

    def _purge(self, request: Request) -> tuple[int, Any]:
        asked = json.loads(request.body or b"{}")
        if asked.get("site_id") != self.site_id:
            return 404, "Site not found"
        self.purged.append(asked.get("cache_tags", []))
        return 202, None

    def _one(self, id_: str, status: int) -> tuple[int, Any]:
        return (status, _shown(self.deploys[id_])) if id_ in self.deploys else (404, "Not Found")

    def _add(self, title: str, *, state: str = "enqueued", asked: bool = False) -> dict[str, Any]:
        n = len(self.deploys) + 1
        deploy = {
            "id": f"{n:024x}",
            "site_id": self.site_id,
            "state": state,
            "title": title,
            "context": "production",
            "branch": "main",
            "created_at": f"2026-12-01T08:{n // 60:02d}:{n % 60:02d}.000Z",
            "published_at": None,
            "error_message": None,
            "locked": False,
            "skipped": False,
            "deploy_ssl_url": self.permalink.format(id=f"{n:024x}"),
            "_began": self._clock(),
            "_due": False,
            "_failure": "",
            "_asked": asked,
        }
        return self.deploys.setdefault(str(deploy["id"]), deploy)

    def _publish(self, deploy: dict[str, Any]) -> None:
        deploy["published_at"] = f"2026-12-01T09:00:{len(self.deploys):02d}.000Z"
        if self.published:
            # The site stays locked, on what it publishes now.
            deploy["locked"] = self.locked
            if self.published != deploy["id"]:
                self.deploys[self.published]["locked"] = False
        self.published = deploy["id"]

    def settle(self) -> None:
        """Lets builds go on as far as time has."""
        for deploy in self.deploys.values():
            if deploy["state"] not in _STAGES[:-1]:
                continue
            passed = 1.0 if deploy["_due"] else (self._clock() - deploy["_began"]) / self.build_seconds
            if passed >= 1 / 3 and deploy["_failure"]:
                deploy |= {"state": "error", "error_message": deploy["_failure"]}
                continue
            deploy["state"] = _STAGES[min(3, int(min(passed, 1.0) * 3))]
            if deploy["state"] == "ready" and not self.locked:
                self._publish(deploy)

    @staticmethod
    def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
        text = message or HTTPStatus(status).phrase
        return Response(status, json.dumps({"code": status, "message": text}).encode(), headers or {})


def _shown(deploy: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in deploy.items() if not key.startswith("_")}
