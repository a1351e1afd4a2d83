"""What is compared, and what may go: decided from values alone."""

from hypothesis import given
from hypothesis import strategies as st

from launchpad.backups.database import differences
from launchpad.backups.saving import sized, superfluous
from launchpad.backups.task import Manifest, TableValue
from launchpad.model.values import SECOND

DAY = 86400 * SECOND
VALUES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.builds(TableValue, rows=st.integers(0, 2), digest=st.sampled_from([None, "1", "2"])),
)


@given(VALUES)
def test_what_is_the_same_does_not_differ(tables: dict[str, TableValue]) -> None:
    assert differences(tables, tables) == []


@given(VALUES, VALUES)
def test_each_table_that_differs_is_named_once(
    saved: dict[str, TableValue], found: dict[str, TableValue]
) -> None:
    said = differences(saved, found)
    assert len(said) <= len(saved)
    for name, was in saved.items():
        now = found.get(name)
        same = now is not None and now.rows == was.rows and (None in (now.digest, was.digest) or now == was)
        assert same != any(line.startswith(f"{name} ") for line in said)


BACKUPS = st.lists(
    st.tuples(st.integers(0, 60), st.booleans(), st.sampled_from(["shop", "other"])), min_size=1, max_size=12
)


@given(BACKUPS, st.integers(1, 5), st.integers(1, 40))
def test_what_goes_is_old_of_the_same_database_and_never_the_newest_proven(
    backups: list[tuple[int, bool, str]], last: int, days: int
) -> None:
    known = [
        Manifest(
            name=f"db/{index}",
            state="complete",
            provider="db",
            database=database,
            format="custom",
            taken_at=(100 - age) * DAY,
            verified_at=1 if proven else None,
        )
        for index, (age, proven, database) in enumerate(sorted(backups))
    ]
    made = known[0]
    gone = superfluous(known, made, last=last, days=days)
    ours = [m for m in known if m.database == made.database]
    proven = [m for m in ours if m.verified_at is not None]
    assert made not in gone
    assert not proven or proven[0] not in gone
    assert all(m in ours[last:] and m.taken_at < made.taken_at - days * DAY for m in gone)


def test_sizes_are_for_people() -> None:
    assert [sized(n) for n in (999, 41_234_567, 2.5e12)] == ["999 B", "41.2 MB", "2.5 TB"]
