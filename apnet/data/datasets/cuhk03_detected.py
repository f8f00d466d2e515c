"""CUHK03-NP with the boxes that a detector found."""

from apnet.data.cuhk03 import source

SOURCE = source("detected", train=7_365, query=1_400, gallery=5_332)
