"""The formats of a figure. Loads no matplotlib."""

PICTURES = ("svg", "png", "pdf")
"""Suffixes."""
