"""The commands of `python -m reproduction` on shared results, a file each."""
