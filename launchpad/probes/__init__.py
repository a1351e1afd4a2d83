"""Probes that measure: one implementation for signals, checks and smoke tests."""
