"""torchvision: importable beside a CPU build of torch, and only as much as is used.

PyPI's torchvision is built for CUDA. Beside a CPU torch its compiled library does
not load, and then `import torchvision` fails on operators that it only wants to
annotate ("operator torchvision::nms does not exist"). Nothing here uses them, so
they are declared, without a body, but only after the library has failed to load:
beside a working library a second declaration aborts the interpreter.

The packages `torchvision` and `torchvision.models` import all that they have, and with it
torch's compiler, which takes as long as torch itself. The networks used here are in
modules that need none of it, so these two packages' own files run only on demand.

Import torchvision as `from apnet.runtime.torchvision_compat import torchvision`, never directly.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import torch

_OPERATORS = ("nms", "qnms")
_PACKAGES = ("torchvision", "torchvision.models")


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


class _OnDemand(ModuleType):
    """A package whose own file runs once a name is asked for that no import has set.

    Imports of its submodules find it in sys.modules, and ask for nothing else.
    """

    def __getattr__(self, name: str) -> object:
        # The outer one first, as in an ordinary import.
        for package in map(sys.modules.get, _PACKAGES):
            if isinstance(package, _OnDemand):
                package.__class__ = ModuleType
                package.__spec__.loader.exec_module(package)
        return getattr(self, name)


def _put_off() -> None:
    """Enter the packages as on demand, unless the program has imported torchvision before."""
    if "torchvision" in sys.modules:
        return
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None:
            return
        sys.modules[name] = importlib.util.module_from_spec(spec)
        sys.modules[name].__class__ = _OnDemand
    sys.modules["torchvision"].models = sys.modules["torchvision.models"]


# Held for the life of the process: the declarations go when the object does.
_FRAGMENT = _declare_missing_operators()
_put_off()

import torchvision.models.densenet  # noqa: E402
import torchvision.models.inception  # noqa: E402
import torchvision.models.resnet  # noqa: E402

__all__ = ["torchvision"]
