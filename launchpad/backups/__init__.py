"""Saves a PostgreSQL database to an object store, proves it, and puts it back.

A program of its own, `python -m launchpad.backups DIRECTORY`, that reads its task from standard input, so
that it outlives who asked for it. It knows nothing of launches but what names the backup.
"""
