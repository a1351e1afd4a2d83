"""PostgreSQL: the behaviour of every store, and what is its own: a server that may go away."""

import select
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from launchpad.errors import BadInput, Unreachable
from launchpad.model.samples import Presence
from launchpad.store import migrations, open_store, postgres
from launchpad.store.archive import verify_store
from launchpad.testing.drafts import note, opening
from launchpad.testing.journal_behaviour import EVERYTHING, LAUNCH, rest_of, writers
from launchpad.testing.stores import StoreBehaviour
from tests.store.older_locks import OlderLocks
from tests.support.postgres import throwaway_cluster

pytestmark = pytest.mark.slow

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def execute(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            result = connection.execute(statement)
        return result.fetchall() if result.description else []


class TestPostgres(OlderLocks, StoreBehaviour):
    @pytest.fixture
    def url(self, postgres_database):
        return postgres_database

    def execute(self, url, *statements):
        execute(url, *statements)

    def tamper(self, url, *statements):
        execute(url, "SET session_replication_role = replica", *statements)


@pytest.fixture
def url(postgres_database):
    return postgres_database


def test_it_is_shown_without_its_password(url, opened):
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]
    store = opened(url)
    assert password not in store.url
    assert store.url.startswith("postgresql://postgres@127.0.0.1:")


@pytest.mark.parametrize("url", ["postgresql://ada:pa55@:x:y/", "postgresql://h/db?no_such=1&password=pa55"])
def test_a_malformed_url_gets_one_line_without_the_password(url):
    with pytest.raises(BadInput) as error:
        open_store(url)
    assert "\n" not in str(error.value)
    assert "pa55" not in str(error.value)


def test_a_server_that_is_not_there_gets_one_line():
    with pytest.raises(Unreachable) as error:
        open_store("postgresql://ada:pa55@127.0.0.1:1/launches")
    assert str(error.value).startswith("PostgreSQL launches on 127.0.0.1 does not answer")
    assert "\n" not in str(error.value)
    assert "pa55" not in str(error.value)


def test_a_missing_database_gets_one_line(url):
    with pytest.raises(Unreachable, match='database "nowhere" does not exist'):
        open_store(url.rpartition("/")[0] + "/nowhere")


def test_a_missing_store_is_made_only_when_asked(url):
    with pytest.raises(BadInput, match="there is no store"):
        open_store(url, create=False)
    open_store(url).close()
    open_store(url, create=False).close()


def test_a_store_of_a_later_version_is_refused(url):
    open_store(url).close()
    execute(url, "INSERT INTO lp_schema VALUES (999, 0)")
    with pytest.raises(BadInput, match=r"later Launchpad \(schema 999.*update Launchpad"):
        open_store(url)


