"""A static site: every cell of a paper's tables, and what made it, down to its queries."""
