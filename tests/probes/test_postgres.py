"""The PostgreSQL probe against a real server."""

import asyncio
from urllib.parse import urlsplit

import psycopg
import pytest

from launchpad.model.services import PostgresCheck
from launchpad.probes.postgres import PostgresProbe
from tests.probes.servers import closed_port, serving


async def probe(dsn, **settings):
    return await PostgresProbe(PostgresCheck(dsn=dsn, **{"timeout": 20.0, **settings})).run()


@pytest.fixture
def orders(postgres_database):
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)")
    return postgres_database


async def test_it_answers(orders):
    plain = await probe(orders)
    counted = await probe(orders, query="SELECT count(*) FROM orders", expect="2")
    true = await probe(orders, query="SELECT count(*) > 0 FROM orders", expect="true")
    assert true.verdict == "ok"
    assert (plain.verdict, plain.reason) == ("ok", "answered")
    assert (counted.verdict, counted.reason) == ("ok", "answered '2'")
    assert counted.phases.connect is not None


async def test_patience_that_the_dsn_has_of_its_own_is_the_checks(orders):
    result = await probe(f"{orders}{'&' if '?' in orders else '?'}connect_timeout=1")
    assert (result.verdict, result.reason) == ("ok", "answered")


@pytest.mark.parametrize(
    ("query", "expect", "reason"),
    [
        ("SELECT count(*) FROM orders", "3", "answered '2', expected '3'"),
        ("SELECT id FROM orders WHERE id > 9", "3", "no row, expected '3'"),
        ("SELECT nothing FROM orders", None, 'the query failed: column "nothing" does not exist'),
        (
            "DELETE FROM orders RETURNING 1",
            None,
            "the query failed: cannot execute DELETE in a read-only transaction",
        ),
    ],
)
async def test_another_answer_is_bad(orders, query, expect, reason):
    result = await probe(orders, query=query, expect=expect)
    assert (result.verdict, result.reason) == ("bad", reason)


async def test_a_query_that_takes_too_long_is_a_timeout(orders):
    result = await probe(orders, query="SELECT pg_sleep(600)", timeout=1.0)
    assert result.verdict == "bad"
    assert "timed out after 1 s" in result.reason or "statement timeout" in result.reason
    with psycopg.connect(orders) as connection:
        async with asyncio.timeout(30):
            while connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                " AND query LIKE '%pg_sleep(600)%'"
            ).fetchone() != (0,):
                await asyncio.sleep(0.05)


async def test_a_database_that_is_not_there_is_bad(postgres_database):
    url = urlsplit(postgres_database)._replace(path="/nowhere").geturl()
    result = await probe(url)
    assert result.verdict == "bad"
    assert result.reason.startswith("can't log in: ")
    assert 'database "nowhere" does not exist' in result.reason


async def test_a_closed_port_is_bad():
    port = closed_port()
    result = await probe(f"postgresql://u:secret-word@127.0.0.1:{port}/d")
    assert (result.verdict, result.reason) == ("bad", f"connection refused by 127.0.0.1:{port}")


async def test_a_server_that_hangs_up_is_bad():
    async with serving(b"", reads=False) as site:
        result = await probe(f"postgresql://u:secret-word@127.0.0.1:{site.port}/d")
    assert result.verdict == "bad"
    assert "secret-word" not in result.reason


async def test_silence_is_a_timeout():
    async def silent(reader, writer):
        await reader.read()
        await asyncio.sleep(600)

    async with serving(silent, reads=False) as site:
        result = await probe(f"postgresql://u@127.0.0.1:{site.port}/d", timeout=0.5)
    assert (result.verdict, result.reason) == ("bad", "timed out after 500 ms while connecting")


@pytest.mark.parametrize(
    "dsn",
    [
        "host secret-word",
        "postgresql://u:secret-word@a b/",
        "host=127.0.0.1 port=secret-word",
        "host=127.0.0.1 port=99999 password=secret-word",
    ],
)
async def test_a_dsn_that_is_none_is_unknown_and_not_quoted(dsn):
    result = await probe(dsn)
    assert result.verdict == "unknown"
    assert "secret-word" not in result.reason
