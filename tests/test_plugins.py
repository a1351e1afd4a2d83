"""Adapters of other distributions: found by their entry point, and harmless when they are broken."""

import sys
from pathlib import Path

import pytest

from launchpad.errors import BadInput
from launchpad.plugins import Plugins


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("raise RuntimeError('no \x1b[31mlicence')", r"RuntimeError('no \x1b[31mlicence')"),
        ("def broken(:", "SyntaxError("),
        ("", "AttributeError("),
        ("import acme_gone", "ModuleNotFoundError(\"No module named 'acme_gone'\")"),
    ],
    ids=["raises", "no Python", "no class", "lacks"],
)
def test_an_adapter_that_breaks_when_it_is_loaded_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, why: str
) -> None:
    (tmp_path / "launchpad_acme.py").write_text(module)
    installed = tmp_path / "launchpad_acme-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: launchpad-acme\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[acme.kinds]\nacme = launchpad_acme:Acme\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "launchpad_acme", raising=False)
    with pytest.raises(BadInput) as caught:
        Plugins[object]("acme.kinds", "provider").load("acme")
    assert f"the provider kind 'acme' can't be loaded: {why}" in str(caught.value)
    assert str(caught.value).isprintable()
