"""The report as one HTML file: no script, nothing from the network, every text escaped."""

from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from launchpad.model.links import pieces
from launchpad.report import phrases
from launchpad.report.account import Report
from launchpad.report.chart import chart


def html(report: Report) -> str:
    """The whole report."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        when=lambda at: phrases.when(report, at),
        clock=lambda at: phrases.clock(report, at),
        standing=lambda item: phrases.item_standing(report, item),
        mark=lambda item: phrases.mark(report, item),
        resolution=lambda trouble: phrases.resolution(report, trouble),
        incident=lambda shown: phrases.incident(report, shown),
        remarks=phrases.remarks,
        linked=_linked,
        verdict=phrases.verdict,
        label=lambda measure: phrases.label(report, measure),
        times_off=phrases.times_off,
        outcome=phrases.run_outcome,
        lasted=phrases.run_lasted,
        approvals=phrases.run_approvals,
        # The chart escapes what it writes.
        chart=lambda measure: Markup(chart(measure, report.zone)),  # noqa: S704
    )
    text = resources.files("launchpad.report").joinpath("report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        report=report,
        title=phrases.title(report),
        summary=phrases.summary(report),
        impact=phrases.impact(report),
        smoke=list(phrases.smoke(report)),
        means=phrases.means(report),
    )


def _linked(text: str) -> Markup:
    """The text with its links ready to be followed; all of it is escaped."""
    link = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>')
    return Markup().join(
        link.format(piece.text) if piece.link else escape(piece.text) for piece in pieces(text)
    )
