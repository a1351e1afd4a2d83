"""The one process that acts: lease, sampler, checker, alerter, planner, runner."""
