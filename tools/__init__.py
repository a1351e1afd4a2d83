"""Programs for those who work on Launchpad."""
