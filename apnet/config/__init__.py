"""What defines a run: names, readings, recipes and settings. Loads no torch."""
