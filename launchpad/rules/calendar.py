"""Working days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from launchpad.model.values import SECOND, Micros

_SATURDAY = 5


def next_working_day(at: Micros, zone: str) -> date:
    """The next day after that of `at`, from Monday to Friday, as the zone counts days."""
    day = datetime.fromtimestamp(at / SECOND, ZoneInfo(zone)).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def instant(day: date, at: time, zone: str) -> Micros:
    """That time of that day in the zone."""
    return round(datetime.combine(day, at, ZoneInfo(zone)).timestamp()) * SECOND
