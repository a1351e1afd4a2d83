"""SQLite and PostgreSQL behind the store protocol of `launchpad.model.store`."""
