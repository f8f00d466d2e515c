"""Results of several people: compared, merged, and in formats that others' services read."""
