"""What a run is told: names, readings, recipes and settings. Loads no torch."""
