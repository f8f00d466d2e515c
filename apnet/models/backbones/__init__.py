"""Backbones: one file a family, whose facts load no torch."""
