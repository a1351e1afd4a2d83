"""The launch in a browser, for those without a terminal: it only looks."""
