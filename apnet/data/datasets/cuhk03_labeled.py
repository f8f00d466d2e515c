"""CUHK03-NP with the boxes drawn by hand."""

from apnet.data.cuhk03 import source

SOURCE = source("labeled", train=7_368, query=1_400, gallery=5_328)
