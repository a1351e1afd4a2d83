"""Adapters to what a launch acts on; one line in the entry-point group makes a kind known."""

from launchpad.plugins import Plugins
from launchpad.providers.capabilities import Provider

PROVIDERS: Plugins[Provider] = Plugins("launchpad.providers", "provider")
