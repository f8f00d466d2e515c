"""How fast a training will be: what was measured, and how far it may be off for something else."""

import json
from dataclasses import replace

import pytest

from apnet.config.recipes import get_recipe
from apnet.errors import InputError
from apnet.records.paths import Run
from tests.workflow.conftest import ROOT
from workflow.lib.experiments import load_experiments
from workflow.lib.looking import operations, rates

H100 = "NVIDIA H100 80GB HBM3"
C2 = rates.wanted("resnet50-apnet-c2", get_recipe("channel"), H100, "cuda")


def here(value, **changes):
    return rates.Rate(replace(C2, **changes), value, rates.HERE)


def test_each_measured_rate_lies_where_the_others_expect_it():
    known = rates.measured()
    for rate in known:
        expected = rates.speed(rate.case, [other for other in known if other is not rate])
        ratio = rate.images_per_second / expected.images_per_second
        assert 1 / expected.factor <= ratio <= expected.factor, rate


def test_the_same_training_counts_before_any_other_and_its_spread_is_kept():
    found = rates.speed(C2, [here(100), here(150), here(300), here(7, model="resnet50")])
    assert (found.images_per_second, found.factor) == (150, 2.0)
    assert (found.why, found.guessed) == ("3 runs here", False)


def test_a_training_takes_as_long_as_the_same_one_did_and_its_beginning_is_no_rate():
    """Two steps of 4 images took 2 s here, nearly all of it before the first."""
    case = replace(C2, device="cpu")
    found = rates.speed(case, [rates.Rate(case, 4.0, rates.HERE, 8)])
    low, middle, high = found.lasting(8)
    assert middle == pytest.approx(2) and low < 2 < high
    low, middle, high = found.lasting(8000)
    assert middle < 1000 and low < 400 < 1700 < high


def test_no_training_is_thought_to_take_no_time():
    """Eight images of 128×64 take a tenth of a second after the first step; with it, 1 to 2 s."""
    case = rates.wanted("resnet50-apnet-c2", get_recipe("smoke"), "any, 1 thread", "cpu")
    low, middle, high = rates.speed(case, rates.measured()).lasting(8)
    assert low < 1.1 <= middle <= 2 < high


def test_another_size_is_scaled_by_its_pixels_and_another_precision_by_its_time():
    half = rates.speed(C2, [here(400, width=96)])
    assert half.images_per_second == pytest.approx(200)
    assert half.why == "a run here, scaled from 384×96"
    assert rates.speed(C2, [here(300, precision="bfloat16")]).images_per_second == pytest.approx(
        200
    )


@pytest.mark.parametrize(
    "changes", [{"machine": "NVIDIA H1000"}, {"model": "resnet50-apnet-s2"}, {"size": "thin"}]
)
def test_what_is_far_from_all_that_was_measured_is_a_guess(changes):
    found = rates.speed(C2, [here(100, **changes)])
    assert found.guessed and found.factor > 2


def test_no_rate_of_a_gpu_says_anything_of_a_cpu():
    assert rates.speed(replace(C2, device="cpu"), [here(100)]) is None


def test_what_attends_between_rows_costs_by_the_square_of_the_pixels():
    """Counted at 224×224 it is 17.7; between 256×128 and that the pixels grow by 1.53."""
    linear = 7.74 * (224 * 224) / (256 * 128)
    assert linear < operations.operations("resnet50-apnet-s2", 224 * 224) < 17.7


def test_records_of_every_scale_are_read_and_broken_ones_passed_over(tmp_path):
    run = Run("written", "market1501", "resnet50", 0)
    settings = get_recipe("channel").settings()
    good = {
        "model": "resnet50",
        "settings": settings,
        "images_per_second": 90.0,
        "wall_seconds": 20.0,
        "hardware": {"device": "cuda:0", "cpu": "x", "threads": 4, "gpu": H100},
        "arithmetic": {"precision": "float32"},
    }
    odd = [{}, [], good | {"images_per_second": 0}, good | {"hardware": None}]
    odd.append(good | {"wall_seconds": 0})
    for scale, content in enumerate([good, *odd]):
        file = tmp_path / f"scale{scale}" / run.record
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(content))
    (found,) = rates.recorded(tmp_path)
    assert found.images_per_second == 90 and found.case == replace(C2, model="resnet50")
    assert found.images == 1800


def test_a_gpu_is_named_by_a_word_of_its_name_or_by_its_speed():
    assert rates.named("h100") == (H100, [])
    machine, (rate,) = rates.named(900)
    assert rates.speed(replace(C2, machine=machine), [rate]).images_per_second == pytest.approx(900)
    with pytest.raises(InputError, match="NVIDIA H200"):
        rates.named("H1")


def test_models_of_the_experiments_were_counted_and_another_counts_as_its_backbone():
    experiments = load_experiments(ROOT / "workflow" / "experiments.yaml").values()
    assert {*operations.known()["costs"]} <= {item.model for item in experiments}
    assert operations.parameters("resnet101-se") == operations.parameters("resnet101")


@pytest.mark.slow
@pytest.mark.parametrize("model", [*operations.known()["costs"]])
def test_counted_anew_it_costs_the_same(model):
    from apnet.models.cost import complexity

    cost = operations.known()["costs"][model]
    found = complexity(model, "written", (cost["height"], cost["width"]), "torch")
    assert (round(found.gflops, 2), found.params) == (cost["gflops"], cost["params"])
