"""torchvision, importable beside a CPU build of torch.

PyPI's torchvision is built for CUDA. Beside a CPU torch its compiled library does
not load, and then `import torchvision` fails on operators that it only wants to
annotate ("operator torchvision::nms does not exist"). Nothing here uses them, so
they are declared, without a body, but only after the library has failed to load:
beside a working library a second declaration aborts the interpreter.

Import torchvision as `from apnet.runtime.torchvision_compat import torchvision`, never directly.
"""

import importlib.util
from pathlib import Path

import torch

_OPERATORS = ("nms", "qnms")


def _declare_missing_operators() -> torch.library.Library | None:
    """Declare torchvision's operators if its library is absent or does not load."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    library = next(iter(sorted([*folder.glob("_C*.so"), *folder.glob("_C*.pyd")])), None)
    if library is not None:
        try:
            torch.ops.load_library(library)
            return None
        except OSError:
            pass
    fragment = torch.library.Library("torchvision", "FRAGMENT")
    for name in _OPERATORS:
        fragment.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return fragment


# Held for the life of the process: the declarations go when the object does.
_FRAGMENT = _declare_missing_operators()

import torchvision  # noqa: E402

__all__ = ["torchvision"]
