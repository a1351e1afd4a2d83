"""Smoke tests by shell."""

from collections.abc import Iterator

import pytest

from tests.support.cli import DEFINITION
from tests.support.storefront import Storefront

pytestmark = pytest.mark.slow


@pytest.fixture
def shop() -> Iterator[Storefront]:
    shop = Storefront()
    yield shop
    shop.close()


def test_a_smoke_test_is_listed_run_and_its_outcome_is_the_exit_status(cli, shop):
    steps = f"[{{name: Home, probe: http, url: '{shop.url}/'}}, {{probe: http, url: '{shop.url}/flaky'}}]"
    cli.define(f"{DEFINITION}smoke:\n  store: {{title: Somebody looks in, steps: {steps}}}\n")
    cli("run")
    assert "has not run yet" in cli("smoke", status=5).stdout
    lines = cli("smoke", "store", "--wait").stdout.splitlines()
    assert lines[0].startswith("1/2 ok: Home: status 200, ")
    assert lines[-1].startswith("store: ok, 2 of 2 steps passed in ")
    shop.failing = 99
    told = cli.json("smoke", "store", "--wait", status=1)
    assert (told["verdict"], told["steps"][1]["reason"]) == ("bad", "status 503, expected 200")
    assert "status 503" in cli("smoke", status=1).stdout
    assert "store" in cli.refusal("smoke", "shop", status=2)
    assert "eve is viewer" in cli.refusal("--as", "eve", "smoke", "store", status=3)


def test_none_are_defined(opened):
    assert "no smoke tests are defined" in opened("smoke").stderr
