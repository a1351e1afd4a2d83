"""A simulated Google Play: its paths, its tokens, its edits, tracks and reviews, and its traps.

The traps: an account has one open edit for an app, and opening another ends it; a commit ends everybody's;
edits expire; a commit cancels reviews unless told not to; `completed` does not mean live; what was approved
may wait for a person; a track that is written without releases is empty; the releases that are listed without
an edit do not say how many users have one.
"""

import copy
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from launchpad.rehearsal.google_accounts import TOKEN_PATH, GoogleAccounts
from launchpad.rehearsal.google_vitals import GoogleVitals
from launchpad.testing.loopback import Request, Response

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_STATE = "RELEASE_LIFECYCLE_STATE_"
_EDIT_LIFE = 3600.0
_STATUSES = ("draft", "inProgress", "halted", "completed")
_GRPC = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
}


class PlayRefusal(Exception):
    """What Google says no with."""

    def __init__(self, status: int, message: str, grpc: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.grpc = grpc or _GRPC.get(status, "UNKNOWN")


class GooglePlaySimulator:
    """One app, `package`, of one developer. See `launchpad.testing.loopback.Simulator`.

    Track `production` holds 4.1.0 (410), which everybody has, and 4.2.0 (420), which 10 % have.
    """

    package = "com.acme.shop"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.accounts = GoogleAccounts(clock=clock)
        self.vitals = GoogleVitals(self.package, clock=clock)
        self.readers: set[str] = set()
        """Accounts that may look, and commit nothing."""
        self.reviews = False
        """Whether what is committed has to pass a review first; `review` ends it."""
        self.managed = False
        """Managed publishing: whether what passed waits for `publish`."""
        self.wants_sending_by_hand = False
        """Whether changes of this app can't be sent for review automatically."""
        self.library = {410, 420, 430}
        """Version codes that were uploaded."""
        self.tracks: dict[str, list[dict[str, Any]]] = {
            "production": [
                {
                    "name": "4.2.0",
                    "versionCodes": ["420"],
                    "status": "inProgress",
                    "userFraction": 0.1,
                    "releaseNotes": [{"language": "en-GB", "text": "Faster checkout"}],
                    "inAppUpdatePriority": 3,
                },
                {"name": "4.1.0", "versionCodes": ["410"], "status": "completed"},
            ]
        }
        self.commits: list[dict[str, str]] = []
        """What each commit said: the edit, who, and its parameters."""
        self.earlier = True
        """Whether there was a full release before the present one, for a halt to go back to."""
        self.cancelled_reviews = 0
        self._lifecycle: dict[str, str] = {}
        """By version code, where it is not PUBLISHED."""
        self._edits: dict[str, dict[str, Any]] = {}
        self._clock = clock

    def key(self, url: str, name: str = "launchpad") -> str:
        """The JSON key of a service account, for the server at `url`."""
        return self.accounts.key(url, name)

    # What happens past the API

    def stands(self, code: int = 420, track: str = "production") -> tuple[str, float | None]:
        """Status and share of a release."""
        release = next(r for r in self.tracks[track] if str(code) in r["versionCodes"])
        return release["status"], release.get("userFraction")

    def becomes(self, status: str, fraction: float | None = None, code: int = 420) -> None:
        """Somebody changes a release in the Play Console, which ends every open edit."""
        release = next(r for r in self.tracks["production"] if str(code) in r["versionCodes"])
        release.pop("userFraction", None)
        release |= {"status": status} | ({} if fraction is None else {"userFraction": fraction})
        self.end_edits()

    def begin_review(self, code: int = 420) -> None:
        """A change of a release is in review, whoever made it."""
        self._lifecycle[str(code)] = "IN_REVIEW"

    def review(self, *, approved: bool = True) -> None:
        """All that is in review comes out of it."""
        passed = "APPROVED_NOT_PUBLISHED" if self.managed else "PUBLISHED"
        for code, state in self._lifecycle.items():
            if state == "IN_REVIEW":
                self._lifecycle[code] = passed if approved else "NOT_APPROVED"

    def publish(self) -> None:
        """Somebody publishes in the Play Console what was approved."""
        for code, state in self._lifecycle.items():
            if state == "APPROVED_NOT_PUBLISHED":
                self._lifecycle[code] = "PUBLISHED"

    def end_edits(self, why: str = "deleted") -> None:
        """Every open edit is `deleted`, or `expired`."""
        for edit in self._edits.values():
            edit["over"] = edit["over"] or why

    # The API

    def __call__(self, request: Request) -> Response:
        if request.path == TOKEN_PATH:
            return self.accounts(request)
        if request.path.startswith("/v1beta1/"):
            return self.vitals(request, self.accounts)
        try:
            body = self._handled(request, self._known(request))
        except PlayRefusal as no:
            error = {"code": no.status, "message": no.message, "status": no.grpc}
            return Response(no.status, json.dumps({"error": error}).encode())
        return Response(200, b"" if body is None else json.dumps(body).encode())

    def _known(self, request: Request) -> str:
        who = self.accounts.who(request, SCOPE)
        if who is None:
            raise PlayRefusal(401, "Request had invalid authentication credentials.")
        return who

    def _handled(self, request: Request, who: str) -> Any:
        path = request.path.removeprefix("/androidpublisher/v3/applications/")
        package, _, rest = path.partition("/")
        if package != self.package:
            raise PlayRefusal(404, f"Package not found: {package}.")
        for method, pattern, handle in self._routes():
            if method == request.method and (match := re.fullmatch(pattern, rest)):
                return handle(request, who, *match.groups())
        raise PlayRefusal(404, "Not Found")

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., Any]]]:
        track = r"edits/([^/:]+)/tracks/([^/]+)"
        yield "GET", r"tracks/([^/]+)/releases", self._summaries
        yield "POST", "edits", self._insert
        yield "GET", r"edits/([^/:]+)", lambda _, who, id_: _shown(self._open(who, id_))
        yield "DELETE", r"edits/([^/:]+)", self._delete
        yield "POST", r"edits/([^/:]+):validate", self._validate
        yield "POST", r"edits/([^/:]+):commit", self._commit
        yield "GET", r"edits/([^/:]+)/tracks", self._list
        yield "GET", track, self._track
        yield "PUT", track, self._update
        yield "PATCH", track, self._update

    def _summaries(self, _: Request, __: str, track: str) -> Any:
        if track not in self.tracks:
            raise PlayRefusal(404, f"Track not found: {track}.")
        told = []
        for release in self.tracks[track]:
            if release["status"] == "draft":
                continue
            code = release["versionCodes"][0]
            told.append(
                {
                    "releaseName": release.get("name", ""),
                    "track": track,
                    "releaseLifecycleState": _STATE + self._lifecycle.get(code, "PUBLISHED"),
                    "activeArtifacts": [{"versionCode": int(code)} for code in release["versionCodes"]],
                }
            )
        return {"releases": told}

    def _insert(self, _: Request, who: str) -> Any:
        for edit in self._edits.values():
            if edit["who"] == who:
                edit["over"] = edit["over"] or "deleted"
        id_ = f"{len(self._edits) + 1:020d}"
        self._edits[id_] = {
            "id": id_,
            "who": who,
            "until": self._clock() + _EDIT_LIFE,
            "over": "",
            "tracks": copy.deepcopy(self.tracks),
            "written": set(),
        }
        return _shown(self._edits[id_])

    def _open(self, who: str, id_: str) -> dict[str, Any]:
        edit = self._edits.get(id_)
        if edit is None or edit["who"] != who:
            raise PlayRefusal(404, "Edit not found.")
        over = edit["over"] or ("expired" if self._clock() > edit["until"] else "")
        if over:
            raise PlayRefusal(400, f"This Edit has {'been ' * (over == 'deleted')}{over}.", _PRECONDITION)
        return edit

    def _delete(self, _: Request, who: str, id_: str) -> None:
        self._open(who, id_)["over"] = "deleted"

    def _list(self, _: Request, who: str, id_: str) -> Any:
        tracks = self._open(who, id_)["tracks"]
        return {"tracks": [{"track": name, "releases": releases} for name, releases in tracks.items()]}

    def _track(self, _: Request, who: str, id_: str, track: str) -> Any:
        tracks = self._open(who, id_)["tracks"]
        if track not in tracks:
            raise PlayRefusal(404, f"Track not found: {track}.")
        return {"track": track, "releases": tracks[track]}

    def _update(self, request: Request, who: str, id_: str, track: str) -> Any:
        edit = self._open(who, id_)
        wanted = json.loads(request.body or b"{}").get("releases", [])
        before = edit["tracks"].get(track, [])
        for release in wanted:
            self._check(release, before)
        edit["tracks"][track] = _merged(before, wanted)
        edit["written"].add(track)
        return {"track": track, "releases": edit["tracks"][track]}

    def _check(self, release: dict[str, Any], before: list[dict[str, Any]]) -> None:
        status, fraction = release.get("status"), release.get("userFraction")
        unknown = release.keys() - {
            "name",
            "versionCodes",
            "status",
            "userFraction",
            "releaseNotes",
            "inAppUpdatePriority",
            "countryTargeting",
        }
        if unknown or status not in _STATUSES:
            raise PlayRefusal(400, f"Invalid JSON payload received: {unknown or status}")
        if fraction is not None and status not in ("inProgress", "halted"):
            raise PlayRefusal(400, "User fraction can only be set for staged releases.")
        if (status == "inProgress" and fraction is None) or not 0 < (fraction or 0.5) < 1:
            raise PlayRefusal(400, "User fraction must be greater than 0 and less than 1.")
        codes = set(release.get("versionCodes", ()))
        if not codes or not {int(code) for code in codes} <= self.library:
            raise PlayRefusal(403, f"Version code {', '.join(codes)} was not uploaded.")
        stood = next((r["status"] for r in before if codes & set(r["versionCodes"])), "")
        others = any(r["status"] == "completed" for r in before if not codes & set(r["versionCodes"]))
        others = others or (stood in ("completed", "halted") and self.earlier)
        if status == "inProgress" and stood == "completed":
            raise PlayRefusal(400, "Fully released can not be staged.")
        if status in ("inProgress", "halted") and not others:
            raise PlayRefusal(400, "The first release on a track cannot be staged.")

    def _validate(self, _: Request, who: str, id_: str) -> Any:
        return _shown(self._open(who, id_))

    def _commit(self, request: Request, who: str, id_: str) -> Any:
        edit = self._open(who, id_)
        if who.partition("@")[0] in self.readers:
            raise PlayRefusal(403, "The caller does not have permission")
        behaviour = request.query.get("changesInReviewBehavior", "CANCEL_IN_REVIEW_AND_SUBMIT")
        by_hand = request.query.get("changesNotSentForReview") == "true"
        if self.wants_sending_by_hand and not by_hand:
            raise PlayRefusal(
                400,
                "Changes cannot be sent for review automatically. Please set the query parameter"
                " changesNotSentForReview to true.",
            )
        if by_hand and not self.wants_sending_by_hand:
            raise PlayRefusal(
                400, "Changes are sent for review automatically. changesNotSentForReview must not be set."
            )
        reviewed = [code for code, state in self._lifecycle.items() if state == "IN_REVIEW"]
        if reviewed and behaviour == "ERROR_IF_IN_REVIEW":
            raise PlayRefusal(400, "Some changes of this app are in review.", _PRECONDITION)
        self.cancelled_reviews += len(reviewed)
        for track in edit["written"]:
            self._submit(track, edit["tracks"][track], by_hand=by_hand)
        self.commits.append({"edit": id_, "who": who, **request.query})
        self.end_edits()
        return _shown(edit)

    def _submit(self, track: str, releases: list[dict[str, Any]], *, by_hand: bool) -> None:
        before = self.tracks.get(track, [])
        for release in releases:
            if release in before or release["status"] in ("draft", "halted"):
                continue
            if by_hand or self.reviews:
                state = "NOT_SENT_FOR_REVIEW" if by_hand else "IN_REVIEW"
                self._lifecycle[release["versionCodes"][0]] = state
        self.tracks[track] = releases


_PRECONDITION = "FAILED_PRECONDITION"


def _merged(before: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A track after it was written: what is not named stays, but for what everybody gets in its place."""
    if not wanted:
        return []
    codes = {code for release in wanted for code in release["versionCodes"]}
    kept = [release for release in before if not codes & set(release["versionCodes"])]
    if any(release["status"] == "completed" for release in wanted):
        kept = []
    return [*wanted, *(release for release in kept if release["status"] == "completed")]


def _shown(edit: dict[str, Any]) -> dict[str, str]:
    return {"id": edit["id"], "expiryTimeSeconds": str(int(edit["until"]))}
