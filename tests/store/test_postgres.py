import psycopg
import pytest

from launchpad.testing.stores import StoreBehaviour


class TestPostgres(StoreBehaviour):
    @pytest.fixture
    def url(self, postgres_database):
        return postgres_database

    def execute(self, url, *statements):
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def tamper(self, url, *statements):
        self.execute(url, "SET session_replication_role = replica", *statements)
