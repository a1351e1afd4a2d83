"""The SSH server that gives each connection a seat."""
