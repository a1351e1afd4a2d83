"""Runs as the fold keeps them, for pure rules."""

from typing import Any

from launchpad.model.state import RunState


def run_state(run: str, status: str, **more: Any) -> RunState:
    """A run of the action that its id names, asked for by ops at instant 1."""
    usual: dict[str, Any] = {
        "action": run.rpartition("-")[0],
        "params": {},
        "seq": 1,
        "requested_by": "ops",
        "requested_auth": "key",
        "requested_at": 1,
    }
    return RunState(id=run, status=status, **usual | more)  # type: ignore[arg-type]
