"""From image files to the batches that a network takes."""
