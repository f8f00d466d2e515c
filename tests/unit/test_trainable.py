"""Settings that are fine one by one and not together, and training sets that teach nothing."""

import pytest
import runs
import tiny

from apnet.cli import main
from apnet.config.readings import READINGS, get_reading
from apnet.config.recipes import RECIPES, get_recipe
from apnet.config.settings import Settings
from apnet.config.trainable import check_identities, check_trainable, remarks
from apnet.errors import InputError


def settings(recipe="smoke", reading="written", model="resnet50", switches=(), **changed):
    chosen = get_recipe(recipe, **changed)
    return Settings(model, "market1501", get_reading(reading, **dict(switches)), chosen, 0)


ONE, TWO = {"identities": 1, "instances": 1}, {"identities": 2, "instances": 2}
ALONE = {"triplet_weight": 0}

REFUSED = [
    ({"identities": 1}, "identities=1 with triplet_weight=1: the triplet loss compares 2 ident"),
    ({"instances": 1}, "instances=1 with triplet_weight=1: the triplet loss compares 2 images"),
    (ONE | ALONE, r"1 x 1 \(identities, instances\) is one image, and BatchNorm wants two"),
    (TWO | {"switches": {"batchnorm_batch": 1}}, r"2 x 2 \(.* in shares of 1 \(the switch batchno"),
    (TWO | {"switches": {"batchnorm_batch": 3}}, "shares of 3 .* change one of the three, or set"),
    ({"reading": "released", "identities": 41, "instances": 1} | ALONE, "41 x 1 .* shares of 40"),
    ({"reading": "released", "identities": 3, "instances": 27}, "3 x 27 .* in shares of 40"),
    (
        {"model": "resnet50-apnet-s2", "height": 336},
        "do not divide the 21 rows of stage3 at 336",
    ),
    ({"model": "resnet50-multipart", "height": 48}, "splits 3 rows into 2 parts at 48x32"),
    ({"model": "inception_v3"}, "images of 64x32 are too small for it"),
    ({"pretrained": True}, "backbone_size=thin with pretrained=true: there are no ImageNet"),
    ({"model": "resnet50-apnet-c2-r128", "reading": "released"}, "64 channels of stem"),
    (
        {"padding": 32},
        r"padding=32 with images of 64x32 \(height, width\): a crop may hold",
    ),
    ({"erasing_area": [0.4, 0.02]}, r"erasing_area=\[0.4, 0.02\] and .* as \[least, most\]"),
    ({"erasing_aspect": [0, 1]}, r"erasing_aspect=\[0.0, 1.0\]: .* an aspect above 0, or set eras"),
]


@pytest.mark.parametrize(("chosen", "message"), REFUSED)
def test_settings_that_do_not_fit_each_other_are_refused(chosen, message):
    with pytest.raises(InputError, match=message) as refusal:
        check_trainable(settings(**chosen))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "chosen",
    [
        {"identities": 1} | ALONE,
        {"instances": 1} | ALONE,
        {"identities": 2, "instances": 1} | ALONE,
        TWO | {"switches": {"batchnorm_batch": 2}},
        {"switches": {"batchnorm_batch": 14}},
        {"reading": "released", "identities": 21, "instances": 2},
        {"erasing": 0, "erasing_area": [0.4, 0.02], "erasing_aspect": [0, 0]},
        {"padding": 31},
        {"warmup_epochs": 9},
    ],
)
def test_settings_that_fit_are_accepted(chosen):
    check_trainable(settings(**chosen))


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_fits_every_reading(recipe, reading):
    check_trainable(settings(recipe, reading))
    assert remarks(get_recipe(recipe)) == []


@pytest.mark.parametrize(
    ("images", "changed", "message"),
    [
        ([9], {}, "mine has one identity for training, and nothing tells one person apart"),
        ([9], ALONE, "mine has one identity"),
        ([1, 1, 1], {}, "mine has one image of each identity for training, and the triplet loss"),
    ],
)
def test_training_sets_that_teach_nothing_are_refused(images, changed, message):
    with pytest.raises(InputError, match=message):
        check_identities(images, get_recipe("smoke", **changed), "mine")
    check_identities([1, 1, 1], get_recipe("smoke", **ALONE), "mine")
    check_identities([1, 2], get_recipe("smoke"), "mine")


def test_parts_of_a_schedule_that_never_act_are_said():
    shortened = get_recipe("channel", epochs=10)
    assert remarks(shortened) == [
        "the learning rate never reaches lr=0.0004: warmup_epochs=10 with epochs=10",
        "the learning rate never falls at 40, 80, 120, 160 of milestones: epochs=10",
    ]
    assert remarks(get_recipe("channel", epochs=0)) == []


def test_training_refuses_before_it_reads_anything(tmp_path, capsys):
    command = runs.command(tmp_path / "absent", tmp_path / "run")[3:]
    assert main([*command, "--set", "instances=1"]) == 2
    assert "instances=1 with triplet_weight=1" in capsys.readouterr().err


def test_a_training_set_of_one_person_is_refused(tmp_path, capsys):
    one = tiny.MARKET | {"bounding_box_train": tiny.MARKET["bounding_box_train"][:2]}
    tiny.write(tmp_path / "market1501", one)
    assert main(runs.command(tmp_path, tmp_path / "run")[3:]) == 2
    assert "market1501 has one identity for training" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
