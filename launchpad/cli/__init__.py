"""The shell commands, one module per group."""
