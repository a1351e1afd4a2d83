"""Folding 100,000 events, beside what decoding the same JSON bodies costs alone.

The journal is that of a long, busy launch: checks, verdicts, alerts, ticks, remarks, notes and runs. Counted
are the fold of events at hand, and decoding with folding as a session does it, page by page; each as the best
of some rounds.
"""

import gc
import itertools
import time
from collections.abc import Callable, Iterator

import msgspec

from launchpad.model import events as ev
from launchpad.model.definition import Action, Definition, HttpProof, Item, Launch, Step
from launchpad.model.events import AnyEvent, Event, decode, encode, kind_of
from launchpad.model.fold import Fold
from launchpad.model.journal import Recorded
from launchpad.model.plan import Plan, PlannedStep

_EVENTS = 100_000
_ROUNDS = 3
_PAGE = 1000
_ITEMS = 100


def _opening() -> Event:
    check = HttpProof(url="http://127.0.0.1/")
    items = tuple(
        Item(id=f"item-{n}", title=f"Item {n}", check=check if n % 4 == 0 else None) for n in range(_ITEMS)
    )
    actions = {"deploy": Action(steps=(Step(verb="deploy", provider="site"),) * 3)}
    launch = Launch(product="Acme", version="4.2.0")
    return ev.LaunchOpened(definition=Definition(launch=launch, items=items, actions=actions), format=1)


def _run(number: int) -> Iterator[Event]:
    """A run of three steps from its request to its end."""
    run = f"deploy-{number}"
    step = PlannedStep(verb="deploy", provider="site", does="deploys", command="make deploy")
    plan = Plan(action="deploy", title="Deploy", version="4.2.0", environment="production", steps=(step,) * 3)
    yield ev.RunRequested(run=run, action="deploy")
    yield ev.RunPlanned(run=run, plan=plan, digest="d", gate=None, expires_at=2**60)
    yield ev.RunConfirmed(run=run, digest="d")
    yield ev.RunStarted(run=run, epoch=1)
    for index in range(3):
        yield ev.StepIntended(run=run, step=index, epoch=1, nonce="host:0123456789abcdef")
        yield ev.StepRunning(run=run, step=index, provider_id="4711")
        yield ev.StepSucceeded(run=run, step=index, detail="exit 0")
    yield ev.RunSucceeded(run=run)


def _day() -> Iterator[Event]:
    yield _opening()
    for n in itertools.count():
        item, alert = f"item-{n % _ITEMS}", f"alert-{n % 8}"
        if n % _ITEMS % 4 == 0:
            verdict: ev.ReadingVerdict = "bad" if n % 7 == 0 else "ok"
            yield ev.ItemChecked(item=item, verdict=verdict, reason="status 503", observed_at=n)
        else:
            yield ev.ItemTicked(item=item)
            yield ev.ItemReopened(item=item)
        yield ev.ObjectiveChanged(
            objective=f"objective-{n % 8}", verdict="ok", value=0.25, limit=2.0, n=120, window=600.0
        )
        for status in ("pending", "firing", "resolved"):
            yield ev.AlertChanged(alert=alert, status=status, severity="high", value=0.02, n=60)
        yield ev.NoteWritten()
        if n % 20 == 0:
            yield ev.ItemCommented(item=item)
            yield from _run(n)


def _recorded(events: list[Event | ev.Unknown]) -> list[Recorded]:
    return [
        Recorded(
            launch="acme", seq=seq, id=str(seq), at=seq, actor="eva", auth="os", event=event, hash="0" * 64
        )
        for seq, event in enumerate(events, start=1)
    ]


def _fold(history: list[Recorded]) -> Fold:
    """Page by page, with a state after each, as a session reads."""
    builder = Fold()
    for begin in range(0, len(history), _PAGE):
        for recorded in history[begin : begin + _PAGE]:
            builder.apply(recorded)
        assert builder.state.anomalies == 0
    return builder


def _best(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of some rounds."""
    times = []
    for _ in range(_ROUNDS):
        gc.collect()
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def measure() -> dict[str, float]:
    """Seconds for 100,000 events, and their ratios to msgspec's decoding of the same bodies."""
    events = list(itertools.islice(_day(), _EVENTS))
    rows = [(kind_of(event), encode(event)) for event in events]
    history = _recorded([*events])
    plain = msgspec.json.Decoder(AnyEvent)
    baseline = _best(lambda: [plain.decode(body) for _, body in rows])
    folded = _best(lambda: _fold(history))
    read = _best(lambda: _fold(_recorded([decode(kind, 1, body) for kind, body in rows])))
    return {
        "decoding 100,000 bodies with msgspec alone, s": baseline,
        "folding the 100,000 events, s": folded,
        "folding / decoding": folded / baseline,
        "decoding and folding as a session does, s": read,
        "decoding and folding / decoding": read / baseline,
        "events folded in a second": _EVENTS / folded,
    }


if __name__ == "__main__":
    for what, value in measure().items():
        print(f"{what:<50}{value:>12,.3f}")
