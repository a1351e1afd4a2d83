"""Every kind of fault, at its place, with what was expected; and all of a file's at once."""

import base64
import re
from pathlib import Path

import pytest

from launchpad.config import BadInput, Loaded, loads
from launchpad.errors import Exit
from tests.support.kinds import CHANNELS, PROVIDERS

LAUNCH = "launch: {product: Acme, version: 4.2.0}\n"
SIGNAL = "signals:\n  home: {probe: http, url: 'https://acme.test/', every: 5s, timeout: 3s}\n"
LATENCY = "objectives:\n  latency: {signal: home, percentile: 95, below: 2s, window: 10m}\n"
TELLING = (
    "channels:\n"
    "  slack: {kind: slack, token: env:T, channel: C1}\n"
    "  email: {kind: smtp, url: env:U, from: a@b.c}\n"
    "contacts:\n  lead: {email: a@b.c}\n"
)
SAVED = (
    "providers:\n  db: {kind: postgres, dsn: env:D}\n  vault: {kind: object_store, url: 'file:///b'}\n"
    "actions: {b: {steps: [{backup: db, to: vault, encrypt: env:P, verify: restore}]}}\n"
)
AGE = "signals: {age: {backup: db}}\n"
RPO = "objectives: {rpo: {signal: age, below: 24h}}\n"
SITE = "providers:\n  site: {kind: command, operations: {deploy: {argv: [ship]}}}\n"


def ssh_key(body: bytes = bytes(32), kind: bytes = b"ssh-ed25519") -> str:
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind, body))
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def read(text: str) -> Loaded:
    return loads(text.encode(), Path("launchpad.yaml"), PROVIDERS, channels=CHANNELS)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.exit_code == Exit.USAGE
    return caught.value.faults


def recurring(keys: str) -> str:
    return LAUNCH + f"checklists:\n  - name: ours\n    items:\n      - {{id: a, title: A, {keys}}}\n"


def rollout(keys: str) -> str:
    """A rollout, these keys in the place of what it would have."""
    whole = {"provider": "store", "stages": "[{percent: 10, soak: 1h}, {percent: 100}]"}
    kept = "".join(f"    {key}: {value}\n" for key, value in whole.items() if f"{key}:" not in keys)
    store = "  store: {kind: command, rollout: {read: {argv: [a]}, set: {argv: [b]}}}\n"
    return LAUNCH + SIGNAL + LATENCY + SITE + store + f"rollouts:\n  android:\n{kept}    {_lines(keys)}\n"


VITALS = """\
launch: {product: A, version: 1}
providers:
  play: {kind: google_play, package: com.acme.shop, credentials: "env:KEY"}
signals:
  crash: {probe: play_vitals, package: com.acme, credentials: "env:KEY", vital: crash_rate, below: 1%}
objectives:
  crashes: {signal: crash, error_rate: true, below: 1%, window: 30m}
rollouts:
  android:
    provider: play
    stages: [{percent: 10, soak: 1h}, {percent: 100}]
"""
"""An app on Google Play, with a rollout whose keys may go on."""


def _lines(keys: str) -> str:
    """Keys of a flow mapping, the top ones each on a line."""
    return keys.replace(", approvals", "\n    approvals")


def criteria(keys: str) -> str:
    return LAUNCH + SIGNAL + LATENCY + f"rollback_criteria: {{{keys}}}\n"


