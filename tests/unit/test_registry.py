"""Which files a model has to itself, and what planning does not load."""

import subprocess
import sys

import pytest

from apnet.config import methods
from apnet.errors import InputError
from apnet.numeric_core import model_modules


@pytest.mark.parametrize(
    ("model", "modules"),
    [
        ("resnet50", ["backbones.resnet"]),
        ("resnet101-se", ["backbones.resnet", "se_resnet"]),
        ("densenet169-apnet-c2", ["backbones.densenet", "attention.squeeze_excitation"]),
        ("resnet50-stacked-s3", ["backbones.resnet", "attention.relation_aware_spatial"]),
        ("pyramid-resnet101", ["backbones.resnet", "baselines.pyramid_reid"]),
    ],
)
def test_a_model_has_modules_that_others_do_without(model, modules):
    assert model_modules(model) == tuple(f"apnet.models.{name}" for name in modules)


def test_facts_and_rooms_load_no_torch_until_a_network_is_asked_for():
    code = """
import sys
import apnet.evaluation, apnet.models, apnet.training
from apnet.config.backbones import backbones
from apnet.config.recipes import recipes
from apnet.numeric_core import model_modules
backbones(), recipes(), model_modules("pyramid-resnet50")
print("torch" in sys.modules)
from apnet.models import AttentionPyramid, ReID, build_model, load_imagenet, load_released
from apnet.training import BatchHardTripletLoss, LabelSmoothedCrossEntropy
from apnet.evaluation import RetrievalResult, evaluate_retrieval
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NAME = 1", "has no METHOD"),
        ("METHOD = dict(models={})", "METHOD is to be a literal"),
        ("METHOD = {'models': {}}", "METHOD is to be a literal"),
        ("METHOD = {'models': {'a': 'vgg'}, 'network': 'A'}", "unknown backbone .* 'vgg'"),
        ("METHOD = {'models': {'a': ['vgg']}, 'network': 'A'}", "unknown backbone .* .'vgg'."),
        ("METHOD = {'models': 'a', 'network': 'A'}", "wants a dictionary for models"),
        ("METHOD = {'models': ['a'], 'network': 'A'}", "wants a dictionary for models"),
        ("METHOD = {'models': {}, 'network': 'A', 'settings': 3}", "and for settings"),
        ("METHOD = {'models': {}, 'network': 'A', 'recipe': {}}", "and a name for recipe"),
        ("METHOD = {'models': {'A/50': 'resnet50'}, 'network': 'A'}", "is not called 'A/50'"),
        ("METHOD = {'models': {}, 'network': 'B'}", "the network 'B', no class of the file"),
        ("METHOD = {'models': {", "cannot be read .*was never closed"),
    ],
)
def test_a_methods_file_says_what_it_builds(tmp_path, text, message):
    file = tmp_path / "method.py"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        methods._read(file, ("resnet50",))
