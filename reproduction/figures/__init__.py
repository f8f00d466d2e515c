"""The style of figures, and the paper's own figures."""
