"""Widgets on the line API: they keep rows and repaint the lines that changed."""
