"""Backbones, a file a family; their facts load no torch."""