CASES = [
    # text, what stands at the fault's place, what the fault says
    # names of keys
    (
        "launch: {product: A, version: 1, verzion: 2}",
        "verzion",
        "unknown key 'verzion', .*did you mean 'version'?",
    ),
    (LAUNCH + "operatrs: []", "operatrs", "unknown key 'operatrs', .*did you mean 'operators'?"),
    ("launch: {product: A}", "launch", "'version' is missing, expected beside 'product'"),
    ("{}", "{", "'launch' is missing"),
    ("[]", "[", "found a list, expected a mapping with keys such as launch"),
    ("just text", "just", "found 'just text', expected a mapping"),
    # what this version does not act on
    (
        LAUNCH + "signals: {s: {source: prom, query: x}}",
        "source",
        "'source' is not acted on by this version of Launchpad; remove it",
    ),
    # watch windows and recurring items
    ("launch: {product: A, version: 1, watch: [1h, 15m]}", "15m", "expected more than the 1h before it"),
    ("launch: {product: A, version: 1, watch: [0s]}", "0s", "expected more than nothing"),
    (recurring("until: T+4h"), "T+4h", "says nothing without 'every'"),
    (recurring("every: 30m, until: T+4h"), "30m", "'due' is missing, expected beside 'every'"),
    (recurring("due: T+1h, every: 30m"), "30m", "'until' is missing"),
    (recurring("due: T+1h, every: 30m, until: T+30m"), "T+30m", "expected a time after 'due'"),
    (recurring("due: T+1h, every: 1s, until: T+2h"), "1s", "expected at least 1m"),
    (
        recurring("due: T+1h, every: 1m, until: T+7d"),
        "1m",
        "it would occur 10021 times, expected at most 1000",
    ),
    (
        recurring("due: T+1h, every: 1m, until: T+2h, check: {probe: tcp, host: a, port: 1}"),
        "1m",
        "a check runs again by itself",
    ),
    # rollouts
    (rollout("provider: stoer"), "stoer", "no provider is called 'stoer'; did you mean 'store'?"),
    (rollout("provider: site"), "site", "provider 'site' can't roll out"),
    (rollout("stages: []"), "[]", "an empty list"),
    (rollout("stages: [{percent: 50}, {percent: 10}, {percent: 100}]"), "10}", "comes after 50"),
    (rollout("stages: [{percent: 10}]"), "10}", "is the last stage, expected 100"),
    (rollout("stages: [{percent: 100, soak: 1h}]"), "1h}", "nothing follows the last stage"),
    (rollout("guards: [{keep: errors < 1%}]"), "errors", "no objective is called 'errors'"),
    (rollout("guards: [{keep: latency < 1%}]"), "latency < 1%", "the limit is a percentage"),
    (rollout("guards: [{keep: latency < 1s, within: 2h}]"), "{keep", ".*a soak is over after 1h"),
    (rollout("guards: [{keep: latency < 1s, within: 1m, at_least: 50}]"), "1m", "50 samples of 'home'"),
    (rollout("guards: [{quiet: down}]"), "down", "no alert is called 'down'"),
    (
        VITALS + "    guards: [{keep: crashes < 50%, within: 30m}]\n",
        "{keep",
        "it looks back over 6h30m, and a soak is over after 1h",
    ),
    (VITALS.replace("com.acme,", "acme,"), "acme,", "expected"),
    (VITALS.replace("crash_rate,", "crash_rate, api: nowhere,"), "nowhere", "expected"),
    (rollout("guards: [{objective: latncy}]"), "latncy", "no objective is called 'latncy'.*'latency'"),
    (rollout("gate: launch"), "launch", "no gate is called 'launch'"),
    (rollout("advance: automatic, approvals: 1"), "automatic", "the engine can't be approved of"),
    (rollout("every: 0s"), "0s", "expected at least 1 s between two readings"),
    (rollout("every: 1ms"), "1ms", "expected at least 1 s between two readings"),
    (rollout("track: production"), "track", "unknown key 'track'"),
    (rollout("params: {track: [a]}"), "[a]", "found a list"),
    (
        LAUNCH + SITE + "actions: {bump: {steps: [deploy: site]}}",
        "bump",
        "'bump' is what is done to a rollout, expected another name",
    ),
    # rollback criteria
    (criteria("of: []"), "[]", "an empty list"),
    (criteria("of: [{alert: nothing}]"), "nothing", "no alert is called 'nothing'"),
    (criteria("of: [{objective: latncy}]"), "latncy", "no objective is called 'latncy'.*'latency'"),
    (criteria("of: [{objective: latency}], run: back"), "back", "no action is called 'back'"),
    (criteria("of: [{objective: latency}], at_least: 2"), "2", "there are 1 criteria, expected at most that"),
    (criteria("of: [{hand: a, title: A}, {hand: a, title: B}]"), "a, title: B", "'a' counts already"),
    (criteria("of: [{hand: a}]"), "{hand", "'title' is missing"),
    (criteria("of: [{signal: home}]"), "signal", "expected one of alert, objective, hand"),
    ("launch: {product: A, version: 1, targets: {rto: 0s}}", "0s", "expected a duration above zero"),
    (
        "launch: {product: A, version: 1, targets: {response: {urgent: 5m}}}",
        "urgent",
        "expected one of critical, high, low, medium",
    ),
    (
        "launch: {product: A, version: 1, deputies: [b]}\noperators: [{name: a, role: director}]",
        "b",
        "no operator is called 'b'",
    ),
    (
        "launch: {product: A, version: 1, deputies: [a]}\noperators: [{name: a, role: director}]",
        "a",
        "'a' is a director already",
    ),
    # who is told
    (
        LAUNCH + SIGNAL + LATENCY + TELLING + "alerts: {a: {when: latency > 3s, notify: [slakc]}}",
        "slakc",
        "no contact or channel is called 'slakc'; did you mean 'slack'?",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + TELLING + "alerts: {a: {when: latency > 3s, notify: [email]}}",
        "email]",
        "'email' does not say whom it reaches, expected a contact such as lead",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + TELLING + "alerts: {a: {when: latency > 3s, escalate: x}}",
        "x}}",
        "no escalation is called 'x'",
    ),
    (LAUNCH + "channels: {c: {kind: pigeon}}", "pigeon", "unknown kind 'pigeon', expected one of"),
    (LAUNCH + "channels: {c: {kind: slack, token: xoxb-1}}", "xoxb-1", "a literal where a secret belongs"),
    (LAUNCH + "channels: {c: {kind: webhook, url: ftp://a/}}", "ftp", "expected a URL such as https://"),
    (LAUNCH + "channels: {c: {kind: smtp, url: 'mail', from: a@b.c}}", "'mail'", "expected smtp://HOST:PORT"),
    (LAUNCH + "channels: {c: {kind: smtp, url: env:U, from: me}}", "me}", "expected an address such as"),
    (
        LAUNCH + TELLING.replace("lead: {email: a@b.c}", "lead: {email: nobody}"),
        "nobody",
        "expected an address such as lead@example.com",
    ),
    (LAUNCH + TELLING.replace("lead:", "slack:"), "slack: {email", "'slack' is a channel too"),
    (LAUNCH + TELLING + "escalations: {o: []}", "[]", "an empty list, expected at least one entry"),
    (
        LAUNCH + TELLING + "escalations: {o: [{after: 1h, notify: [lead]}, {after: 15m, notify: [slack]}]}",
        "15m",
        "expected at least 1h, when the step before is woken",
    ),
    (
        LAUNCH + TELLING + "escalations: {o: [{after: soon, notify: [lead]}]}",
        "soon",
        "expected a duration such as 500ms, 5s, 1h30m or 2d, next-business-day or never, found 'soon'",
    ),
    (
        LAUNCH + TELLING + "escalations: {o: [{after: 1h, notify: [lead], by_severity: {grave: 1m}}]}",
        "grave",
        "expected one of",
    ),
    (
        LAUNCH
        + "operators: [{name: a, role: director, teams: [engineering]}]\ngates: {launch: [poll: [qa]]}",
        "qa",
        "no team of people who may answer is called 'qa'; there is engineering",
    ),
    (
        LAUNCH
        + "operators: [{name: a, role: director, teams: [qa]}, {name: b, role: viewer, teams: [legal]}]\n"
        + "gates: {launch: [poll: [qa, legal]]}",
        "legal]]",
        "no team of people who may answer is called 'legal'; there is qa",
    ),
    (LAUNCH + "gates: {launch: [poll: []]}", "[]", "an empty list, expected at least one"),
    (LAUNCH + "gates: {launch: [ready: rollback]}", "rollback", "no action is called 'rollback'"),
    (LAUNCH + "gates: {launch: [rollout: ios]}", "ios", "no rollout is called 'ios'"),
    (LAUNCH + "gates: {launch: [unlocked: site]}", "site", "no provider is called 'site'"),
    (LAUNCH + "gates: {launch: [check: [dns]]}", "dns", "no item with a check is called 'dns'"),
    (LAUNCH + "gates: {launch: [present: {boss: 1}]}", "boss", "expected .*viewer.*, found 'boss'"),
    (LAUNCH + "gates: {launch: [present: {director: 0}]}", "0", "expected .*1"),
    (LAUNCH + "gates: {launch: [countdown: held]}", "held", "expected 'counting', found 'held'"),
    (
        LAUNCH + SAVED + "gates: {g: [backup: {of: x, verified_within: 1h}]}",
        "x,",
        "no provider is called 'x'",
    ),
    (
        LAUNCH + SAVED + "gates: {g: [backup: {of: db, verified_within: 0s}]}",
        "0s",
        "expected a duration above zero",
    ),
    (
        LAUNCH
        + SAVED.replace("restore}", "checksum}")
        + "gates: {g: [backup: {of: db, verified_within: 1h}]}",
        "db, verified",
        "no action backs 'db' up with 'verify: restore'",
    ),
    (LAUNCH + SAVED + "signals: {age: {backup: d}}", "d}}", "no provider is called 'd'"),
    (LAUNCH + SAVED + "signals: {age: {backup: db, every: 10ms}}", "10ms", "expected at least 1 s"),
    (
        LAUNCH + SAVED.replace("restore}", "checksum}") + "signals: {age: {backup: db}}",
        "db}}",
        ".*so this signal could never tell",
    ),
    (LAUNCH + SAVED + AGE + "objectives: {rpo: {signal: age}}", "rpo", "'below' is missing"),
    (
        LAUNCH + SAVED + AGE + "objectives: {rpo: {signal: age, below: 1h, window: 1h}}",
        "window",
        "'age' is an age, and that of now; expected 'below' and no 'window'",
    ),
    (
        LAUNCH + SAVED + AGE + "objectives: {rpo: {signal: age, below: 1h, percentile: 95}}",
        "percentile",
        ".*no 'percentile'",
    ),
    (LAUNCH + SAVED + AGE + "objectives: {rpo: {signal: age, below: 1%}}", "1%", ".*expected a duration"),
    (
        LAUNCH + SAVED + AGE + RPO + "alerts: {a: {rises: rpo, by: 10%, within: 1h}}",
        "rpo, by",
        "'rpo' is an age, which the clock moves; expected 'when'",
    ),
    (LAUNCH + SAVED + AGE + RPO + "alerts: {a: {when: rpo > 1%}}", "rpo > 1%", ".*expected a duration"),
    (LAUNCH + SIGNAL + LATENCY.replace(", window: 10m", ""), "latency", "'window' is missing"),
    (LAUNCH + SAVED.replace("to: vault", "to: vaults"), "vaults", "no provider is called 'vaults'"),
    (LAUNCH + SAVED.replace("to: vault", "to: db"), "db, encrypt", "provider 'db' keeps nothing"),
    (LAUNCH + SAVED.replace("env:P", "hush"), "hush", "a literal where a secret belongs"),
    (LAUNCH + SAVED.replace("to: vault, ", ""), "{backup", "'to' is missing"),
    (LAUNCH + SAVED.replace("verify", "verifi"), "verifi", "unknown key 'verifi'"),
    (LAUNCH + SAVED.replace("verify: restore", "jobs: 2"), "2}", "format 'custom' is dumped by one job"),
    (
        LAUNCH + SAVED.replace("{backup: db, to: vault, encrypt: env:P, verify: restore}", "backup: db"),
        "backup: db",
        "expected 'to' and 'encrypt' beside it",
    ),
    (LAUNCH + SAVED.replace("file:///b", "ftp://b"), "'ftp", "expected one of s3://"),
    (LAUNCH + SAVED.replace("dsn: env:D", "dsn: postgresql://h/d"), "postgresql", "a literal where a secret"),
    (LAUNCH + "gates: {launch: [rollback: ready]}", "rollback", "expected one of .*found 'rollback'"),
    (LAUNCH + SITE + "actions: {d: {steps: [{deploy: site, to: x}]}}", "to", "unknown key 'to'"),
    (LAUNCH + "signals: {p: {source: prom}}", "source", "'source' is not acted on"),
    (
        LAUNCH
        + "operators: [{name: a, role: director}, {name: b, role: operator, teams: [qa]}]\n"
        + SITE
        + "actions: {d: {approvers: {legal: 1}, steps: [deploy: site]}}",
        "legal",
        "no role or team of people who may approve is called 'legal'",
    ),
    (
        LAUNCH
        + "operators: [{name: a, role: director}, {name: b, role: operator}, {name: c, role: operator}]\n"
        + SITE
        + "actions: {d: {approvers: {director: 2}, steps: [deploy: site]}}",
        "2",
        "only 1 of 'director' may approve",
    ),
    (
        LAUNCH
        + "operators: [{name: a, role: director}]\n"
        + SITE
        + "actions: {d: {approvers: [], steps: [deploy: site]}}",
        "[]",
        "found a list, expected a mapping",
    ),
    # values
    (
        LAUNCH + "signals: {p: {probe: htp, url: 'http://a'}}",
        "htp",
        "unknown probe 'htp', expected one of .*http.*tcp.*; did you mean 'http'",
    ),
    (LAUNCH + "signals: {p: {url: 'http://a'}}", "p:", "'probe' is missing, expected one of .*http"),
    (LAUNCH + "signals: {p: {probe: [http]}}", "[http", "unknown probe"),
    (LAUNCH + "signals: {p: 5}", "5", "found '5', expected a mapping with 'probe' and what it asks"),
    (LAUNCH + "signals: {p: {probe: tcp, host: a b, port: 1}}", "a b", "expected a host name or an IP"),
    (LAUNCH + "signals: {p: {probe: tcp, host: a, port: 0}}", "0", "expected at least 1"),
    (LAUNCH + "signals: {p: {probe: tcp, host: a}}", "p:", "'port' is missing"),
    (LAUNCH + "signals: {p: {probe: tls, host: a, servername: b c}}", "b c", "expected a host name"),
    (LAUNCH + "signals: {p: {probe: dns, name: a..b}}", "a..b", "expected a domain name such as"),
    (LAUNCH + "signals: {p: {probe: dns, name: a, type: X}}", "X", "expected one of .*CNAME"),
    (LAUNCH + "signals: {p: {probe: dns, name: a, expect: [x]}}", "x", "expected an address for a"),
    (LAUNCH + "signals: {p: {probe: dns, name: a, expect: ['::1']}}", "'::1", "expected an address for"),
    (LAUNCH + "signals: {p: {probe: dns, name: a, resolvers: []}}", "[]", "an empty list, expected at"),
    (LAUNCH + "signals: {p: {probe: dns, name: a, resolvers: [b]}}", "b]", "expected `system` or the IP"),
    (LAUNCH + "signals: {p: {probe: dns, name: a, resolvers: ['1.2.3:5']}}", "'1", "expected `system`"),
    (LAUNCH + "signals: {p: {probe: command, argv: []}}", "[]", "an empty list, expected at least one"),
    (LAUNCH + "signals: {p: {probe: command, argv: [a, 'env:B']}}", "'env:B", "other processes can read"),
    (LAUNCH + "signals: {p: {probe: command, argv: [a], env: {TOKEN: b}}}", "b", "'TOKEN' holds a literal"),
    (
        LAUNCH + "signals: {p: {probe: http, url: 'http://a', headers: {Authorization: Bearer env:A}}}",
        "Bearer",
        ".*expected a reference such as env:NAME.*, alone: what it leads to is the whole value",
    ),
    (LAUNCH + "signals: {p: {probe: postgres, dsn: host=a}}", "host=a", "a literal where a secret belongs"),
    (LAUNCH + "signals: {p: {probe: redis}}", "{probe", "expected exactly one of 'url'"),
    (LAUNCH + "signals: {p: {probe: redis, url: 'redis://a'}}", "'redis", "a literal where a secret"),
    (LAUNCH + "signals: {p: {probe: redis, host: a b}}", "a b", "expected a host name or an IP address"),
    (LAUNCH + "signals: {p: {probe: tcp, host: a, port: 1, url: x}}", "url", "unknown key 'url'"),
    (LAUNCH + SIGNAL.replace("5s", "5"), "5", "expected a duration such as 500ms, .*found '5'"),
    (LAUNCH + SIGNAL.replace("5s", ""), ", ti", "nothing here, expected a duration"),
    (LAUNCH + SIGNAL.replace("5s", "[5s]"), "[5s", "found a list, expected a single value"),
    (LAUNCH + SIGNAL.replace("5s", "9000d"), "9000d", "expected at most 3650d, found '9000d'"),
    (LAUNCH + SIGNAL.replace("5s", "0s"), "0s", "expected at least 100 ms"),
    (LAUNCH + SIGNAL.replace("3s", "6s"), "6s", r"longer than every \(5 s\), so that probes would pile up"),
    (LAUNCH + SIGNAL.replace("https", "ftp"), "'ftp", "expected a URL that begins with http:// or https://"),
    (LAUNCH + SIGNAL.replace("3s", "3s, headers: {'a b': x}"), "'a", "expected a header's name"),
    (
        LAUNCH + SIGNAL.replace("3s", "3s, headers: {Content-Length: '3'}"),
        "Content-Length",
        "the request sets this header itself, expected another",
    ),
    (
        LAUNCH + SIGNAL.replace("3s", "3s, method: HEAD, expect: {contains: x}"),
        "HEAD",
        "an answer to HEAD has no body to look into, expected another method",
    ),
    (
        LAUNCH + SIGNAL.replace("3s", "3s, follow_redirects: yes"),
        "yes",
        "expected true or false, found 'yes'",
    ),
    (LAUNCH + SIGNAL.replace("3s", "3s, expect: {status: 99}"), "99", "expected at least 100, found 99"),
    (
        LAUNCH + SIGNAL.replace("3s", "3s, expect: {status: 0o20}"),
        "0o20",
        "expected a whole number, found '0o20'",
    ),
    (LAUNCH + "signals: {'a b': {probe: http, url: 'http://a'}}", "'a", "expected a name: letters"),
    ("launch: {product: A, version: 1, t0: 2026-12-01 09:00}", "2026-12-01", "expected a time with its zone"),
    (
        "launch: {product: A, version: 1, t0: 2026-12-01 09:00 Europe/Berlni}",
        "2026-12-01",
        "expected a time with its zone",
    ),
    (
        "launch: {product: A, version: 1, t0: 2026-03-29 02:30 Europe/Berlin}",
        "2026-03-29",
        "this time does not exist",
    ),
    ("launch: {product: A, version: 1, t0: 9999-12-31 23:59 America/New_York}", "9999-12-31", ""),
    ('launch: {product: "", version: 1}', '""', "nothing here, expected text"),
    ('launch: {product: "a\\nb", version: 1}', '"a\\nb"', "several lines, expected one"),
    ('launch: {product: "a\\e[2Jb", version: 1}', '"a\\e[2Jb"', r"control character U\+001B, expected none"),
    ('launch: {product: "a\\u202Eb", version: 1}', '"a\\u202Eb"', r"control character U\+202E"),
    (
        f"launch: {{product: {'a' * 501}, version: 1}}",
        "aaaaaaaaaaaaaa",
        "501 characters, expected at most 500",
    ),
    (LAUNCH + "store: mysql://x", "mysql", "expected sqlite:PATH, .*found 'mysql://x'"),
    (
        LAUNCH + "control: [localhost]",
        "localhost",
        "expected host:port such as 1.1.1.1:443, found 'localhost'",
    ),
    # people
    (LAUNCH + "operators: [{name: a, role: operator}]", "operators", "no operator is a director"),
    (
        LAUNCH + "operators: [{name: a, role: directr}]",
        "directr",
        ".*found 'directr'; did you mean 'director'?",
    ),
    (
        LAUNCH + "operators:\n- {name: a, role: director}\n- {name: a, role: viewer}",
        "a",
        "the name 'a' is that of the operator on line 3 too",
    ),
    (
        LAUNCH + "operators:\n- {name: a, role: director}\n- {name: b, role: viewer, login: a}",
        "a",
        "the login 'a' is that of the operator on line 3 too",
    ),
    (
        LAUNCH + f"operators:\n- {{name: a, role: director, keys: ['{ssh_key()}']}}\n"
        f"- {{name: b, role: viewer, keys: ['{ssh_key()} other comment']}}",
        "'ssh-ed25519",
        "this SSH key is that of the operator on line 3 too",
    ),
    (LAUNCH + "operators: [{name: a, role: director, keys: [AAAA]}]", "AAAA", "expected an SSH public key"),
    (
        LAUNCH + "operators: [{name: a, role: director, keys: ['ssh-ed25519 AAAA']}]",
        "'ssh-ed25519",
        "this is no whole ssh-ed25519 key",
    ),
    (
        LAUNCH + f"operators: [{{name: a, role: director, keys: ['{ssh_key(bytes(31))}']}}]",
        "'ssh-ed25519",
        "this is no whole ssh-ed25519 key",
    ),
    (
        LAUNCH + f"operators: [{{name: a, role: director, keys: ['{ssh_key(kind=b'ssh-rsa')}']}}]",
        "'ssh-ed25519",
        "this is no whole ssh-ed25519 key",
    ),
    (
        LAUNCH + "operators: [{name: a, role: director, keys: ['-----BEGIN OPENSSH PRIVATE KEY-----']}]",
        "'-----BEGIN",
        "a secret in plain sight",
    ),
    # checklists
    (LAUNCH + "checklists: [{use: minimall}]", "minimall", "no shipped checklist .*did you mean 'minimal'?"),
    (LAUNCH + "checklists: [{file: gone.yaml}]", "gone.yaml", "'gone.yaml' is not there, expected a file"),
    (
        LAUNCH + "checklists: [{use: minimal, file: a.yaml}]",
        "{use",
        "expected exactly one of 'use', 'file' and 'name'",
    ),
    (LAUNCH + "checklists: [{skip: {}}]", "{skip", "expected exactly one of 'use', 'file' and 'name'"),
    (LAUNCH + "checklists: [{name: a}]", "name", "checklist 'a' has no items"),
    (
        LAUNCH + "checklists: [{use: minimal, items: [{id: a, title: A}]}]",
        "items",
        "'use' names a checklist already",
    ),
    (LAUNCH + "checklists: [{use: minimal, skip: {deployd: x}}]", "deployd", ".*did you mean 'deployed'?"),
    (
        LAUNCH + "checklists: [{use: minimal, override: {deployd: {}}}]",
        "deployd",
        ".*did you mean 'deployed'?",
    ),
    (
        LAUNCH + "checklists: [{use: minimal}, {name: b, items: [{id: deployed, title: X}]}]",
        "deployed",
        "the id 'deployed' is that of the item at checklists/minimal.yaml:29 too",
    ),
    (
        LAUNCH + "checklists: [{name: b, items: [{id: a, title: A, needs: [b]}]}]",
        "b",
        "no item is called 'b'",
    ),
    (
        LAUNCH
        + "checklists: [{name: b, items: [{id: a, title: A, needs: [b]}, {id: b, title: B, needs: [a]}]}]",
        "[b",
        "these items wait for each other: a → b → a",
    ),
    (
        LAUNCH
        + "checklists: [{name: b, items: [{id: a, title: A, needs: [b]}, {id: b, title: B, phase: launch}]}]",
        "b",
        r"'b' belongs to a later phase \(launch\)",
    ),
    (
        LAUNCH + "checklists: [{name: b, items: [{id: a, title: A, "
        "check: {probe: http, url: 'http://a', every: 1h}}]}]",
        "1h",
        r"verified again only every 1h, .*valid_for \(15m\)",
    ),
    (
        LAUNCH + "checklists: [{name: b, items: [{id: a, title: A, due: 1d}]}]",
        "1d",
        "expected a time relative to T-0",
    ),
    # objectives
    (
        LAUNCH + SIGNAL + LATENCY.replace("home", "hom"),
        "hom",
        "no signal is called 'hom'; did you mean 'home'?",
    ),
    (LAUNCH + SIGNAL + LATENCY.replace("latency", "home"), "home", "'home' is a signal's name too"),
    (
        LAUNCH + SIGNAL + LATENCY.replace("percentile: 95, ", ""),
        "latency",
        "expected exactly one of 'target'.*found none",
    ),
    (
        LAUNCH + SIGNAL + LATENCY.replace("percentile: 95", "percentile: 95, target: 99%"),
        "latency",
        "expected exactly one of .*found 'target' and 'percentile'",
    ),
    (LAUNCH + SIGNAL + LATENCY.replace("below: 2s, ", ""), "latency", "'below' is missing"),
    (LAUNCH + SIGNAL + LATENCY.replace("2s", "2%"), "2%", "the limit is a percentage, expected a duration"),
    (LAUNCH + SIGNAL + LATENCY.replace("2s", "2"), "2", "the limit is a number, expected a duration"),
    (
        LAUNCH + SIGNAL + LATENCY.replace("percentile: 95", "error_rate: true"),
        "2s",
        "the limit is a duration, expected a percentage",
    ),
    (
        LAUNCH + SIGNAL + LATENCY.replace("percentile: 95", "target: 99%"),
        "below",
        "'target' is the limit already",
    ),
    (LAUNCH + SIGNAL + LATENCY.replace("95", "100"), "100", "expected less than 100"),
    (
        LAUNCH + SIGNAL + LATENCY.replace("10m", "10s, at_least: 3"),
        "10s",
        "too short for 3 samples of 'home', one every 5 s; expected at least 15 s",
    ),
    (LAUNCH + SIGNAL + LATENCY.replace("10m", "0s"), "0s", "expected a duration above zero"),
    # alerts
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {when: latenc > 3s}}",
        "latenc",
        "no objective is called 'latenc'; did you mean 'latency'?",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {when: latency > 3%}}",
        "latency",
        "the limit is a percentage, expected a d",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {when: latency}}",
        "latency",
        "expected an objective and its limit",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {when: latency > 3s, severity: hgih}}",
        "hgih",
        ".*did you mean 'high'?",
    ),
    (
        LAUNCH + SIGNAL + "alerts: {a: {absent: home, inhibited_by: [b]}}",
        "b]",
        "no alert is called 'b'",
    ),
    (
        LAUNCH
        + SIGNAL
        + "alerts: {a: {absent: home, inhibited_by: b}, b: {absent: home, inhibited_by: [a]}}",
        "b}, b",
        "these alerts would silence each other: a → b → a",
    ),
    (LAUNCH + "alerts: {a: {for: 5m}}", "a: {for", "expected exactly one of when, absent, .*, found none"),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {when: latency > 3s, absent: home}}",
        "a: {when",
        "expected exactly one of .*, found 'when' and 'absent'",
    ),
    (
        LAUNCH + SIGNAL + "alerts: {a: {absent: hom}}",
        "hom}",
        "no signal is called 'hom'; did you mean 'home'?",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {rises: latency, by: 50%}}",
        "a: {rises",
        "'within' is missing, expected beside 'rises'",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {rises: latency, by: 0%, within: 1m}}",
        "0%",
        "expected more than nothing",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {when: latency > 3s, factor: 10}}",
        "factor",
        "'factor' says nothing about 'when'; it goes with deviates",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {burns: latency}}",
        "latency}",
        "'latency' is a latency and has no error budget",
    ),
    (
        LAUNCH
        + SIGNAL
        + "objectives: {up: {signal: home, target: 100%, window: 1h}}\nalerts: {a: {burns: up}}",
        "up}}",
        "'up' allows no failure",
    ),
    (
        LAUNCH
        + SIGNAL
        + "objectives: {up: {signal: home, target: 99%, window: 1h}}\nalerts: {a: {burns: up, period: 1h}}",
        "1h}}",
        "its shortest window is .*, expected at least the 5 s between two probes of 'home'",
    ),
    (
        LAUNCH
        + SIGNAL
        + "objectives: {up: {signal: home, target: 99%, window: 1h}}\nalerts: {a: {deviates: up}}",
        "up}}",
        "'up' is an availability, expected an error rate or a latency",
    ),
    (
        LAUNCH + SIGNAL + LATENCY + "alerts: {a: {reaches: latency > 3%, within: 5m}}",
        "latency > 3%",
        "the limit is a percentage, expected a d",
    ),
    # gates
    (LAUNCH + "gates: {lunch: [items: all]}", "lunch", "gate 'lunch' guards nothing.*did you mean 'launch'?"),
    (LAUNCH + "gates: {launch: [items: requird]}", "requird", ".*did you mean 'required'?"),
    (LAUNCH + "gates: {launch: [itmes: all]}", "itmes", "expected one of items, .*did you mean 'items'?"),
    (
        LAUNCH + "gates: {launch: [{items: all, no_alert: high}]}",
        "no_alert",
        "'no_alert' stands beside 'items'",
    ),
    (LAUNCH + "gates: {launch: [items]}", "items", "found 'items', expected a mapping with one of items"),
    (LAUNCH + "gates: {launch: [phase: launch]}", "launch", "this gate guards the way into 'launch'"),
    (LAUNCH + "gates: {launch: [objective: x]}", "x", "no objective is called 'x'"),
    (
        LAUNCH + "gates: {launch: [window: {between: 2-16}]}",
        "2-16",
        "expected a range of the day such as 02:00-16:00",
    ),
    (LAUNCH + "gates: {launch: [window: {between: 02:00-02:00}]}", "02", "begins when it ends"),
    (LAUNCH + "gates: {launch: [window: {}]}", "{", "an empty window"),
    (LAUNCH + "gates: {launch: [window: {not_on: [fryday]}]}", "fryday", "expected one of fri"),
    # providers and actions
    (LAUNCH + "providers: {a: {kind: comand}}", "comand", "unknown kind 'comand'.*did you mean 'command'?"),
    (LAUNCH + "providers: {a: {operations: {}}}", "a", "'kind' is missing, expected one of command"),
    (
        LAUNCH + "providers: {a: {kind: command}}",
        "{kind",
        "can do nothing, expected 'operations', 'migrations' or 'rollout'",
    ),
    (LAUNCH + SITE.replace("deploy:", "depoly:"), "depoly", ".*did you mean 'deploy'?"),
    (LAUNCH + SITE.replace("argv:", "agrv:"), "agrv", ".*did you mean 'argv'?"),
    (LAUNCH + SITE.replace("[ship]", "[]"), "{argv", "expected exactly one of 'argv'"),
    (LAUNCH + SITE.replace("[ship]", "[ship], shell: ship"), "{argv", "expected exactly one of 'argv'"),
    (
        LAUNCH + SITE.replace("ship", 'ship, "{{ launch.versoin }}"'),
        '"{{',
        "unknown placeholder 'launch.versoin'",
    ),
    (LAUNCH + SITE.replace("ship", 'ship, "env:TOKEN"'), '"env', "other processes can read arguments"),
    (
        LAUNCH + SITE.replace("argv: [ship]", 'shell: "ship {{ launch.version }}"'),
        '"ship',
        "placeholders are filled in 'argv'",
    ),
    (LAUNCH + SITE.replace("[ship]", "[ship], timeout: 0s"), "0s", "expected a duration above zero"),
    (LAUNCH + SITE.replace("[ship]", "[ship], env: {1A: x}"), "x", "expected a variable's name"),
    (
        LAUNCH + SITE + "actions: {d: {steps: [deploy: sit]}}",
        "sit",
        "no provider is called 'sit'; did you mean 'site'?",
    ),
    (
        LAUNCH + SITE + "actions: {d: {steps: [smoke: site]}}",
        "smoke",
        "provider 'site' can't smoke.*it can deploy",
    ),
    (
        LAUNCH + SITE + "actions: {d: {steps: [depoly: site]}}",
        "depoly",
        "unknown verb 'depoly'.*did you mean 'deploy'?",
    ),
    (LAUNCH + SITE + "actions: {d: {steps: []}}", "[", "an empty list, expected at least one entry"),
    (
        LAUNCH + SITE + "actions: {d: {key: q, steps: [deploy: site]}}",
        "q",
        r"key 'q' is the screen's own \(quit\)",
    ),
    (
        LAUNCH + SITE + "actions: {d: {key: d, steps: [deploy: site]}, e: {key: d, steps: [deploy: site]}}",
        "d",
        "key 'd' opens 'd' already",
    ),
    (
        LAUNCH + SITE + "actions: {d: {key: '1', steps: [deploy: site]}}",
        "'1'",
        "expected a single letter, found '1'",
    ),
    (LAUNCH + SITE + "actions: {d: {gate: g, steps: [deploy: site]}}", "g", "no gate is called 'g'"),
    (
        LAUNCH + SITE + "actions: {d: {on_failure: {run: e}, steps: [deploy: site]}}",
        "e",
        "no action is called 'e'",
    ),
    (
        LAUNCH + SITE + "actions: {d: {on_failure: {run: d, mode: auto}, steps: [deploy: site]}}",
        "{run",
        "a failure would go round in circles: d → d",
    ),
    (
        LAUNCH + SITE + "operators: [{name: a, role: director}, {name: b, role: operator}]\n"
        "actions: {d: {approvals: 2, steps: [deploy: site]}}",
        "2",
        "2 operators may approve, one of whom asks; expected at most 1",
    ),
]


