import pytest

from tests.support.tools import REQUIRE_ALL, lacking, require


def test_a_missing_program_is_skipped_by_name(monkeypatch):
    monkeypatch.delenv(REQUIRE_ALL, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not here: install no-such-program"):
        require("sh", "no-such-program")


def test_a_missing_program_is_a_failure_where_all_are_required(monkeypatch):
    monkeypatch.setenv(REQUIRE_ALL, "1")
    with pytest.raises(pytest.fail.Exception, match="install postgresql"):
        lacking("PostgreSQL's server is not here: install postgresql")


def test_programs_that_are_here_let_the_test_go_on():
    require("sh", "env")