def test_another_encoding_is_refused(url):
    execute(url, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(BadInput, match="LATIN1"):
            open_store(url.rpartition("/")[0] + "/latin")
    finally:
        execute(url, "DROP DATABASE latin WITH (FORCE)")


def test_a_user_without_rights_gets_one_line(url):
    execute(url, "CREATE ROLE nobody_much LOGIN PASSWORD 'x'", "REVOKE CREATE ON SCHEMA public FROM public")
    try:
        with pytest.raises(BadInput, match="permission denied"):
            open_store(url.replace(url.partition("://")[2].partition("@")[0], "nobody_much:x"))
    finally:
        execute(url, "DROP ROLE nobody_much")


def test_many_may_open_a_new_store_at_once(url):
    with ThreadPoolExecutor(8) as pool:
        for store in pool.map(lambda _: open_store(url), range(8)):
            store.close()
    assert execute(url, "SELECT version FROM lp_schema") == [(1,), (2,), (3,), (4,)]


def test_it_is_durable_where_the_server_is_lax(url, opened):
    name = url.rpartition("/")[2]
    execute(url, f"ALTER DATABASE {name} SET synchronous_commit = off")
    store = opened(url)
    seen = store._database.write(
        lambda transaction: transaction.run(("SHOW synchronous_commit", ())), guard=None
    )
    assert seen == [[("on",)]]


def test_quotes_and_percent_signs_are_only_text(url, opened):
    store = opened(url)
    text = "it's 100% \\ done; DROP TABLE lp_event; -- ? $1 %s %(x)s"
    store.append(LAUNCH, [opening(), note(text, id="?%s'")])
    assert [(event.id, event.text) for event in store.read(LAUNCH, 1)] == [("?%s'", text)]


def test_lost_connections_are_made_anew(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    for n in range(3):
        execute(url, f"SELECT pg_terminate_backend(pid) FROM ({OTHERS}) others")
        store.append(LAUNCH, [note(str(n))])
        execute(url, f"SELECT pg_terminate_backend(pid) FROM ({OTHERS}) others")
        assert store.head(LAUNCH).seq == n + 2


def test_a_lost_listener_listens_again(url, opened):
    store, other = opened(url), opened(url)
    store.append(LAUNCH, [opening()])
    store.wait(LAUNCH, 1, 0.0)
    first = _listener(url)
    execute(url, f"SELECT pg_terminate_backend({first})")
    while _listener(url) == first:
        time.sleep(0.01)
    with ThreadPoolExecutor(1) as pool:
        waited = 0.0
        for n in range(1, 6):
            waiting = pool.submit(store.wait, LAUNCH, n, 30)
            time.sleep(0.05)
            started = time.monotonic()
            other.append(LAUNCH, [note(str(n))])
            assert waiting.result()
            waited += time.monotonic() - started
    assert waited < 2.5


def _listener(url):
    while not (found := execute(url, LISTENERS)):
        time.sleep(0.01)
    return found[0][0]


def test_where_notifications_do_not_come_through_polling_serves(url, opened, monkeypatch):
    """As behind a pooler that gives every transaction another session."""
    monkeypatch.setattr(postgres, "CHANNEL", "nobody_listens_here")
    store, other = opened(url), opened(url)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.wait, LAUNCH, 0, 30)
        time.sleep(0.2)
        other.append(LAUNCH, [opening()])
        assert waiting.result()


def test_notifications_name_the_launch(url, opened):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("LISTEN launchpad")
        opened(url).append(LAUNCH, [opening()])
        assert select.select([connection], [], [], 10)[0]
        assert [notice.payload for notice in connection.notifies(timeout=0)] == [LAUNCH]


def test_a_stopped_client_does_not_keep_the_others_waiting(url, opened):
    """It has locked the launch and then says nothing more: the server ends its session."""
    store, stopped = opened(url), opened(url)
    store.append(LAUNCH, [opening()])

    def stop_in_the_middle(transaction):
        transaction.run(("SELECT 1", ()))
        time.sleep(12)

    with ThreadPoolExecutor(1) as pool:
        stopping = pool.submit(
            stopped._database.write, stop_in_the_middle, guard=f"launch {LAUNCH}", retry=False
        )
        time.sleep(0.5)
        assert store.append(LAUNCH, [note("goes on")])[0].seq == 2
        with pytest.raises(Unreachable):
            stopping.result()


def test_nothing_acknowledged_is_lost_when_the_server_crashes():
    """Its processes end at once in the middle of appends, three times; the writers go on by themselves."""
    with throwaway_cluster() as cluster, cluster.database() as url, closing(open_store(url)) as store:
        store.append(LAUNCH, [opening()])
        [process] = writers(url, ["w"], "--threads", "4")
        with process:
            acknowledged = [process.stdout.readline().strip() for _ in range(50)]
            for _ in range(3):
                cluster.crash()
                cluster.start()
                acknowledged += [process.stdout.readline().strip() for _ in range(50)]
            process.kill()
            acknowledged += rest_of(process)
        rows = store.rows(LAUNCH, 0, EVERYTHING)
        assert len(acknowledged) >= 200
        assert set(acknowledged) - {row.id for row in rows} == set()
        unacknowledged = {row.id for row in rows[1:]} - set(acknowledged)
        assert len(unacknowledged) <= 4  # what was under way when the writers were killed
        assert verify_store(store, LAUNCH).seq == len(rows)


def test_a_server_that_stays_away_is_reported_in_time(monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 1.0)
    with throwaway_cluster() as cluster, closing(open_store(cluster.url)) as store:
        store.append(LAUNCH, [opening()])
        cluster.crash()
        started = time.monotonic()
        with pytest.raises(Unreachable, match="does not answer"):
            store.append(LAUNCH, [note("in vain")])
        assert time.monotonic() - started < 10
        cluster.start()
        assert store.append(LAUNCH, [note("back")])[0].seq == 2


def test_a_store_of_the_first_schema_is_brought_up_to_date(url, opened):
    """What was kept stays, and who is present can say more."""
    execute(url, migrations.CREATE_TABLE, migrations.scripts("postgres")[1])
    execute(url, migrations.APPLIED.format(version=1, now="0"))
    store = opened(url)
    store.append(LAUNCH, [opening()])
    store.announce(
        LAUNCH, Presence(seat="2", operator="bo", role="viewer", via="local", subject="item:dns", idle=7.5)
    )
    [bo] = store.present(LAUNCH)
    assert (bo.subject, bo.idle) == ("item:dns", 7.5)
    assert execute(url, "SELECT version FROM lp_schema") == [(1,), (2,), (3,), (4,)]
