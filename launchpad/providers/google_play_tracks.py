"""What a track of Google Play says of a release, and what it must be told to change that.

Facts are from the discovery document of the Google Play Developer API v3 and its guide to tracks. What they
leave open: how a release that everybody has is halted in writing (taken here: without a share, since a share
is below 1), and whether Google takes a smaller share than before (never asked for).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import convert

from launchpad.errors import Refused, Unreachable
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.rollouts import WHOLE, RolloutAim, RolloutReading
from launchpad.model.text import clean
from launchpad.model.values import Value
from launchpad.rules.rollouts import reached

_PREFIX = "RELEASE_LIFECYCLE_STATE_"
_PRECISION = 6
"""Digits after the point to which shares are compared: floating point is not exact."""
_NOT_LIVE: Mapping[str, tuple[RolloutStatus, str]] = {
    "DRAFT": ("not started", "it is a draft"),
    "NOT_SENT_FOR_REVIEW": ("not started", "it waits to be sent for review in the Play Console"),
    "IN_REVIEW": ("in review", ""),
    "APPROVED_NOT_PUBLISHED": ("approved", "it waits to be published in the Play Console"),
    "NOT_APPROVED": ("rejected", "the Play Console says why"),
}


_LIVE: Mapping[str, RolloutStatus] = {"inProgress": "rolling", "completed": "complete"}


class Artifact(Value, rename="camel"):
    version_code: int = 0


class Summary(Value, rename="camel"):
    """A release as it is listed without an edit: whether it is live, not how many have it."""

    release_name: str = ""
    release_lifecycle_state: str = ""
    active_artifacts: tuple[Artifact, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(artifact.version_code) for artifact in self.active_artifacts)

    @property
    def lifecycle(self) -> str:
        """`IN_REVIEW`, `PUBLISHED` …"""
        return self.release_lifecycle_state.removeprefix(_PREFIX)


class Summaries(Value):
    releases: tuple[Summary, ...] = ()


class Track(Value):
    """A track as an edit has it. What this version does not know of a release is kept as it is."""

    releases: tuple[dict[str, Any], ...] = ()


class Release(Value, rename="camel"):
    """A release of a track."""

    name: str = ""
    version_codes: tuple[int | str, ...] = ()
    status: str = ""
    user_fraction: float | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(code) for code in self.version_codes)

    @property
    def percent(self) -> float:
        """Share of users that may get it, or could until it was halted."""
        if self.status == "draft":
            return 0.0
        if self.user_fraction is None:
            return WHOLE
        return round(self.user_fraction * WHOLE, _PRECISION)

    @property
    def shown(self) -> str:
        """`4.2.0 (420)`."""
        name, codes = clean(self.name, 60), ", ".join(self.codes)
        return name if name and codes in name else f"{name} ({codes})".strip()

    def like(self, seen: RolloutReading) -> bool:
        """Whether it stands as it was seen, as far as a track tells."""
        statuses = {**_LIVE, "halted": "halted"}
        same = statuses.get(self.status, "not started") == seen.status and self.shown == seen.version
        return same and abs(self.percent - seen.percent) < 10.0**-4


class Wanted(Value):
    """Which release of a track is meant."""

    track: str
    version: str
    """Of the launch; its release is named so, or has it in its name."""
    code: int | None = None
    """Its version code, where that is given."""

    def fits(self, name: str, codes: Sequence[str]) -> bool:
        if self.code is not None:
            return str(self.code) in codes
        # 4.2.0-rc1 is another version than 4.2.0.
        return re.search(rf"(?<![\w.]){re.escape(self.version)}(?![\w.]|-[A-Za-z])", name) is not None

    def among(self, track: Track) -> tuple[Release, dict[str, Any]] | None:
        """The release, with all that the track says of it; None if it is not there.

        Raises `Refused` if nothing tells which it is, `Unreachable` for what is no release.
        """
        try:
            known = [(convert(raw, Release), raw) for raw in track.releases]
        except ValueError as error:
            raise Unreachable(
                f"Google Play's track {self.track} is not as expected: {clean(str(error), 100)}"
            ) from None
        fitting = [one for one in known if self.fits(one[0].name, one[0].codes)]
        if fitting:
            return max(fitting, key=lambda one: max((int(code) for code in one[0].codes), default=0))
        if self.code is not None:
            return None
        there = ", ".join(release.shown for release, _ in known) or "none"
        raise Refused(
            f"no release on track {self.track} has {self.version} in its name; there: {there}",
            hint="give the rollout its version_code",
        )


def reading(release: Release | None, summary: Summary | None, wanted: Wanted, note: str) -> RolloutReading:
    """How the release stands. `note` is said with a share. Raises `Unreachable` if nothing tells whether it
    is live, or it is in a state that this version does not know."""
    if release is None:
        return RolloutReading(
            status="not started",
            version=str(wanted.code),
            detail=f"track {wanted.track} has no release with version code {wanted.code}",
        )
    lifecycle = summary.lifecycle if summary is not None else ""
    status: RolloutStatus
    percent, detail = release.percent, note
    if release.status == "draft":
        status, detail = _NOT_LIVE["DRAFT"]
    elif release.status == "halted":
        status = "halted"
        if lifecycle == "IN_REVIEW":
            detail = "changes are in review: what was before may be served until they are through"
    elif lifecycle in _NOT_LIVE:
        status, detail = _NOT_LIVE[lifecycle]
        percent = 0.0 if status == "not started" else percent
    elif lifecycle != "PUBLISHED":
        said = f"'{clean(lifecycle, 40)}'" if lifecycle else "nothing"
        raise Unreachable(
            f"whether {release.shown} is live is not known: of its review Google Play says {said}",
            hint="look into the Play Console",
        )
    elif release.status not in _LIVE:
        said = clean(release.status, 40)
        raise Unreachable(
            f"how many have {release.shown} is not known: Google Play says '{said}' of it",
            hint="look into the Play Console",
        )
    else:
        status = _LIVE[release.status]
    return RolloutReading(status=status, percent=percent, version=release.shown, detail=detail)


def taken(aim: RolloutAim, stands: RolloutReading) -> bool:
    """Whether Google Play has what was asked for, be it in review."""
    if aim.verb == "bump" and abs(stands.percent - (aim.percent or 0.0)) > 10.0**-4:
        return False
    return reached(aim, stands)


def changed(raw: Mapping[str, Any], aim: RolloutAim) -> dict[str, Any]:
    """The release as it is to be. What it says beside (notes, countries, priority) stays."""
    release = {key: value for key, value in raw.items() if key not in ("status", "userFraction")}
    before = raw.get("userFraction")
    if aim.verb == "halt":
        return release | {"status": "halted"} | ({"userFraction": before} if before is not None else {})
    percent = WHOLE if aim.verb == "complete" else aim.percent
    if percent is None:
        percent = WHOLE if before is None else before * WHOLE
    if percent >= WHOLE:
        return release | {"status": "completed"}
    return release | {"status": "inProgress", "userFraction": round(percent / WHOLE, _PRECISION + 2)}
