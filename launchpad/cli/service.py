"""What serve and engine share as services: their log, and what they tell a service manager."""

import logging
import os
import socket
from datetime import UTC, datetime

import msgspec

from launchpad.cli.command import argument
from launchpad.cli.output import Output

LOG_FORMAT = argument(
    "--log-format", choices=("text", "json"), default="text", help="how the log is written to stderr"
)
HEALTH = argument(
    "--health",
    metavar="[HOST:]PORT",
    help="answer GET /healthz there, 200 or 503; a port alone means this machine only",
)


def log_line(level: str, message: str, source: str = "launchpad") -> str:
    """A line of a log that machines read."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"at": at, "level": level, "source": source, "message": message}
    return msgspec.json.encode(said).decode()


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        return log_line(record.levelname.lower(), message, record.name)


def keep_log(out: Output, form: str) -> None:
    """Writes what is narrated and what is logged to stderr, in lines of text or of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Json() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    if form == "json":
        out.narrate_as(lambda text: log_line("info", text))


def notify_manager(state: str) -> None:
    """Tells systemd, if it is what started this process and wants to know (sd_notify(3))."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(state.encode(), "\0" + path[1:] if path.startswith("@") else path)
        except OSError as error:
            logging.getLogger(__name__).warning("the service manager can't be told: %s", error.strerror)
