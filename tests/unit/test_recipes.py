import re
from dataclasses import fields, replace

import pytest
from pydantic import TypeAdapter

from apnet.config import recipes as recipes_module
from apnet.config.backbones import backbones
from apnet.config.methods import MethodSpec
from apnet.config.readings import METHOD, READINGS, RELEASED, WRITTEN, get_reading
from apnet.config.recipes import CHANNEL, RECIPES, SPATIAL, get_recipe, recipe_of
from apnet.config.settings import Settings, deviations, paper_recipe
from apnet.errors import InputError
from apnet.records.blocks import Switches
from apnet.training.schedule import learning_rate


def test_channel_recipe_is_section_iv_b():
    shown = {key: CHANNEL.settings()[key] for key in ("height", "width", "epochs", "lr", "margin")}
    assert shown == {"height": 384, "width": 192, "epochs": 160, "lr": 4e-4, "margin": 0.3}
    assert (CHANNEL.identities, CHANNEL.instances, CHANNEL.batch) == (20, 4, 80)
    assert (CHANNEL.smoothing, CHANNEL.flip_test, CHANNEL.pretrained) == (0.1, True, True)


@pytest.mark.parametrize(
    ("epoch", "rate"),
    [(0, 4e-6), (9, 3.604e-4), (10, 4e-4), (39, 4e-4), (40, 4e-5), (80, 4e-6), (159, 4e-7)],
)
def test_channel_schedule_at_known_epochs(epoch, rate):
    assert learning_rate(CHANNEL, epoch) == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize(("epoch", "rate"), [(0, 8e-6), (20, 8e-4), (80, 4e-4), (599, 3.125e-6)])
def test_spatial_schedule_at_known_epochs(epoch, rate):
    assert learning_rate(SPATIAL, epoch) == pytest.approx(rate, rel=1e-12)


def test_smoke_trains_inception_at_a_size_that_it_takes():
    assert (get_recipe("smoke").height, get_recipe("smoke").width) == (64, 32)
    assert get_recipe("smoke", "inception_v3").height == 160
    assert get_recipe("channel", "inception_v3").height == 384


def test_settings_take_their_type_however_they_are_written():
    for value in (2, "2", 2.0):
        assert get_recipe("smoke", epochs=value) == get_recipe("smoke", epochs=2)
    assert get_recipe("smoke", milestones=[1, 2]).milestones == (1, 2)
    assert isinstance(get_recipe("smoke", milestones=[1]).milestones[0], int)
    assert get_recipe("smoke", steps_per_epoch=None).steps_per_epoch is None


