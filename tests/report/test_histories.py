"""Whatever a launch day was like, there is a report of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchpad.report.html import html
from launchpad.report.markdown import markdown
from launchpad.report.sources import report_of
from tests.support.histories import LaunchDay


@pytest.mark.slow
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_every_day_is_told(seed):
    with LaunchDay(seed) as day:
        day.live(120)
        report = report_of(day.session)
        assert len(report.timeline) <= report.head_seq == day.state.seq
        assert [line.seq for line in report.timeline] == sorted(line.seq for line in report.timeline)
        text, page = markdown(report), html(report)
        assert report.head_hash in text
        assert report.head_hash in page
        assert "\x1b" not in text + page
