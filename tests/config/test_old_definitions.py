"""Journals that hold only HTTP probes, as they were written before there were other kinds."""

import msgspec

from launchpad.config import loads
from launchpad.model.definition import Definition, HttpProof, HttpSignal

EXPECT = '{"status":[200],"contains":null,"header":{},"redirect":null}'
REQUEST = (
    '"url":"https://acme.test/","method":"GET","headers":{},"body":"","timeout":3.0,'
    f'"follow_redirects":false,"expect":{EXPECT},"probe":"http","every":5.0'
)
ITEM = (
    '{"id":"up","title":"Up","phase":"launch","section":"","team":null,"required":false,"needs":[],'
    f'"due":null,"evidence":"optional","runbook":null,"check":{{{REQUEST},"valid_for":60.0}}}}'
)
HELD = (
    '{"launch":{"product":"Acme","version":"4.2.0","environment":"production","t0":null},"operators":[],'
    f'"items":[{ITEM}],"skips":{{}},"providers":{{}},"signals":{{"home":{{{REQUEST}}}}},"objectives":{{}},'
    '"alerts":{},"gates":{},"actions":{},"control":[]}'
)
PROBE = "probe: http, url: 'https://acme.test/', timeout: 3s, every: 5s"
WRITTEN = f"""
launch: {{product: Acme, version: 4.2.0}}
checklists:
  - name: ours
    items: [{{id: up, title: Up, phase: launch, check: {{{PROBE}, valid_for: 1m}}}}]
signals: {{home: {{{PROBE}}}}}
"""


def test_an_old_journals_definition_is_read_and_is_the_same_as_its_file(tmp_path):
    held = msgspec.json.decode(HELD.encode(), type=Definition)
    assert isinstance(held.signals["home"], HttpSignal)
    assert isinstance(held.items[0].check, HttpProof)
    written = loads(WRITTEN.encode(), tmp_path / "launchpad.yaml", {}).definition
    assert held == written
    assert held.digest() == written.digest()
