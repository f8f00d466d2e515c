"""Records of runs and evaluations on disk, and whether they are valid. Loads no torch."""
