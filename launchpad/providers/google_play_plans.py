"""What steps of a rollout on Google Play would do, to whom, how each is undone, and how without Launchpad."""

from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading, affected, shown
from launchpad.model.values import Value
from launchpad.providers.google_play_tracks import Wanted

_CONSOLE = "https://play.google.com/console"


class Plans(Value):
    """Plans of one app, by its settings."""

    name: str
    package: str
    send_for_review: bool
    timeout: float
    stuck_after: float

    def step(self, aim: RolloutAim, version: str, wanted: Wanted) -> PlannedStep:
        """The step; `version` is the launch's."""
        which = (aim.seen.version if aim.seen else "") or version
        where = f"{which} on track {wanted.track} of {self.package}"
        does, undo = _told(aim, where)
        does += "; whatever else waits in the Play Console goes with it"
        if aim.verb != "halt" and not self.send_for_review:
            does += "; somebody has to send the change for review in the Play Console"
        return PlannedStep(
            verb=aim.verb,
            provider=self.name,
            does=does,
            command=self._by_hand(aim, wanted),
            undo=undo,
            affects=affected(aim, aim.seen),
            console=self._console(wanted),
            timeout=self.timeout,
            stuck_after=self.stuck_after,
            bound={"package": self.package, "track": wanted.track},
        )

    def _by_hand(self, aim: RolloutAim, wanted: Wanted) -> str:
        """fastlane's command, which sees only what is rolling or a draft, and does nothing without a share;
        the rest is done in the console."""
        seen = aim.seen or RolloutReading(status="not started")
        halts_blindly = aim.verb == "halt" and seen.status != "rolling"
        if aim.verb == "resume" or seen.status == "halted" or halts_blindly:
            return self._console(wanted)
        options = {"package_name": self.package, "track": wanted.track, "json_key": "KEY.json"}
        options["version_code"] = str(wanted.code or "VERSION_CODE")
        match aim.verb:
            case "bump":
                options["rollout"] = f"{(aim.percent or 0) / 100:g}"
            case "halt":
                options |= {"rollout": f"{seen.percent / 100:g}", "release_status": "halted"}
            case _:
                options |= {"rollout": "1.0", "release_status": "completed"}
        for part in ("apk", "aab", "metadata", "changelogs", "images", "screenshots"):
            options[f"skip_upload_{part}"] = "true"
        return f"fastlane supply {' '.join(f'--{k} {v}' for k, v in options.items())}"

    def _console(self, wanted: Wanted) -> str:
        """The way there: its addresses have numbers that the API does not tell."""
        return f"{_CONSOLE} → {self.package} → {wanted.track} → Manage rollout"


def _told(aim: RolloutAim, where: str) -> tuple[str, str]:
    """What a step does, and how it is undone."""
    seen = aim.seen
    match aim.verb:
        case "halt" if seen is not None and seen.status == "complete":
            does = f"halts {where}: nobody gets it any more, whoever has not got it gets the release before"
            return does, "resume it"
        case "halt":
            return f"halts {where}: nobody else gets it, whoever has it keeps it", "resume it"
        case "complete":
            return f"gives {where} to everybody", "halt it: whoever has it keeps it"
        case "resume":
            return f"resumes {where} at {shown(aim.percent)} of users", "halt it again"
        case "bump":
            return f"gives {where} to {shown(aim.percent)} of users", "halt it: whoever has it keeps it"
