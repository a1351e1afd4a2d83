"""What is made of a definition, and what is said of the rest of it."""

import os

from msgspec.structs import replace

from launchpad.engine.toolroom import Toolroom
from launchpad.model.definition import Provider
from launchpad.providers import PROVIDERS
from tests.support.war_room import commands_launch


class Broken:
    """An adapter of somebody else's that breaks on what it is given."""

    settings = dict

    def __init__(self, name, settings, surroundings):
        raise KeyError(name)


def test_an_adapter_that_breaks_when_it_is_made_lacks_and_the_rest_is_there(tmp_path, monkeypatch):
    load = PROVIDERS.load
    monkeypatch.setattr(PROVIDERS, "load", lambda kind: Broken if kind == "netlify" else load(kind))
    shop = commands_launch({"deploy": {"argv": ["true"]}})
    definition = replace(shop, providers={**shop.providers, "site": Provider(kind="netlify")})
    room = Toolroom("acme", base_dir=tmp_path, environ={"PATH": os.defpath}, state_dir=tmp_path)
    tools = room.tools(1, definition)
    assert [error.message for error in tools.lacking] == [
        "provider site: the adapter failed: KeyError: 'site'"
    ]
    assert set(tools.providers) == {"shop", "site"}


def test_settings_of_another_version_lack_and_the_rest_is_there(tmp_path):
    shop = commands_launch({"deploy": {"argv": ["true"]}})
    later = Provider(kind="netlify", settings={"token": "env:LATER", "site": 4})
    definition = replace(shop, providers={**shop.providers, "site": later})
    room = Toolroom("acme", base_dir=tmp_path, environ={"PATH": os.defpath}, state_dir=tmp_path)
    tools = room.tools(1, definition)
    assert [error.message.partition(" - ")[0] for error in tools.lacking] == [
        "the secret env:LATER is not set",
        "provider site: Expected `str`, got `int`",
    ]
    assert set(tools.providers) == {"shop", "site"}
