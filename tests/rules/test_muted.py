"""Who hears of an alert, and what is said of it besides: folded from events, judged at an instant."""

from launchpad.model import events as ev
from launchpad.model.definition import Alert, Definition, HttpSignal, Launch, Objective, Threshold
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.values import SECOND, Quantity, ZonedTime
from launchpad.rules.alerts import Evidence, changed_before, flapping, muted
from launchpad.rules.view.health import alert_views
from tests.support import nights


def rule(**more: object) -> Alert:
    return Alert(when=Threshold(objective="errors", op=">", limit=Quantity(value=0.01, unit="%")), **more)


DEFINITION = Definition(
    launch=Launch(product="shop", version="1", t0=ZonedTime(at=3600 * SECOND, zone="UTC")),
    signals={"home": HttpSignal(url="http://a")},
    objectives={
        "errors": Objective(signal="home", error_rate=True, below=Quantity(value=0.01, unit="%"), window=60.0)
    },
    alerts={
        "down": rule(severity="critical", group="shop"),
        "slow": rule(inhibited_by=("down",), group="shop"),
        "lone": rule(),
    },
)
PLAN = Plan(
    action="deploy",
    title="Deploy",
    version="1",
    environment="production",
    steps=(
        PlannedStep(verb="migrate", provider="db", does="it", command="do"),
        PlannedStep(verb="deploy", provider="site", does="it", command="do"),
    ),
    params={},
    approvals=0,
    gate=None,
)


class Night(nights.Night):
    """A journal written second by second."""

    def __init__(self) -> None:
        super().__init__(DEFINITION)

    def alert(self, at: float, name: str, status: ev.AlertStatus) -> None:
        self.does(at, ev.AlertChanged(alert=name, status=status, severity="high", value=0.02, n=9))

    def muted(self, name: str, at: float) -> str:
        return muted(self.state, DEFINITION, name, round(at * SECOND))


def test_a_silence_has_an_owner_a_reason_and_an_end():
    night = Night()
    night.does(10, ev.AlertSilenced(alert="lone", until=100 * SECOND), "ops", "load test")
    night.alert(20, "lone", "firing")
    assert night.muted("lone", 40) == "silenced by ops for another 1m: load test"
    assert night.muted("lone", 99.999999)
    assert night.muted("lone", 100) == ""
    assert night.muted("down", 40) == ""
    night.does(50, ev.AlertUnsilenced(alert="lone"), "lead")
    assert night.muted("lone", 51) == ""
    night.does(52, ev.AlertUnsilenced(alert="lone"), "lead", fits=False)


def test_a_firing_alert_inhibits_and_a_pending_one_does_not():
    night = Night()
    night.alert(10, "slow", "firing")
    night.alert(10, "down", "pending")
    assert night.muted("slow", 11) == ""
    night.alert(12, "down", "firing")
    assert night.muted("slow", 13) == "inhibited by down"
    assert night.muted("down", 13) == ""
    night.alert(14, "down", "resolved")
    assert night.muted("slow", 15) == ""


def test_three_firings_within_a_quarter_of_an_hour_are_flapping():
    night = Night()
    for at in (1000, 1300, 1600):
        assert night.muted("lone", at) == ""
        night.alert(at, "lone", "firing")
        night.alert(at + 100, "lone", "resolved")
    assert night.muted("lone", 1700) == "flapping: fired 3 times in 15m"
    lone = night.state.alerts["lone"]
    assert flapping(lone, 1900 * SECOND)
    assert not flapping(lone, 1900 * SECOND + 1), "it has calmed down, and is heard again"


def test_an_alert_says_what_was_done_before_it_rose():
    night = Night()
    night.does(10, ev.PhaseEntered(phase="launch"), "lead")
    night.does(1000, ev.RunRequested(run="deploy-1", action="deploy", params={}), "lead")
    night.does(
        1001, ev.RunPlanned(run="deploy-1", plan=PLAN, digest=PLAN.digest(), gate=None, expires_at=9**12)
    )
    night.does(1002, ev.RunConfirmed(run="deploy-1", digest=PLAN.digest()), "lead")
    night.does(1003, ev.RunStarted(run="deploy-1", epoch=1))
    for step in (0, 1):
        night.does(
            1004 + step * 60, ev.StepIntended(run="deploy-1", step=step, epoch=1, nonce="n", attempt=1)
        )
        night.does(1060 + step * 60, ev.StepSucceeded(run="deploy-1", step=step))
    night.alert(1360, "lone", "pending")
    night.does(1361, ev.CountdownSlipped(seconds=600.0), "lead")
    night.alert(1400, "lone", "firing")
    lone = night.state.alerts["lone"]
    assert changed_before(lone) == (
        "4m after deploy-1 step 2: deploy site",
        "5m after deploy-1 step 1: migrate db",
    ), "the phase was entered too long before, and T-0 slipped after"
    night.alert(9000, "down", "firing")
    assert changed_before(night.state.alerts["down"]) == ()


def test_one_of_a_group_speaks_for_the_rest():
    night = Night()
    night.alert(10, "slow", "firing")
    night.alert(11, "lone", "firing")
    night.alert(12, "down", "firing")
    views = {v.state.name: v for v in alert_views(DEFINITION, night.state, 20 * SECOND, {})}
    assert views["down"].others == ("slow",)
    assert views["slow"].spoken_for
    assert not views["down"].spoken_for
    assert not views["lone"].spoken_for
    assert views["lone"].others == ()
    assert views["slow"].muted == "inhibited by down"


def test_those_that_somebody_is_told_of_come_first_with_their_value_of_now():
    night = Night()
    night.alert(10, "down", "firing")
    night.alert(12, "lone", "firing")
    night.does(13, ev.AlertSilenced(alert="down", until=100 * SECOND), "ops", "load test")
    seen = {"lone": Evidence(crossed=True, value=0.5, n=77)}
    lone, down = alert_views(DEFINITION, night.state, 20 * SECOND, seen)
    assert (lone.state.name, lone.shown, lone.n) == ("lone", "50%", 77)
    assert (down.state.name, down.shown, down.n) == ("down", "2%", 9)
    assert down.notes == ("silenced by ops for another 1m20s: load test",)
    night.does(20, ev.AlertEased(alert="lone", eased=True, value=0.0, n=77))
    (eased, _) = alert_views(DEFINITION, night.state, 32 * SECOND, seen)
    assert eased.notes == ("eased 12 s ago",)
    night.does(40, ev.AlertEased(alert="lone", eased=False, value=0.5, n=77))
    again = alert_views(DEFINITION, night.state, 101 * SECOND, seen)
    assert [view.state.name for view in again] == ["down", "lone"]
