"""The figures before any is drawn: their names and formats. Loads no matplotlib."""

RADIX, ATTENTION = "figure5", "figure6"

FIGURES = (RADIX, ATTENTION)

PICTURES = ("svg", "png", "pdf")
"""Suffixes of a figure."""

SHOWN_DATASET, SHOWN_MODEL = "market1501", "resnet50-apnet-c2"
"""Fig. 6 does not say of which network it is: the one that the paper recommends, on its first
dataset."""
