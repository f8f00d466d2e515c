"""A paper's tables as typed data."""
