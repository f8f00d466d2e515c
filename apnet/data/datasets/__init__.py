"""The datasets, a file each: `occluded_dukemtmc.py` is occluded-dukemtmc, and holds its SOURCE."""
