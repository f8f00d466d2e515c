import subprocess
import sys

import pytest

# What stands for torchvision's compiled library, before torchvision_compat is imported.
SOUND = """
operators = torch.library.Library("torchvision", "DEF")
loaded = []

def load(path):
    if loaded:
        raise OSError("torchvision's own call: the rest of the library is not simulated")
    loaded.append(path)
    # What a library does that loads; to declare one of these again is an error.
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

torch.ops.load_library = load
"""
BROKEN = """
import os

def load(path):
    raise OSError(f"{os.fspath(path)}: libcudart.so.12: cannot open shared object file")

torch.ops.load_library = load
"""
# torchvision itself looks for its library otherwise, and must not find it here.
ABSENT = f"""{BROKEN}
import importlib.util
from pathlib import Path

Path.glob = lambda self, pattern: iter(())
"""
# What an evaluation and a step need, and then what no module of ours asks for.
USED = """
import sys
from apnet.runtime import torchvision_compat as vision
from apnet.runtime.torchvision_compat import torchvision
import apnet.evaluation.run
import apnet.models.se_resnet
from apnet.training.optimiser import Adam

weight = torch.ones(1, requires_grad=True)
optimiser = Adam([weight], fused=True)
weight.sum().backward()
optimiser.step()
optimiser.zero_grad()
optimiser.load_state_dict(optimiser.state_dict())
torchvision.models.resnet.resnet18(weights=None)
heavy = {"torch._dynamo", "sympy", "scipy", "pandas", "torchvision.ops"} & {*sys.modules}
assert not heavy, heavy
assert torchvision.models.resnet18(weights=None).fc.out_features == 1000
assert torch.ops.torchvision.nms.default._schema.name == "torchvision::nms"
print("declared" if vision._FRAGMENT is not None else "nothing declared")
"""


def said(code):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import torch\n{code}{USED}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_beside_a_sound_library_nothing_is_declared():
    assert said(SOUND) == "nothing declared"


@pytest.mark.parametrize("library", [BROKEN, ABSENT], ids=["broken", "absent"])
def test_without_a_library_that_loads_the_operators_are_declared(library):
    assert said(library) == "declared"
