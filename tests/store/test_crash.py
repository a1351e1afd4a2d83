import pytest

from tests.store.crash import run

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_what_was_acknowledged_survives_the_death_of_its_writer(dialect, request, tmp_path):
    url = f"sqlite://{tmp_path}/x.db" if dialect == "sqlite" else request.getfixturevalue("postgres_database")
    toll = run(url, rounds=20)
    assert toll.acknowledged > 100
    assert toll.lost == 0
    assert toll.unacknowledged <= 20 * 3 * 2  # at most what each thread had under way
    assert toll.events == toll.acknowledged + toll.unacknowledged
