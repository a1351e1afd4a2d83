"""The vitals probe: what Google Play counted of an app's users in the newest hour that it tells of.

Facts are from the discovery document of the Play Developer Reporting API v1beta1: hours are UTC, come late,
and have no row where Google has too few users to tell. Rates are taken for shares (0.01 is 1 %).
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from launchpad.errors import Refused, Unreachable
from launchpad.google import Tokens
from launchpad.http import Api, Patience
from launchpad.model.text import clean
from launchpad.model.values import Value, format_duration, format_quantity
from launchpad.model.vitals import PlayVitalsCheck
from launchpad.probes.result import ProbeResult, Saying

SCOPE = "https://www.googleapis.com/auth/playdeveloperreporting"
_SETS = {
    "crash_rate": ("crashRateMetricSet", "crashRate"),
    "user_perceived_crash_rate": ("crashRateMetricSet", "userPerceivedCrashRate"),
    "anr_rate": ("anrRateMetricSet", "anrRate"),
    "user_perceived_anr_rate": ("anrRateMetricSet", "userPerceivedAnrRate"),
}
_USERS = "distinctUsers"
_SAID = 300


class _Instant(Value):
    """google.type.DateTime, of a whole hour."""

    year: int = 0
    month: int = 0
    day: int = 0
    hours: int = 0

    @property
    def at(self) -> datetime | None:
        """None for what is no date."""
        try:
            return datetime(self.year, self.month, self.day, self.hours, tzinfo=UTC)
        except ValueError:
            return None


class _Freshness(Value, rename="camel"):
    aggregation_period: str = ""
    latest_end_time: _Instant = _Instant()


class _FreshnessInfo(Value):
    freshnesses: tuple[_Freshness, ...] = ()


class _MetricSet(Value, rename="camel"):
    freshness_info: _FreshnessInfo = _FreshnessInfo()


class _Decimal(Value):
    value: str = ""


class _Metric(Value, rename="camel"):
    metric: str
    decimal_value: _Decimal = _Decimal()


class _Row(Value):
    metrics: tuple[_Metric, ...] = ()


class _Rows(Value):
    rows: tuple[_Row, ...] = ()


class _Hour(NamedTuple):
    begin: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.begin:%d %b %H:%M} to {self.end:%H:%M} UTC"


class VitalsProbe:
    """Runs a `PlayVitalsCheck`, whose `credentials` are the key itself. Whatever keeps Google from telling
    says nothing of the app."""

    def __init__(
        self,
        check: PlayVitalsCheck,
        *,
        saying: Saying = clean,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises `Refused` if the credentials are none."""
        self._check = check
        self._tokens = Tokens(check.credentials, SCOPE)
        self._saying = saying
        self._clock = clock

    async def run(self) -> ProbeResult:
        limit = self._check.timeout
        try:
            async with asyncio.timeout(limit):
                return await self._judged(Patience(request=limit, reading=limit))
        except TimeoutError:
            return _unknown(f"Google Play did not answer within {format_duration(limit)}")
        except (Refused, Unreachable) as error:
            return _unknown(self._saying(str(error), _SAID))

    async def _judged(self, patience: Patience) -> ProbeResult:
        check = self._check
        name, metric = _SETS[check.vital]
        token = await self._tokens.get(patience)

        async def renewed() -> str:
            return await self._tokens.get(patience, refused=token)

        async with Api("Google Play", check.api, token=token, renew=renewed, patience=patience) as api:
            path = f"/v1beta1/apps/{check.package}/{name}"
            hour = _newest(await api.read(_MetricSet, path))
            if hour is None:
                return _unknown("Google Play has no hour of this app yet")
            age = max(0.0, self._clock() - hour.end.timestamp())
            if age > check.max_age:
                late = f"ended {format_duration(age // 1)} ago, limit {format_duration(check.max_age)}"
                return _unknown(f"the newest hour that Google Play tells of {late}")
            rows = (await api.change(_Rows, "POST", f"{path}:query", body=self._query(hour, metric))).value
        told = _told(rows, metric)
        of = f"version {check.version_code}" if check.version_code else "all versions"
        seen = f"{of}, {hour}, {format_duration(age // 60 * 60)} old"
        if told is None:
            return _unknown(f"no data of {seen}: too few users, or not counted yet")
        rate, users = told
        if not 0 <= rate <= 1:
            return _unknown(f"Google Play says {rate:g} of {seen}, which is no share of users")
        shown = f"{format_quantity(rate, '%', beside=check.below)} of {users} users, {seen}"
        if users < check.at_least:
            return _unknown(f"{shown}; fewer users than {check.at_least}")
        limit = format_quantity(check.below, "%")
        if rate < check.below:
            return ProbeResult(verdict="ok", reason=f"{shown}, limit {limit}", notable=True)
        return ProbeResult(verdict="bad", reason=f"{shown}, expected below {limit}")

    def _query(self, hour: _Hour, metric: str) -> dict[str, Any]:
        spec = {
            "aggregationPeriod": "HOURLY",
            "startTime": _written(hour.begin),
            "endTime": _written(hour.end),
        }
        asked = {"timelineSpec": spec, "metrics": [metric, _USERS]}
        if self._check.version_code is None:
            return asked
        which = f"versionCode = {self._check.version_code}"
        return {**asked, "dimensions": ["versionCode"], "filter": which}


def _newest(known: _MetricSet) -> _Hour | None:
    hourly = [one for one in known.freshness_info.freshnesses if one.aggregation_period == "HOURLY"]
    end = hourly[0].latest_end_time.at if hourly else None
    return None if end is None else _Hour(end - timedelta(hours=1), end)


def _told(rows: _Rows, metric: str) -> tuple[float, int] | None:
    """The rate and the number of users; None where there is no row, or one without numbers."""
    if not rows.rows:
        return None
    values = {one.metric: one.decimal_value.value for one in rows.rows[0].metrics}
    try:
        return float(values[metric]), round(float(values[_USERS]))
    except (KeyError, ValueError, OverflowError):
        return None


def _written(at: datetime) -> dict[str, Any]:
    return {
        "year": at.year,
        "month": at.month,
        "day": at.day,
        "hours": at.hour,
        "timeZone": {"id": "UTC"},
    }


def _unknown(reason: str) -> ProbeResult:
    return ProbeResult(verdict="unknown", reason=reason)
