"""Smoke tests in a definition: what is read, and what is refused, with its place."""

import pytest

from launchpad.config import loads
from launchpad.engine.readiness import parameters
from launchpad.errors import BadInput
from launchpad.model.definition import BackupProof, Given, HttpStep, SmokeProof, TlsStep
from tests.support.kinds import CHANNELS, PROVIDERS

LAUNCH = "launch: {product: Acme, version: 4.2.0}\n"


def read(tmp_path, text):
    return loads(
        (LAUNCH + text).encode(), tmp_path / "launchpad.yaml", PROVIDERS, channels=CHANNELS
    ).definition


def suite(*steps, **keys):
    rest = "".join(f", {key}: {value}" for key, value in keys.items())
    return f"smoke:\n  shop: {{steps: [{', '.join(steps)}]{rest}}}\n"


def staged(given: str, *, first: str = "stage", to: str = "store") -> str:
    """An action that builds, and looks at what it built."""
    suites = suite("{probe: http, url: '{{ shop }}/'}", values="{shop: 'http://a', key: 'env:K'}")
    return (
        suites.replace("shop: {steps", "store: {steps")
        + "providers: {web: {kind: netlify, site: a, token: 'env:T'}}\n"
        + f"actions: {{d: {{steps: [{first}: web, {{smoke: {to}, with: {given}}}]}}}}\n"
    )


HOME = "{probe: http, url: 'https://acme.test/'}"


def test_a_step_is_written_as_a_signal_is(tmp_path):
    order = "{probe: http, url: 'https://acme.test/', json: {n: 1, s: '1'}, expect: {json: {'a[0].b': true}}}"
    [first, second] = (
        read(tmp_path, suite(order, "{probe: tls, host: acme.test, retries: 2}")).smoke["shop"].steps
    )
    assert isinstance(first, HttpStep)
    assert first.json == {"n": 1, "s": "1"}
    assert first.expect.json == {"a[0].b": True}
    assert isinstance(second, TlsStep)
    assert (second.retries, second.pause) == (2, 1.0)


def test_items_name_what_proves_them(tmp_path):
    saved = (
        "providers: {db: {kind: postgres, dsn: 'env:D'}, v: {kind: object_store, url: 's3://b'}}\n"
        "actions: {b: {steps: [{backup: db, to: v, encrypt: 'env:P', verify: restore}]}}\n"
    )
    items = (
        "checklists: [{name: x, items: [{id: a, title: A, check: {smoke: shop, every: 1m}},"
        " {id: b, title: B, check: {backup: db, verified_within: 24h}}]}]\n"
    )
    a, b = read(tmp_path, suite(HOME) + saved + items).items
    assert a.check == SmokeProof(smoke="shop", every=60.0)
    assert b.check == BackupProof(backup="db", verified_within=86400.0)


FAULTS = {
    suite(): "an empty list, expected at least one entry",
    suite(HOME, every="1s"): "expected at least 10 s between two walks",
    suite(HOME, timeout="0s"): "expected a duration above zero",
    suite("{probe: http, url: acme}"): "expected a URL that begins with http",
    suite("{probe: http, url: '{{ base }}/'}", values="{base: acme}"): "expected a URL that begins with http",
    suite(
        "{probe: http, url: 'http://a/{{ x }}'}"
    ): "nothing is known as 'x' by then, expected one of launch.product",
    suite("{probe: http, url: 'http://a/{{ x'}"): "a placeholder that is not closed",
    suite("{probe: http, url: 'http://a/', body: x, form: {a: b}}"): "'body' is the body already",
    suite(
        "{probe: http, url: 'http://a/', method: HEAD, expect: {contains: x}}"
    ): "an answer to HEAD has no body",
    suite("{probe: http, url: 'http://a/', expect: {json: {'a[': 1}}}"): "expected a path such as items",
    suite("{probe: http, url: 'http://a/', expect: {matches: '('}}"): "no regular expression",
    suite(
        "{probe: http, url: 'http://a/', expect: {matches: 'a{99999999999999999999}'}}"
    ): "no regular expression: the repetition number is too large",
    suite(
        "{probe: http, url: 'http://a/', expect: {matches: '" + "(" * 5000 + ")" * 5000 + "'}}"
    ): "no regular expression",
    suite(
        "{probe: http, url: 'http://a/', extract: {a: {json: a, header: b}}}"
    ): "expected exactly one of 'json'",
    suite(
        "{probe: http, url: 'http://a/', extract: {a: {json: a}}}", values="{a: b}"
    ): "'a' is known already",
    suite("{probe: http, url: 'http://a/', form: {password: hunter2}}"): "holds a literal secret by its name",
    suite("{probe: http, url: 'http://a/', json: {password: hunter2}}"): "holds a literal secret by its name",
    suite(
        "{probe: command, argv: [x, '{{ p }}']}", values="{p: 'env:P'}"
    ): "other processes can read arguments",
    suite("{probe: tcp, host: 'a b', port: 1}"): "expected a host name or an IP address",
    suite("{probe: http, url: 'http://a/', headers: {'a b': x}}"): "expected a header's name",
    suite("{probe: http, url: 'http://a/', headers: {Connection: x}}"): "the request sets this header itself",
    suite(HOME) + "gates: {launch: [smoke: shp]}\n": "did you mean 'shop'",
    suite(HOME, every="1h") + "gates: {launch: [smoke: shop]}\n": "it runs only every 1h",
    suite(HOME) + "actions: {d: {steps: [smoke: shp]}}\n": "provider",
    suite(HOME)
    + "checklists: [{name: x, items: [{id: a, title: A, check: {smoke: shp}}]}]\n": "did you mean 'shop'",
    suite(HOME)
    + "checklists: [{name: x, items: [{id: a, title: A, check: {smoke: shop, every: 1s}}]}]\n": "at least 10",
    suite(HOME) + "providers: {shop: {kind: object_store, url: 's3://b'}}\n": "is a provider's name too",
    "checklists: [{name: x, items: [{id: a, title: A, check: {backup: db, verified_within: 1h}}]}]\n": "db",
    staged("{shp: x}"): "did you mean 'shop'",
    staged("{shop: '{{ web.adress }}'}"): "nothing is known as 'web.adress' by then, expected param.NAME or",
    staged("{shop: '{{ web.url }}'}", first="promote"): "nothing is known as 'web.url' by then",
    staged("{shop: '{{ web.url'}"): "a placeholder that is not closed",
    staged("{shop: 'env:SHOP'}"): "a secret stays where it is",
    staged("{key: hush}"): "a secret stays where it is",
    staged("{shop: x}", to="web"): "'web' is no smoke test, expected no 'with'",
    staged("{}, wiht: 1"): "unknown key 'wiht'",
}


def test_a_step_gives_its_smoke_test_what_an_earlier_one_brings(tmp_path):
    action = read(tmp_path, staged("{shop: '{{ web.url }}/{{ param.page }}'}")).actions["d"]
    assert action.steps[1].given == Given(values={"shop": "{{ web.url }}/{{ param.page }}"})
    assert parameters(read(tmp_path, staged("{shop: '{{ web.url }}/{{ param.page }}'}")), "d") == ("page",)


@pytest.mark.parametrize("text", FAULTS)
def test_what_is_wrong_is_said(tmp_path, text):
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    assert any(FAULTS[text] in fault for fault in caught.value.faults), caught.value.faults
