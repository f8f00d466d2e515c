"""What the rules share: config, plan, targets, jobs, hints, and the adapter to reports."""
