"""What a paper's text says of its cells, as expressions, and whether the cells bear it out."""
