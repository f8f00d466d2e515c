"""Backbones without classifiers, in named stages."""
