"""Scalars: what people write is read exactly or refused with a sentence; what is shown never lies."""

import contextlib
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model import values
from launchpad.model.values import SECOND, Quantity, format_duration, format_quantity

DAY_ONE = datetime.fromisoformat("1970-01-02")
DAY_LAST = datetime.fromisoformat("2999-12-30")
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("5s", 5), ("1h30m", 5400), ("2d", 172800), ("0.1s", 0.1), ("1w", 604800), ("0s", 0)],
)
def test_a_duration_is_read(text, seconds):
    assert values.parse_duration(text) == seconds


@given(st.integers(0, 5_000), st.sampled_from(sorted(UNITS)))
def test_a_duration_is_the_nearest_float_to_what_was_written(number, unit):
    assert values.parse_duration(f"{number}{unit}") == pytest.approx(number * UNITS[unit], rel=1e-15)


@pytest.mark.parametrize("text", ["0%", "0.1%", "1%", "12.5%", "99.9%", "99.99%", "99.999%", "100%"])
def test_percents_are_exact_and_shown_as_they_were_written(text):
    fraction = values.parse_percent(text)
    assert repr(fraction) == repr(float(text[:-1] + "e-2"))
    assert format_quantity(fraction, "%") == text


def test_percents_equal_the_ratios_they_stand_for():
    assert values.parse_percent("99.9%") == 0.999 == 999 / 1000
    assert values.parse_percent("99.95%") == 1999 / 2000


@pytest.mark.parametrize(("text", "seconds"), [("T-1d", -86400), ("T+15m", 900), ("T-0s", 0), ("T+0s", 0)])
def test_offsets_are_read(text, seconds):
    assert values.parse_offset(text) == seconds


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("2s", Quantity(value=2.0, unit="s")),
        ("250ms", Quantity(value=0.25, unit="s")),
        ("0.1%", Quantity(value=0.001, unit="%")),
        ("5", Quantity(value=5.0)),
    ],
)
def test_quantities_keep_their_unit(text, quantity):
    assert values.parse_quantity(text) == quantity


@pytest.mark.parametrize(
    ("parse", "good"),
    [
        (values.parse_duration, "5s"),
        (values.parse_percent, "5%"),
        (values.parse_offset, "T-5s"),
        (values.parse_quantity, "5s"),
        (values.parse_zoned_time, "2026-12-01 09:00 Europe/Berlin"),
    ],
)
@pytest.mark.parametrize(
    "bend", ["", " {}", "{} ", "{}\n", "-{}", "{}x", "x{}", "٣{}", "{}\0", "nan", "inf", "1e3"]
)
def test_nonsense_is_refused_with_one_sentence(parse, good, bend):
    with pytest.raises(ValueError, match=r"^expected [^\n]+$"):
        parse(bend.format(good))


@given(st.text(max_size=40))
def test_no_text_makes_a_parser_fail_otherwise(text):
    for parse in (
        values.parse_duration,
        values.parse_percent,
        values.parse_offset,
        values.parse_quantity,
        values.parse_zoned_time,
    ):
        with contextlib.suppress(ValueError):
            parse(text)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.parse_duration, "9" * 400 + "s"),
        (values.parse_duration, "101w" * 100),
        (values.parse_offset, "T+" + "9" * 400 + "d"),
        (values.parse_quantity, "9" * 400),
        (values.parse_quantity, "9" * 400 + "s"),
        (values.parse_percent, "100.1%"),
        (values.parse_percent, "9" * 400 + "%"),
        (values.parse_zoned_time, "0001-01-01 00:00 Europe/Berlin"),
        (values.parse_zoned_time, "9999-12-31 23:59 America/New_York"),
        (values.parse_zoned_time, "2026-02-30 10:00 UTC"),
        (values.parse_zoned_time, "2026-02-20 24:01 UTC"),
        (values.parse_zoned_time, "2026-02-20 10:00 Europe/Nowhere"),
        (values.parse_zoned_time, "2026-02-20 10:00 ../../etc/passwd"),
        (values.parse_zoned_time, "2026-02-20 10:00 Europe"),
    ],
)
def test_what_no_launch_could_mean_is_refused(parse, text):
    with pytest.raises(ValueError, match=r"^expected "):
        parse(text)


def test_a_time_keeps_its_zone():
    time = values.parse_zoned_time("2026-12-01 09:00 Europe/Berlin")
    assert time.zone == "Europe/Berlin"
    assert time.at == int(datetime(2026, 12, 1, 8, 0, tzinfo=UTC).timestamp()) * SECOND
    assert values.parse_zoned_time("2026-12-01T09:00:30 Europe/Berlin").at == time.at + 30 * SECOND


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-29 02:00 Europe/Berlin",
        "2026-03-29 02:59:59 Europe/Berlin",
        "2026-03-08 02:30 America/New_York",
    ],
)
def test_a_time_that_clocks_skip_is_refused(text):
    with pytest.raises(ValueError, match="does not exist in its zone"):
        values.parse_zoned_time(text)


