"""Weights that other code saved, under its names."""
