"""The config: values as a file and the command line give them, and keys that must fit."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic_core import PydanticUndefined
from snakemake.cli import parse_config
from snakemake.utils import update_config

from apnet.errors import InputError
from workflow.lib.config import check_config
from workflow.lib.keys import Config
from workflow.lib.scales import odd_pair

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "config").glob("*.yaml"))


def config(name="smoke", **changes):
    return yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()) | changes


def resolved(given, warn=pytest.fail):
    check_config(given, warn)
    return given


def on_the_command_line(word):
    """The smoke config with a word of `--config`, as Snakemake gives it."""
    given = config()
    update_config(given, parse_config([word]))
    return given


def refusal(given):
    with pytest.raises(InputError) as error:
        check_config(given, pytest.fail)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_shipped_configs_are_good(file, tmp_path):
    real = {} if "synthetic" in config(file.stem) else {"data_root": str(tmp_path)}
    given = resolved(config(file.stem, **real))
    assert given["scale"] == file.stem and given["missing"] == "run"
    assert resolved({**given}) == given


def test_every_key_is_documented_with_its_default():
    text = (ROOT / "config" / "README.md").read_text()
    documented = {}
    for row in re.findall(r"^\| (`.*?) \| .* \| (.*?) \|$", text, re.MULTILINE):
        keys, defaults = re.findall(r"`(\w+)`", row[0]), row[1].replace("`", "")
        values = defaults.split(", ") if len(keys) > 1 else [defaults]
        documented |= dict(zip(keys, map(yaml.safe_load, values), strict=True))
    model = {field.alias or name: field.default for name, field in Config.model_fields.items()}
    required = {key: "required" for key, value in model.items() if value is PydanticUndefined}
    assert documented == model | required


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *((f"image_cache={word}", None) for word in ("null", "None", "NONE", "~", "")),
        ("image_cache=~/store", "/home/me/store"),
        ("image_cache=$HOME/store", "/home/me/store"),
        ("image_cache=${HOME}/store", "/home/me/store"),
        ("image_cache=./none", "./none"),
        ("image_cache=we$ird/store", "we$ird/store"),
        ("image_cache=we $ ird", "we $ ird"),
        ("image_cache=named $HOME", "named $HOME"),
        ("image_cache=./~new", "./~new"),
        ("weights={resnet50: ~/weights.pth}", {"resnet50": "/home/me/weights.pth"}),
        ("figure6_queries=null", None),
        ("figure6_queries=[0001, null]", ["0001", "null"]),
        ("seeds=[1.0,2]", [1, 2]),
        ("seeds=[9223372036854775807]", [2**63 - 1]),
        ("workers=1.0", 1),
        ("workers=2e0", 2),
        ("checkpoint_seconds=0.5", 0.5),
        ("synthetic={identities: 4.0, seed: 0}", {"identities": 4, "seed": 0}),
        *((f"{key}=null", {}) for key in ("set", "switches", "datasets", "weights")),
        ("set={epochs: 1.0}", {"epochs": 1}),
        ("set={lr: 1e-3}", {"lr": 0.001}),
        ("set={milestones: [1.0, 2]}", {"milestones": [1, 2]}),
        ("set={steps_per_epoch: null}", {"steps_per_epoch": None}),
        ("set={compile: true, precision: auto}", {"compile": True, "precision": "auto"}),
        ("switches={se_hidden: 8.0}", {"se_hidden": 8}),
        ("switches={smoothing_classes: null}", {"smoothing_classes": None}),
        ("switches={stem_relu: false}", {"stem_relu": False}),
        ("tolerances={mAP: 0.50, msmt17/R-1: 1}", {"mAP": 0.5, "msmt17/R-1": 1}),
        ("accept_counts={market1501: 36 were damaged}", {"market1501": "36 were damaged"}),
    ],
)
def test_values_of_the_command_line(word, value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("ird", raising=False)
    (tmp_path / "we$ird").mkdir()
    (tmp_path / "named $HOME").mkdir()
    now = resolved(on_the_command_line(word))[word.partition("=")[0]]
    assert repr(now) == repr(value)  # 1 and 1.0 are equal


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("sedes=[0]", "unknown key 'sedes': did you mean 'seeds'?"),
        ("synthetic={identities: 4, sed: 0}", "'synthetic.sed': did you mean 'seed'?"),
        ("seeds=[]", "seeds is [], not a list of one or more"),
        ("seeds=[0,0.0]", "each once"),
        ("seeds=3", "seeds is 3, not a list"),
        ("seeds=[0.5]", "seeds.0 is '0.5', not a whole number"),
        ("seeds=[-1]", "seeds.0 is '-1', not a whole number from 0"),
        ("seeds=[12345678901234567890123]", "seeds.0 is '12345678901234567890123', not a whole"),
        ("workers=1.5", "workers is 1.5, not a whole number from 0"),
        ("workers=True", "workers is true, not a whole number"),
        ("threads=0", "threads is 0, not a whole number from 1"),
        ("gpu_share=0.3", "gpu_share is 0.3, not one of 1, 0.5, 0.25, 0.125"),
        ("checkpoint_seconds=inf", "checkpoint_seconds is Infinity, not a number from 0"),
        ("synthetic={identities: 4.5, seed: 0}", "synthetic.identities is '4.5'"),
        ("readings=[printed]", "readings.0 is 'printed', not 'written' or 'released'"),
        ("readings=null", "readings is 'null', not a list"),
        ("scale=My Scale", "scale is 'My Scale', not a name"),
        ("scale=null", "scale is 'null', not a name"),
        ("scale=1", "scale is 1, not a text"),
        ("scale=reference", "results/reference is kept in git"),
        ("recipes={channel: smok}", "recipes.channel is 'smok', not 'channel', 'spatial', "),
        ("missing=hide", "missing is 'hide', not 'run' or 'show'"),
        ("figure6_queries=[]", "figure6_queries is [], not a list of one or more"),
        ("figure6_queries=0001_c1s1.jpg", "figure6_queries is '0001_c1s1.jpg', not a list"),
        ("image_cache=2024", "image_cache is 2024, not a path (a folder of that name is"),
        ("image_cache=$ABSENT/store", "no user, no environment variable and no folder $ABSENT"),
        ("image_cache=~nobody-here/store", "no folder ~nobody-here"),
        ("datasets={mine: {csv: null}}", "datasets.mine.csv is 'null', not a path"),
        ("datasets={mine: {cvs: a}}", "the key datasets.mine.cvs is not 'folder' or 'csv'"),
        ("datasets={mine: {}}", "mine wants either folder or csv"),
        ("datasets={Mine: {csv: a}}", "the key datasets.Mine is not a name of small letters"),
        ("weights={resnet-50: a.pth}", "unknown backbone in weights 'resnet-50'"),
        ("set={epochs: 1.5}", "recipe setting epochs wants a value of type int, not 1.5"),
        ("set={epoch_count: 1}", "unknown recipe setting 'epoch_count'"),
        ("set={epoch_unit: 1}", "value of the recipe setting epoch_unit"),
        ("set=[1]", 'set is ["1"], not a mapping'),
        ("tolerances={map: 1}", "unknown metric or dataset in tolerances 'map'"),
        ("tolerances={mAP: 0}", "tolerances.mAP is '0', not a number above 0"),
        ("tolerances={mAP: wide}", "tolerances.mAP is 'wide', not a number above 0"),
        ("tolerances=0.5", "tolerances is 0.5, not a mapping, as in"),
        ("accept_counts={market1501: damaged}", "accept_counts.market1501 is 'damaged'"),
        ("datasets={mine: {csv: /absent.csv}}", "datasets: mine: no csv at /absent.csv"),
        (f"datasets={{mine: {{folder: {__file__}}}}}", "datasets: mine: no folder at"),
        ("datasets={market1501: {folder: /}}", "market1501 is a dataset of the paper"),
        ("data_root=/absent", "data_root (real data) and synthetic (drawn data) are both given"),
        ("synthetic=null", "no data"),
    ],
)
def test_a_wrong_value_of_the_command_line_is_one_sentence(word, named):
    assert named in refusal(on_the_command_line(word))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"scale": "mine"}, "lacks readings: add it, or name a whole config with --configfile"),
        (config(seeds=[True]), "seeds.0 is true, not a whole number"),
        (config(synthetic={"identities": 4}), "lacks synthetic.seed"),
        (config() | {3: 4}, "the key 3 is not a text"),
        (config(set={1: 2}), "the key set.1 is not a text"),
        (config(image_cache="a\0b"), "not a path"),
        (config(store="here", image_cache="there"), "give 'image_cache' alone"),
        (config("paper", data_root="/absent"), "'/absent' is not a folder"),
        (config("paper", data_root="a" * 5000), "is not a folder"),
    ],
)
def test_a_wrong_config_is_one_sentence(given, named):
    assert named in refusal(given)


def test_renamed_keys_and_switches_take_their_new_names():
    warnings = []
    given = resolved(config(store="here"), warnings.append)
    assert given["image_cache"] == "here" and "store" not in given
    assert len(warnings) == 1 and "'store' is now called 'image_cache'" in warnings[0]
    with pytest.warns(FutureWarning, match="the switch places is called stages now"):
        given = resolved(config(switches={"places": ["stage1"]}))
    assert given["switches"] == {"stages": ["stage1"]}
    with pytest.warns(FutureWarning, match="the recipe setting epoch is called epoch_unit now"):
        given = resolved(config(set={"epoch": "identity"}))
    assert given["set"] == {"epoch_unit": "identity"}


REAL = {"data_root": "/", "synthetic": None}


@pytest.mark.parametrize(
    ("given", "refused", "said"),
    [
        (config(), None, None),
        (config(set={"epochs": 1}), None, None),
        (config("tiny") | config("paper"), "real data in config/paper.yaml, and synthetic", None),
        (config("tiny") | config("paper", **REAL), "settings {epochs: 1, steps_per_epoch: 2", None),
        (config("tiny") | config("market-size"), None, "synthetic data"),
        (config("paper", **REAL), None, None),
        (config("paper", **REAL, set={"precision": "auto"}), None, None),
        (config("paper", **REAL, set={"epochs": 60}), "{epochs: 60} here", None),
        (config("paper", datasets={"mine": {"folder": "/"}}), None, None),
        (config(scale="paper"), "config/paper.yaml", None),
        (config(**REAL), "scale smoke has synthetic data in config/smoke.yaml, and real", None),
        (config(scale="mine"), None, None),
        (config(scale="mine", **REAL), None, "real data, the recipes {channel: smoke"),
        (config("paper", scale="mine", **REAL, set={"epochs": 60}), None, "settings {epochs: 60}"),
        (config("paper", scale="mine", synthetic={"identities": 4, "seed": 0}), None, "synthetic"),
    ],
)
def test_scale_data_and_recipes_belong_together(given, refused, said):
    if refused:
        assert refused in refusal(given)
    else:
        sentence = odd_pair(resolved(given))
        assert said in sentence if said else sentence is None
