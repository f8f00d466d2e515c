"""The Python and the packages that jobs run with."""

import os
import sys
from pathlib import Path


def share(root: Path) -> None:
    """Let jobs run what this process runs, also when the environment is not activated.

    Args:
        root: the checkout; jobs import `apnet` and `workflow` from it, wherever they work.
    """
    _prepend("PATH", Path(sys.executable).parent)
    _prepend("PYTHONPATH", root)


def _prepend(variable: str, folder: Path) -> None:
    given = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([str(folder), *([given] if given else [])])
