"""Seats over SSH, with real clients, keys, terminals and processes."""
