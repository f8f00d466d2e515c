"""Results on disk, anybody's: whether they hold together."""
