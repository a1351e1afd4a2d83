"""The engine: probes, judges, plans and acts for one launch."""

from launchpad.engine.engine import Engine

__all__ = ["Engine"]
