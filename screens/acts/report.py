"""Writing the report to a file of this operator's."""

from collections.abc import Callable

from launchpad.errors import LaunchpadError
from screens.acts.base import Acting


class ReportActs(Acting):
    """What is kept of the launch."""

    save_report: Callable[[], str] | None = None
    """Writes the report as the launch stands and says where; None where this seat has no files."""

    def action_report(self) -> None:
        save = self.save_report
        if save is None:
            command = f"launchpad report {self.session.launch} -o report.html"
            self.say(f"`{command}`, where the store is: a seat over SSH has no files of yours", "info")
            return

        def work() -> None:
            try:
                said, style = save(), "ok"
            except LaunchpadError as error:
                said, style = str(error), "bad"
            self.call_later(self.say, said, style)

        self.say("the report is being written …", "info")
        self.run_worker(work, thread=True, group="report", exclusive=True)
