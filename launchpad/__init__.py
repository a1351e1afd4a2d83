"""Launchpad runs a launch day from a terminal."""

__version__ = "0.1.0"
