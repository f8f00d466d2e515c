"""Reported beside reproduced, for any paper.

    from reproduction import judge, load_paper, read_results, render

    cells = judge(load_paper("paper"), read_results("results.csv"))
    cells.to_frame()

docs/another-paper.md shows it in one screen. Imports nothing until it is asked for.
"""

from importlib import import_module

_HOMES = {
    "InputError": "errors",
    "load_paper": "paper.loading",
    "load_table": "paper.loading",
    "read_results": "results.csvfile",
    "judge": "judging.judge",
    "judge_table": "judging.judge",
    "render": "report.layout",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'reproduction' has no attribute {name!r}")
    return getattr(import_module(f"reproduction.{_HOMES[name]}"), name)
