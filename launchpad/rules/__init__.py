"""Pure decisions over the model: windows, objectives, alerts, gates, schedule."""
