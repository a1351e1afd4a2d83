"""The deployment report: what a launch amounts to, for whoever was not there."""
