"""A product on loopback with scripted faults, and the launch that watches it."""
