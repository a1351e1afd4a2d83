"""Simulated vitals of an app (Play Developer Reporting API): rows for whole hours, which come late.

The traps: there is no row for an hour with few users; a query past the newest hour is refused; values are
text; an hour is UTC, without minutes.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from launchpad.rehearsal.google_accounts import GoogleAccounts
from launchpad.testing.loopback import Request, Response

SCOPE = "https://www.googleapis.com/auth/playdeveloperreporting"
_HOUR = 3600
_SETS = {
    "crashRateMetricSet": ("crashRate", "userPerceivedCrashRate"),
    "anrRateMetricSet": ("anrRate", "userPerceivedAnrRate"),
}


class GoogleVitals:
    """One app's crash rate and ANR rate, by version code and hour."""

    def __init__(self, package: str, *, clock: Callable[[], float] = time.time) -> None:
        self.package = package
        self.lag_hours = 2
        """How many whole hours late rows come."""
        self.users = 5000
        """Of a version, in each hour; with fewer than `least` there is no row."""
        self.least = 100
        self.rates = {"crashRate": 0.004, "anrRate": 0.002}
        """Shares of users, not percent."""
        self.now = clock

    def __call__(self, request: Request, accounts: GoogleAccounts) -> Response:
        if accounts.who(request, SCOPE) is None:
            return _refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        match = re.fullmatch(rf"/v1beta1/apps/{re.escape(self.package)}/(\w+)(:query)?", request.path)
        if match is None or match[1] not in _SETS:
            return _refused(404, "NOT_FOUND", "Requested entity was not found.")
        if request.method == "GET" and not match[2]:
            return self._told(self._freshness(match[1]))
        if request.method == "POST" and match[2]:
            return self._query(match[1], json.loads(request.body or b"{}"))
        return _refused(404, "NOT_FOUND", "Not Found")

    @property
    def _newest(self) -> int:
        """The end of the newest hour that there are rows of."""
        return int(self.now()) // _HOUR * _HOUR - self.lag_hours * _HOUR

    def _freshness(self, name: str) -> dict[str, Any]:
        hourly = {"aggregationPeriod": "HOURLY", "latestEndTime": _written(self._newest)}
        return {
            "name": f"apps/{self.package}/{name}",
            "freshnessInfo": {"freshnesses": [hourly]},
        }

    def _query(self, name: str, asked: dict[str, Any]) -> Response:
        spec = asked.get("timelineSpec", {})
        if spec.get("aggregationPeriod") != "HOURLY":
            return _refused(400, "INVALID_ARGUMENT", "Only HOURLY is simulated.")
        begin, end = _read(spec.get("startTime", {})), _read(spec.get("endTime", {}))
        if end > self._newest:
            return _refused(400, "INVALID_ARGUMENT", "The end time is after the latest available time.")
        metrics = asked.get("metrics", [])
        if set(metrics) - {*_SETS[name], "distinctUsers"}:
            return _refused(400, "INVALID_ARGUMENT", f"Unsupported metrics: {metrics}")
        rows = []
        if self.users >= self.least:
            rows = [self._row(asked, metrics, hour) for hour in range(begin, end, _HOUR)]
        return self._told({"rows": rows} if rows else {})

    def _row(self, asked: dict[str, Any], metrics: list[str], hour: int) -> dict[str, Any]:
        code = re.search(r"versionCode = (\d+)", asked.get("filter", ""))
        dimensions = [
            {"dimension": name, "int64Value": code[1] if code else "420"}
            for name in asked.get("dimensions", [])
        ]
        return {
            "aggregationPeriod": "HOURLY",
            "startTime": _written(hour),
            "dimensions": dimensions,
            "metrics": [
                {"metric": metric, "decimalValue": {"value": str(self._value(metric))}} for metric in metrics
            ],
        }

    def _value(self, metric: str) -> float:
        if metric == "distinctUsers":
            return self.users
        return self.rates["anrRate" if "anr" in metric.lower() else "crashRate"]

    @staticmethod
    def _told(body: dict[str, Any]) -> Response:
        return Response(200, json.dumps(body).encode())


def _written(at: int) -> dict[str, Any]:
    """google.type.DateTime, in UTC; zeros are left out, as in all of Google's JSON."""
    when = datetime.fromtimestamp(at, UTC)
    parts = {"year": when.year, "month": when.month, "day": when.day, "hours": when.hour}
    return {name: value for name, value in parts.items() if value} | {"timeZone": {"id": "UTC"}}


def _read(written: dict[str, Any]) -> int:
    if not {"year", "month", "day"} <= written.keys():
        return 0
    when = datetime(written["year"], written["month"], written["day"], written.get("hours", 0), tzinfo=UTC)
    return int(when.timestamp())


def _refused(status: int, grpc: str, message: str) -> Response:
    error = {"code": status, "message": message, "status": grpc}
    return Response(status, json.dumps({"error": error}).encode())