@pytest.mark.parametrize(("text", "at", "expected"), CASES)
def test_a_fault_is_one_line_at_its_place(text, at, expected):
    (found,) = faults(text)
    file, line, column, what = found.split(":", 3)
    assert file == "launchpad.yaml"
    assert text.splitlines()[int(line) - 1][int(column) - 1 :].startswith(at), found
    assert re.match(expected, what.strip()), found


SECRETS = [
    SIGNAL.replace("3s", "3s, headers: {Authorization: Bearer hunter22}"),
    SIGNAL.replace("3s", "3s, headers: {X-Api-Key: hunter22}"),
    SIGNAL.replace("3s", "3s, headers: {Cookie: id=hunter22}"),
    SIGNAL.replace("https://acme.test/", "https://me:hunter22@acme.test/"),
    SIGNAL.replace("3s", "3s, body: ghp_hunter22hunter22hunter22"),
    *(
        SITE.replace("[ship]", f"[ship], env: {{{name}: hunter22}}")
        for name in (
            "DEPLOY_TOKEN",
            "client_secret",
            "DB_PASSWORD",
            "PASSWD",
            "SSH_KEY",
            "CREDENTIALS",
            "API_KEY",
        )
    ),
    SITE.replace("[ship]", "[ship], env: {DSN: 'host=db password=hunter22'}"),
    SITE.replace("[ship]", "[ship], env: {DSN: 'postgresql://me:hunter22@db/x'}"),
    SITE.replace("ship", "ship, 'https://me:hunter22@acme.test/'"),
    "store: postgresql://me:hunter22@db/launchpad\n",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_literal_secret_is_a_fault_that_does_not_repeat_it(text):
    found = faults(LAUNCH + text)
    assert len(found) == 1
    assert "secret" in found[0] or "password" in found[0]
    assert "hunter22" not in found[0]


@pytest.mark.parametrize(
    "name", ["MONKEY", "KEYBOARD_LAYOUT", "AWS_KEY_ID", "PUBLIC_KEY", "PATH", "PWD", "PASSAGE"]
)
def test_a_name_that_only_resembles_a_secret_may_hold_a_literal(name):
    assert read(LAUNCH + SITE.replace("[ship]", f"[ship], env: {{{name}: plain}}"))


def test_all_faults_of_a_file_come_at_once_in_the_order_of_the_file():
    texts = ["replays: {}", SIGNAL.replace("5s", "5"), LATENCY.replace("home", "hom"), "control: [x]"]
    found = faults(LAUNCH + "\n".join(texts))
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines)
    assert len(found) == len(texts)


def test_what_could_not_be_read_is_not_reported_again_where_it_is_named():
    broken = "signals: 5\n" + LATENCY + "alerts: {a: {when: latency > 3s}}\n"
    assert len(faults(LAUNCH + broken)) == 1
    one_broken = SIGNAL.replace("5s", "x") + LATENCY
    assert len(faults(LAUNCH + one_broken)) == 1


def test_an_empty_section_is_as_good_as_none():
    assert read(LAUNCH + "operators:\nsignals:\nalerts: # later\n").definition.signals == {}


def test_settings_with_a_hole_are_not_asked_what_they_can():
    broken = "providers:\n  site: &site {kind: command, operations: 5}\n  again: *site\n"
    used = "actions: {d: {steps: [deploy: site, deploy: again]}}\n"
    assert len(faults(LAUNCH + broken + used)) == 1


def test_a_timeout_that_nobody_wrote_fits_between_two_probes():
    definition = read(LAUNCH + SIGNAL.replace(", timeout: 3s", "")).definition
    assert definition.signals["home"].timeout == definition.signals["home"].every == 5.0