@pytest.mark.parametrize("zone", ["localtime", "posixrules"])
def test_a_zone_that_each_machine_has_its_own_of_is_refused(zone):
    with pytest.raises(ValueError, match="same on every machine"):
        values.parse_zoned_time(f"2026-12-01 09:00 {zone}")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("Nowhere/Nowhere", False),
        ("../../etc/passwd", False),
        ("", False),
    ],
)
def test_zones_that_a_machine_knows(name, known):
    assert values.zone_known(name) is known


def test_a_time_that_comes_twice_is_its_first():
    first = values.parse_zoned_time("2026-10-25 02:30 Europe/Berlin")
    assert first.at == int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()) * SECOND


@given(
    st.datetimes(DAY_ONE, DAY_LAST).map(lambda d: d.replace(microsecond=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_a_time_comes_back_as_it_was_written(local, zone):
    try:
        time = values.parse_zoned_time(f"{local:%Y-%m-%d %H:%M:%S} {zone}")
    except ValueError:
        aware = local.replace(tzinfo=ZoneInfo(zone))
        assert aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local
    else:
        assert values.format_instant(time.at, zone, date=True) == f"{local:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.00035, "0.35 ms"),
        (0.35, "350 ms"),
        (0.357123, "357 ms"),
        (0.9996, "999.6 ms"),
        (0.99996, "999 ms"),
        (4.2, "4.2 s"),
        (4.29999, "4.2 s"),
        (9.99999, "9.9 s"),
        (41, "41 s"),
        (59.99999, "59 s"),
        (60, "1m"),
        (250, "4m10s"),
        (3599.99, "59m59s"),
        (7500, "2h05m"),
        (86399, "23h59m"),
        (273600, "3d4h"),
        (-30, "-30 s"),
    ],
)
def test_a_duration_is_short_and_reaches_no_mark_too_early(seconds, shown):
    assert format_duration(seconds) == shown


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (1.0, "100%"),
        (0.99995, "99.995%"),
        (0.9999999, "99.9999%"),
        (0.98765432, "98.76%"),
        (0.29, "29%"),
        (1 / 3, "33.33%"),
        (1e-7, "0.00001%"),
        (0.0, "0%"),
    ],
)
def test_only_the_whole_is_a_hundred_percent(fraction, shown):
    assert format_quantity(fraction, "%") == shown


def seconds_in(shown: str) -> float:
    """What a reader takes a shown duration for."""
    return values.parse_duration(shown.replace(" ", ""))


@given(st.floats(0, values.parse_duration("90w")))
def test_what_is_shown_was_reached(seconds):
    shown = seconds_in(format_duration(seconds))
    assert shown <= seconds * (1 + 1e-15)
    assert shown >= seconds * 0.9 - 1e-9 if seconds < 60 else shown > seconds * (1 - 1 / 24)


@given(st.floats(0, 59.9), st.integers(1, 9999))
def test_a_duration_stands_on_its_own_side_of_its_limit(value, milliseconds):
    limit = values.parse_duration(f"{milliseconds}ms")
    assert seconds_in(format_quantity(limit, "s")) == limit
    shown = seconds_in(format_quantity(value, "s", beside=limit))
    assert (shown < limit) == (value < limit)
    assert (shown > limit) == (value > limit) or value - limit < 1e-12


@given(st.integers(0, 200_000), st.integers(1, 200_000), st.integers(1, 9999))
def test_a_share_stands_on_its_own_side_of_its_limit(part, rest, hundredths):
    value, limit = part / (part + rest), hundredths / 10_000
    shown = format_quantity(value, "%", beside=limit)
    assert re.fullmatch(r"\d+(\.\d+)?%", shown)
    read = values.parse_percent(shown)
    assert (read > limit, read < limit) == (value > limit, value < limit)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-0.5, "T-00:00:00"), (0, "T+00:00:00"), (872, "T+00:14:32"), (-93784, "T-1d 02:03:04")],
)
def test_a_countdown(seconds, shown):
    assert values.format_countdown(seconds) == shown


@pytest.mark.parametrize(
    ("text", "is_reference"),
    [("env:TOKEN", True), ("file:x", True), ("env:", False), ("hunter2", False), ("environment:x", False)],
)
def test_a_secret_is_told_from_its_reference(text, is_reference):
    assert values.is_secret_reference(text) is is_reference
