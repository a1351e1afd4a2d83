"""Capability protocols and the providers that fulfil them, found through entry points."""
