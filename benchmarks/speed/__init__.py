"""How fast Seedbed is, beside named peers and named limits: `python -m benchmarks.speed`."""
