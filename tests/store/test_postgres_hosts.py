"""PostgreSQL as it stands in companies: behind a pooler, under a role that may do little."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from launchpad.errors import BadInput, Conflict, LaunchpadError
from launchpad.model.events import TextRedacted
from launchpad.model.samples import LogLine, Presence, Sample
from launchpad.store import open_store
from launchpad.store.archive import verify_store
from launchpad.store.postgres import PostgresDatabase
from launchpad.store.sqlstore import SqlStore
from launchpad.testing.drafts import draft, note, opening
from launchpad.testing.journal_behaviour import LAUNCH
from tests.support.pgbouncer import pooled

pytestmark = pytest.mark.slow

ROLE_SQL = Path(__file__).parents[2] / "deploy" / "postgres-role.sql"


@pytest.fixture
def url(postgres_database):
    return postgres_database


@pytest.fixture
def role(url):
    """The URL of the role that docs/war-room.md describes, on a store that its owner has made."""
    open_store(url).close()
    name = "launchpad_app"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM public")
        for statement in re.sub(r"--.*", "", ROLE_SQL.read_text()).replace(':"role"', name).split(";"):
            if statement.strip():
                connection.execute(statement)
    yield url.replace(url.partition("://")[2].partition("@")[0], f"{name}:x")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


@pytest.mark.needs("pgbouncer")
def test_behind_a_pooler_everything_is_kept_in_order_and_waiters_look_by_themselves(url, opened):
    with pooled(url) as behind:
        store, other = opened(behind), opened(behind)
        store.append(LAUNCH, [opening()])
        with ThreadPoolExecutor(8) as pool:
            writers = [(store, other)[n % 2] for n in range(120)]
            list(pool.map(lambda each: each[1].append(LAUNCH, [note(str(each[0]))]), enumerate(writers)))
            waiting = pool.submit(store.wait, LAUNCH, 121, 30)
            other.append(LAUNCH, [note("the last")])
            assert waiting.result()
        assert verify_store(store, LAUNCH).seq == 122
        lease = store.take_lease(LAUNCH, "one", 60)
        assert lease is not None
        assert other.take_lease(LAUNCH, "two", 60) is None
        store.close()
        other.close()


def test_what_this_process_appends_wakes_its_own_waiters(url):
    """Not the server does, whose notifications a pooler in transaction mode keeps to itself."""
    database = PostgresDatabase(url, create=True)
    store = SqlStore(database)
    with closing(store):
        # Nobody has waited yet, so that nobody listens to the server.
        before = database.alarm.mark(LAUNCH)
        store.append(LAUNCH, [opening()])
        assert database.alarm.mark(LAUNCH) != before
        with pytest.raises(Conflict):
            store.append(LAUNCH, [note("too late")], expect={"launch": 0})
        store.announce(LAUNCH, Presence(seat="1", operator="ada", role="director", via="local"))
        assert database.alarm.mark(LAUNCH) == before + 1


def test_a_role_of_few_rights_can_keep_a_whole_launch(role, opened):
    store = opened(role)
    store.append(LAUNCH, [opening(), note("a secret"), note("a note")])
    store.append(LAUNCH, [draft(TextRedacted(seq=2))])
    assert [event.text for event in store.read(LAUNCH, 1)][:2] == ["", "a note"]
    lease = store.take_lease(LAUNCH, "one", 60)
    store.release_lease(store.renew_lease(lease, 60))
    store.take_lock(LAUNCH, "site", "ada", "mine", 60)
    assert store.release_lock(LAUNCH, "site", "ada")
    store.announce(LAUNCH, Presence(seat="1", operator="ada", role="director", via="local"))
    store.leave(LAUNCH, "1")
    now = store.now()
    store.add_samples(LAUNCH, [Sample(signal="s", observed=n, received=now, verdict="ok") for n in (1, 2)])
    store.add_log(LAUNCH, [LogLine(run="r", n=1, at=1, step=0, text="x")])
    store.prune(samples_before=2, logs_before=2)
    assert verify_store(store, LAUNCH).seq == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lp_event SET actor = 'lead'",
        "DELETE FROM lp_event",
        "TRUNCATE lp_event",
        "UPDATE lp_text SET text = ''",
        "DELETE FROM lp_text",
        "ALTER TABLE lp_event DISABLE TRIGGER ALL",
        "DROP TABLE lp_event",
        "DROP TRIGGER lp_event_stays ON lp_event",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x int)",
        "INSERT INTO lp_schema VALUES (999, 0)",
        "CREATE OR REPLACE FUNCTION lp_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ],
)
def test_it_can_neither_change_what_happened_nor_the_schema(role, opened, statement):
    opened(role).append(LAUNCH, [opening(), note("stays")])
    with psycopg.connect(role, autocommit=True) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_it_can_not_make_a_store_and_says_so_in_a_line(role, url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE lp_schema RENAME TO lp_schema_gone")
    with pytest.raises(LaunchpadError) as told:
        open_store(role)
    assert isinstance(told.value, BadInput)
    assert "\n" not in str(told.value)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE lp_schema_gone RENAME TO lp_schema")
