import os
import subprocess
import sys

import pytest
import torch

from apnet.config.recipes import CHANNEL, SPATIAL, get_recipe
from apnet.training.acceleration import Switches, decide

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL])
def test_auto_is_decided_for_the_device(recipe):
    assert decide(recipe, CPU) == Switches(channels_last=False, fused=True, compile=False)
    assert decide(recipe, CUDA) == Switches(channels_last=True, fused=True, compile=False)


@pytest.mark.parametrize("device", [CPU, CUDA])
@pytest.mark.parametrize("value", [True, False])
def test_what_is_set_stands_on_every_device(device, value):
    chosen = get_recipe("smoke", channels_last=value, fused=value, compile=False)
    assert decide(chosen, device) == Switches(channels_last=value, fused=value, compile=False)


NO_COMPILER = """
import torch
from apnet.errors import InputError
from apnet.config.recipes import get_recipe
from apnet.training.acceleration import decide
try:
    decide(get_recipe("smoke", compile=True), torch.device("cpu"))
except InputError as error:
    print(error)
"""


def test_without_a_compiler_one_sentence_says_so(tmp_path):
    hidden = {"CXX": str(tmp_path / "absent"), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", NO_COMPILER], env=os.environ | hidden, capture_output=True, text=True
    )
    assert done.stdout.startswith("compile=true needs a compiler that torch.compile can use on cpu")
    assert done.stdout.endswith("or leave compile at auto\n") and done.stdout.count("\n") == 1
