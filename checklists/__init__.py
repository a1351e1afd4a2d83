"""Checklist templates, shipped as package data."""