@pytest.mark.parametrize(
    "wrong",
    [{"epoch_count": 2}, {"epochs": "many"}, {"epochs": 1.5}, {"lr": None}, {"flip_test": 1}]
    + [{"milestones": 4}, {"precision": 16}, {"epochs": True}, {"precision": "half"}]
    + [{"lr": float("nan")}, {"lr": -1}, {"weight_decay": float("inf")}, {"epochs": -1}]
    + [{"epochs": float("inf")}, {"steps_per_epoch": 0}, {"identities": 0}, {"height": 0}]
    + [{"flip": 1.5}, {"batchnorm_momentum": -0.1}, {"padding": -2}, {"milestones": [4, -1]}]
    + [{"channels_last": "yes"}, {"channels_last": 1}, {"fused": None}, {"compile": "true"}]
    + [{"erasing_area": [0.1]}, {"erasing_area": [0.1, 2]}, {"erasing_value": [1, 2, "x"]}],
)
def test_wrong_settings_are_named(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        get_recipe("smoke", **wrong)
    with pytest.raises(InputError, match="channel, spatial, smoke"):
        get_recipe("quick")


@pytest.mark.parametrize("switch", ["channels_last", "fused", "compile"])
def test_a_switch_is_true_false_or_left_to_the_device(switch):
    for value in ("auto", True, False):
        assert getattr(get_recipe("channel", **{switch: value}), switch) is value
    with pytest.raises(InputError, match="'on': choose one of auto, true, false"):
        get_recipe("channel", **{switch: "on"})


def test_every_switch_of_both_readings_is_recorded():
    names = {field.name for field in fields(WRITTEN)} - {"name", "overrides"}
    for reading in READINGS.values():
        assert set(reading.switches()) == names
        assert set(reading.switches("market1501")) == names | {"market_distractors"}
    assert RELEASED.switches()["stages"] == ["stem", "stage1", "stage2", "stage3", "stage4"]


def test_readings_and_switches_are_refused_by_name():
    with pytest.raises(InputError, match="written, released"):
        get_reading("printed")
    with pytest.raises(InputError, match="market_distractors"):
        get_reading("written", distractors="drop")
    drop = get_reading("written", market_distractors="drop")
    assert drop.switches("market1501")["market_distractors"] == "drop"
    assert drop.with_switches(market_distractors="keep") == WRITTEN


def test_a_run_is_the_same_whatever_the_switches_of_other_datasets():
    logits = get_reading("written", msmt17_feature="logits")
    for dataset, same in (("market1501", True), ("mine", True), ("msmt17", False)):
        plain, other = (
            Settings("resnet50", dataset, reading, CHANNEL, 0).record()
            for reading in (WRITTEN, logits)
        )
        assert (plain == other) is same


@pytest.mark.parametrize(
    ("switch", "value", "message"),
    [
        ("level_order", "coarse", "choose one of coarse-to-fine, fine-to-coarse"),
        ("normaliser", None, "choose one of sigmoid, softmax"),
        ("msmt17_feature", "both", "choose one of bn, logits"),
        ("se_hidden", 0, "wants a number from 1, not 0"),
        ("se_hidden", None, "wants a number from 1, not None"),
        ("se_hidden", 8.0, "not 8.0"),
        ("batchnorm_batch", True, "wants a number from 1 or null, not True"),
        ("stem_relu", "yes", "wants true or false, not 'yes'"),
        ("level_batchnorm", 1, "wants true or false, not 1"),
        ("stages", "stem", "wants a list of stages, not 'stem'"),
        ("stages", (), "wants a list of stages"),
        ("stages", ("roof",), "choose one of stem, stage1, stage2, stage3, stage4"),
    ],
)
def test_a_value_that_a_switch_does_not_have_is_refused(switch, value, message):
    with pytest.raises(InputError, match=re.escape(message)) as refusal:
        get_reading("written", **{switch: value})
    assert switch.removesuffix("s") in str(refusal.value)


def test_a_switchs_former_name_is_taken_with_a_warning():
    with pytest.warns(FutureWarning, match="the switch places is called stages now"):
        reading = get_reading("written", places=["stem", "stage1"])
    assert reading.stages == ("stem", "stage1")
    with pytest.raises(InputError, match="places is called stages now: give stages alone"):
        get_reading("written", places=["stem"], stages=["stage1"])
    with pytest.raises(ValueError, match="has places, which is stages now, and stages as well"):
        TypeAdapter(Switches).validate_python({"places": ["stem"], "stages": ["stage1"]})


def test_a_settings_former_name_is_taken_with_a_warning():
    with pytest.warns(FutureWarning, match="the recipe setting epoch is called epoch_unit now"):
        assert get_recipe("channel", epoch="identity").epoch_unit == "identity"
    with pytest.raises(InputError, match="is called epoch_unit now: give epoch_unit alone"):
        get_recipe("channel", epoch="image", epoch_unit="image")
    with pytest.raises(InputError, match="unknown recipe setting 'epoch'"):
        get_recipe("channel", epoch=3)  # of `epochs`, and of no former setting
    own = MethodSpec("apnet.models.baselines.mine", {}, "Mine", settings={"epoch": "identity"})
    with pytest.warns(FutureWarning, match="METHOD of apnet/models/baselines/mine.py: the recipe"):
        assert recipe_of(own).epoch_unit == "identity"


@pytest.mark.parametrize("reading", READINGS)
def test_every_value_of_a_reading_is_one_that_its_switches_take(reading):
    other = RELEASED if reading == "written" else WRITTEN
    switches = {f.name: getattr(other, f.name) for f in fields(other) if f.name in METHOD}
    assert get_reading(reading, **switches) == replace(other, name=reading)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_no_generator_takes_is_refused(seed):
    with pytest.raises(InputError, match=str(seed)):
        Settings("resnet50", "market1501", WRITTEN, CHANNEL, seed)


def test_settings_survive_their_record():
    settings = Settings("resnet50", "market1501", RELEASED, get_recipe("smoke", epochs=2), seed=3)
    again = Settings.from_record(settings.record())
    assert again == settings
    assert again.sha256() == settings.sha256()
    other = Settings("resnet50", "market1501", RELEASED, get_recipe("smoke", epochs=2), seed=4)
    assert other.sha256() != settings.sha256()


def test_a_record_from_before_the_switches_is_read_as_leaving_them_to_the_device():
    settings = Settings("resnet50", "market1501", WRITTEN, SPATIAL, seed=0)
    record = settings.record()
    for switch in ("channels_last", "fused", "compile"):
        assert record["settings"].pop(switch) == "auto"
    assert Settings.from_record(record) == settings


def test_a_record_from_before_the_backbones_size_is_of_a_full_network():
    full = get_recipe("smoke", backbone_size="full")
    record = Settings("resnet50", "market1501", WRITTEN, full, seed=0).record()
    del record["settings"]["backbone_size"]
    assert Settings.from_record(record).recipe == full
    settings = CHANNEL.settings()
    del settings["backbone_size"]
    assert deviations("resnet50", settings) == {}


def test_a_thin_network_is_never_the_papers():
    thin = get_recipe("channel", backbone_size="thin").settings()
    assert deviations("resnet50", thin) == {"backbone_size": ("thin", "full")}
    run, full = (
        Settings("resnet50", "msmt17", WRITTEN, get_recipe("channel", **how), seed=0)
        for how in ({"backbone_size": "thin"}, {})
    )
    assert run.sha256() != full.sha256()


def test_a_backbone_without_a_thin_form_is_built_in_full(monkeypatch):
    spec = replace(backbones()["resnet50"], thin=None)
    monkeypatch.setattr(recipes_module, "backbones", lambda: {"resnet50": spec})
    assert get_recipe("smoke").backbone_size == "full"


def test_deviations_name_what_is_not_the_papers():
    assert paper_recipe("resnet50-apnet-s2") == "spatial"
    assert paper_recipe("resnet50-apnet-c2") == "channel"
    assert deviations("resnet50", CHANNEL.settings()) == {}
    for how in (
        {"precision": "bfloat16"},
        {"channels_last": True, "fused": False, "compile": True},
    ):
        assert deviations("resnet50", get_recipe("channel", **how).settings()) == {}
    assert deviations("resnet50", get_recipe("channel", epochs=2).settings()) == {
        "epochs": (2, 160)
    }
    assert "height" in deviations("resnet50-apnet-s1", CHANNEL.settings())
    assert all(deviations("resnet50", RECIPES[name].settings()) for name in ("smoke", "spatial"))
