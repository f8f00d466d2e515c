"""Files that users add to the registries, broken: a sentence each, and no harm to the others."""

import sys

import pytest

import apnet.data.datasets
import apnet.models.backbones
import apnet.models.baselines
from apnet.config import backbones, methods, names, recipes
from apnet.config.attentions import Attention, by_kind
from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.config.settings import paper_recipe
from apnet.data import registry
from apnet.errors import InputError
from apnet.models import build_model

BROKEN = [
    ("X = 1", "gives no {} .* has no attribute"),
    ("def broken(:", "gives no {} .SyntaxError: invalid syntax"),
    ("import absent_package", "gives no {} .ModuleNotFoundError: No module named 'absent_package'"),
    ("1 / 0", "gives no {} .ZeroDivisionError"),
    ("{} = 5", "{} is to be"),
]
BACKBONE = """
from apnet.config.backbones import backbones
from dataclasses import replace
from apnet.models.backbones.resnet import SPECS
SPECS = (replace(SPECS[0], name={!r}),)
"""
METHOD = (
    "METHOD = {{'models': {{{!r}: 'resnet50'}}, 'network': 'Net', 'settings': {}}}\nclass Net: {}"
)
CACHES = (
    backbones.backbones,
    backbones._declared,
    methods.methods,
    methods._read_all,
    names._baselines,
    recipes.recipes,
)


def forget():
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Adds a module to a package for the time of a test."""

    def add_module(package, name, text):
        (tmp_path / f"{name}.py").write_text(text)
        if str(tmp_path) not in package.__path__:
            monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        sys.modules.pop(f"{package.__name__}.{name}", None)
        forget()

    yield add_module
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_dataset_disturbs_no_other(add, monkeypatch, text, message):
    add(apnet.data.datasets, "campus", text.format("SOURCE"))
    monkeypatch.setattr(registry, "DATASETS", ("campus", *registry.DATASETS))
    assert get_reading("written", market_distractors="drop").switches("market1501")
    assert "market1501" in registry.drawable()
    message = f"apnet/data/datasets/campus.py.*{message.format('SOURCE')}"
    for ask in (lambda: registry.get_spec("campus"), lambda: get_reading("written", gait="slow")):
        with pytest.raises(InputError, match=message):
            ask()


def test_only_the_files_of_a_runs_own_dataset_are_read(add, monkeypatch):
    add(apnet.data.datasets, "campus", "raise SystemExit('read')")
    monkeypatch.setattr(registry, "DATASETS", ("campus", *registry.DATASETS))
    reading = get_reading("written", "market1501", market_distractors="drop")
    assert reading.overrides == (("market_distractors", "drop"),)


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_backbone_is_one_sentence(add, text, message):
    add(apnet.models.backbones, "toynet", text.format("SPECS"))
    message = f"apnet/models/backbones/toynet.py.*{message.format('SPECS')}"
    with pytest.raises(InputError, match=message):
        names.parse_model_name("resnet50")


def test_a_backbone_takes_no_name_and_knows_its_file(add):
    add(apnet.models.backbones, "toynet", BACKBONE.format("toynet"))
    assert backbones.backbone_module("toynet") == "apnet.models.backbones.toynet"
    assert backbones.backbone_module("resnet101") == "apnet.models.backbones.resnet"
    add(apnet.models.backbones, "toynet", BACKBONE.format("resnet50"))
    with pytest.raises(InputError, match=r"resnet.py and .*toynet.py both have .* 'resnet50'"):
        backbones.backbones()
    add(apnet.models.backbones, "toynet", BACKBONE.format("toy-net"))
    with pytest.raises(InputError, match=r"toynet.py: a backbone is not called 'toy-net'"):
        backbones.backbones()


@pytest.mark.parametrize("name", ["resnet50-apnet-c2", "resnet50", "densenet169-apnet-c2-r2"])
def test_no_method_takes_a_model_of_the_paper(add, name):
    add(apnet.models.baselines, "pcb", METHOD.format(name, {}, "..."))
    with pytest.raises(InputError, match=rf"pcb.py: the name '{name}' is .*backbones/.*net.py"):
        names.parse_model_name("resnet50-apnet-c2")


def test_no_method_takes_anothers_name(add):
    add(apnet.models.baselines, "pcb", METHOD.format("pyramid-resnet50", {}, "..."))
    with pytest.raises(InputError, match=r"(pcb|pyramid_reid).py and .* both have a model"):
        names.parse_model_name("resnet50")


def test_a_broken_method_disturbs_no_other(add):
    add(apnet.models.baselines, "pcb", "METHOD = {'models'")
    assert names.parse_model_name("pyramid-resnet50").baseline
    assert paper_recipe("pyramid-resnet50") == "channel"
    for ask in (names.parse_model_name, get_recipe):
        with pytest.raises(InputError, match=r"pcb.py cannot be read .*: mend it or remove it"):
            ask("pcb")


@pytest.mark.parametrize(
    ("file", "settings", "message"),
    [
        ("pcb", {"epohcs": 3}, "METHOD of .*pcb.py: unknown recipe setting 'epohcs'"),
        ("pcb", {"lr": "much"}, "METHOD of .*pcb.py: recipe setting lr wants"),
        ("smoke", {"lr": 1}, "smoke.py: its recipe would be smoke, as another is"),
    ],
)
def test_a_methods_recipe_is_checked_with_its_file(add, file, settings, message):
    add(apnet.models.baselines, file, METHOD.format("pcb", settings, "..."))
    assert get_recipe("channel").name == "channel"
    with pytest.raises(InputError, match=message):
        paper_recipe("pcb")


def test_a_methods_file_that_cannot_run_is_one_sentence(add):
    add(apnet.models.baselines, "pcb", "import absent\n" + METHOD.format("pcb", {}, "..."))
    with pytest.raises(InputError, match=r"pcb.py gives no Net .ModuleNotFoundError"):
        build_model("pcb", 3)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (Attention("gated", "c", "m:C"), "'channel' and 'gated', of the letters 'c' and 'c'"),
        (Attention("channel", "g", "m:C"), "give each a kind and a letter of its own"),
        (Attention("gated", "G", "m:C"), "'gated': its letter is one of a to z, not 'G'"),
        (Attention("gated", "", "m:C"), "one of a to z, not ''"),
    ],
)
def test_attentions_have_letters_of_their_own(new, message):
    with pytest.raises(InputError, match=message):
        by_kind([Attention("channel", "c", "m:C"), new])


@pytest.mark.parametrize("name", ["self", "name", "datasets", "backbone"])
def test_no_switch_or_setting_is_taken_for_a_parameter(name):
    with pytest.raises(InputError, match=f"unknown switch '{name}'"):
        get_reading("written", **{name: "x"})
    with pytest.raises(InputError, match=f"unknown recipe setting '{name}'"):
        get_recipe("channel", "resnet50", **{name: "x"})
