"""Results as a tidy frame: one row a value of a metric."""
