"""Judged cells as a document: Markdown, LaTeX, HTML, CSV, PDF."""
