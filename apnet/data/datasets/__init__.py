"""The datasets of the paper, a file each."""
