from pathlib import Path

from launchpad.engine.retention import LOGS_KEPT, SAMPLES_KEPT, forget
from launchpad.model.samples import LogLine, Sample
from launchpad.model.values import SECOND
from launchpad.store import open_store
from tests.support.launches import Demo


def test_samples_stay_for_a_year_and_logs_for_thirty_days(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/journal.db")
    demo = Demo()
    demo.write(store)
    now = store.now()
    ages = {"old": 60.0, "young": -60.0}
    store.add_samples(
        demo.launch,
        [
            Sample(signal=name, observed=at, received=at, verdict="ok")
            for name, more in ages.items()
            for at in [now - round((SAMPLES_KEPT + more) * SECOND)]
        ],
    )
    store.add_log(
        demo.launch,
        [
            LogLine(run="deploy-1", n=n, at=now - round((LOGS_KEPT + more) * SECOND), step=0, text=name)
            for n, (name, more) in enumerate(ages.items(), 1)
        ],
    )
    forget(store)
    assert [sample.signal for sample in store.samples(demo.launch).samples] == ["young"]
    assert [line.text for line in store.log(demo.launch, "deploy-1")] == ["young"]
    assert store.head(demo.launch).seq == 1
    store.close()
