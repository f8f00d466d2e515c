"""Reads a report in Markdown back."""

import re


def grids(text):
    """The pipe tables below the summary, each as rows of cells; a backslash keeps a bar in one."""
    body = text[text.index("\n## The paper's") :]
    lines = [line if line.startswith("|") else "" for line in body.splitlines()]
    blocks = [block.splitlines() for block in "\n".join(lines).split("\n\n") if block.strip()]
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block]
        for block in (list(filter(None, lines)) for lines in blocks)
    ]


def row(grid, label):
    (line,) = (cells for cells in grid if cells[0].startswith(label))
    return line


def fact(text, name):
    return re.search(rf"^- \*\*{name}:\*\* (.*)$", text, re.M).group(1)
