"""Costs, against closed forms and against what was measured on the original implementations."""

import json

import pytest

from apnet.cli import main
from apnet.errors import InputError
from apnet.models.cost import RULES, complexity
from apnet.records.load import load_cost
from apnet.records.other_jobs import Cost
from apnet.records.page import keys

STAGES = {256: (56, 56), 512: (28, 28), 1024: (14, 14), 2048: (14, 14)}
"""Widths and maps after the stages of a ResNet at 224 x 224, its last stride being 1."""


def bottlenecks(blocks):
    """(inputs, outputs, kernel, rows out) of each convolution of a ResNet with last stride 1."""
    yield 3, 64, 7, 112
    width, rows = 64, 56
    for stage, count in enumerate(blocks):
        planes, stride = 64 * 2**stage, 2 if stage in (1, 2) else 1
        for block in range(count):
            own = stride if block == 0 else 1
            yield width, planes, 1, rows
            yield planes, planes, 3, rows // own
            yield planes, 4 * planes, 1, rows // own
            if block == 0:
                yield width, 4 * planes, 1, rows // own
            width, rows = 4 * planes, rows // own


def naive_resnet(blocks):
    """Multiplications of the convolutions, and outputs of their BatchNorms."""
    layers = list(bottlenecks(blocks))
    products = sum(i * o * k * k * rows * rows for i, o, k, rows in layers)
    return products, sum(o * rows * rows for _, o, _, rows in layers)


@pytest.mark.parametrize(
    ("model", "blocks"), [("resnet50", (3, 4, 6, 3)), ("resnet101", (3, 4, 23, 3))]
)
def test_a_resnet_by_each_set_of_rules(model, blocks):
    products, normed = naive_resnet(blocks)
    head = 2048 * (14 * 14 + 1) + 2 * 2048
    assert complexity(model).gflops * 1e9 == products + 2 * normed + head
    assert complexity(model, rules="torch").gflops * 1e9 == products
    # Today's thop: BatchNorm twice as dear in evaluation, and a pool one dearer.
    assert complexity(model, rules="thop").gflops * 1e9 == pytest.approx(
        products + 4 * normed + 2048 * (14 * 14 + 1) + 4 * 2048, rel=1e-6
    )


def test_a_written_level_costs_its_pool_and_two_layers():
    base = complexity("resnet50").gflops * 1e9
    pools = sum(width * (rows * columns + 1) for width, (rows, columns) in STAGES.items())
    for level in (1, 2, 3):
        layers = sum(2 * 8 * width for width in STAGES)
        found = complexity(f"resnet50-apnet-c{level}").gflops * 1e9
        assert found - base == pytest.approx(level * (pools + layers), abs=0.5)


# Measured on the released code, its stand-ins for level 3 (radix 4 and 2), and public
# implementations of the others, with thop 0.0.31 of May 2020, at 224 x 224.
MEASURED = {
    ("resnet50", "released"): (6.2324, 6.2578, 6.2066, 23_512_128),
    ("resnet50-apnet-c1", "released"): (6.2344, 6.2598, 6.2066, 23_574_592),
    ("resnet50-apnet-c2", "released"): (6.2426, 6.2721, 6.2108, 27_773_152),
    ("resnet50-apnet-c3", "released"): (6.2536, 6.2871, 6.2178, 34_764_896),
    ("resnet50-se", "written"): (6.2413, 6.2667, 6.2091, 26_027_072),
    ("resnet101", "written"): (9.9548, 9.9905, 9.9188, 42_504_256),
    ("resnet50-apnet-c2-r1", "released"): (6.2413, None, None, 26_380_000),
    ("resnet50-apnet-c2-r8", "released"): (6.2510, None, None, 36_150_000),
    ("resnet50-apnet-c2-r32", "released"): (6.2845, None, None, 69_670_000),
    ("pyramid-resnet101", "written"): (9.9599, None, None, None),
    ("pyramid-resnet50", "written"): (6.2375, None, None, None),
    ("resnet50-apnet-s1", "written"): (14.672, None, None, None),
    ("resnet50-apnet-s2", "written"): (17.188, None, None, None),
}


@pytest.mark.parametrize("what", MEASURED, ids=" ".join)
def test_what_was_measured_on_the_originals(what):
    *gflops, params = MEASURED[what]
    for rules, measured in zip(RULES, gflops, strict=True):
        if measured is not None:
            decimals = len(str(measured).partition(".")[2])
            assert complexity(*what, rules=rules).gflops == pytest.approx(
                measured, abs=0.6 / 10**decimals
            )
    assert params is None or complexity(*what).params == pytest.approx(params, rel=2e-4)


def test_the_papers_column_comes_out_to_its_two_decimals():
    reported = {
        "resnet50": 6.23,
        "resnet50-apnet-c1": 6.23,
        "resnet50-apnet-c2": 6.24,
        "resnet50-apnet-c3": 6.25,
        "resnet50-se": 6.24,
        "pyramid-resnet101": 9.96,
    }
    for model, value in reported.items():
        assert round(complexity(model, "released").gflops, 2) == value
    assert round(complexity("resnet50-apnet-c3", "written").gflops, 2) == 6.24


@pytest.mark.parametrize(
    ("model", "gflops", "params"),
    [
        ("resnet50", 4.070, 23_512_128),
        ("resnet50-apnet-s1", 6.624, 26_735_928),
        ("resnet50-apnet-s2", 7.528, 31_486_040),
        ("resnet50-stacked-s3", 11.731, 33_183_528),
    ],
)
def test_spatial_models_at_their_own_size(model, gflops, params):
    found = complexity(model, input_size=(256, 128))
    assert found.gflops == pytest.approx(gflops, abs=6e-4)
    assert found.params == params


def test_counting_leaves_nothing_behind_and_knows_no_other_model():
    first = complexity("resnet50-apnet-c2", "released")
    complexity("resnet50-apnet-s1", rules="thop")
    assert complexity("resnet50-apnet-c2", "released") == first


def test_classifiers_are_apart_from_what_is_counted():
    one, many = complexity("resnet50", num_classes=1), complexity("resnet50", num_classes=751)
    assert (one.gflops, one.params) == (many.gflops, many.params)
    assert (one.classifier_params, many.classifier_params) == (2048, 751 * 2048)
    assert complexity("pyramid-resnet50").classifier_params == 21 * 751 * 129


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": "resnet50-apnet-s3", "input_size": (224, 224)}, "14 rows of stage3 at 224x224"),
        ({"name": "resnet50-apnet-s2-r32"}, "32 parts"),
        ({"name": "resnet50-apnet-c2-r3"}, "3 parts"),
        ({"name": "resnet50", "rules": "guess"}, "unknown rules 'guess'"),
        ({"name": "scsn"}, "unknown model 'scsn'"),
    ],
)
def test_what_cannot_be_counted_is_refused(arguments, said):
    with pytest.raises(InputError, match=said):
        complexity(**arguments)


def test_the_command(capsys):
    assert main(["complexity", "resnet50-apnet-c2", "--reading", "released", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["gflops"] == pytest.approx(6.2426, abs=5e-5)
    assert (found["params"], found["classifier_params"]) == (27_773_152, 1_538_048)
    assert main(["complexity", "resnet50", "--input", "256x128"]) == 0
    assert "4.0701 GFLOPs by the rules of thop-0.0.31" in capsys.readouterr().out
    assert main(["complexity", "resnet50", "resnet50-apnet-s3"]) == 0
    assert "reading written, 256x128" in capsys.readouterr().out.splitlines()[1]
    assert main(["complexity", "resnet50", "--input", "256"]) == 2
    assert "--input wants HEIGHTxWIDTH" in capsys.readouterr().err


def test_the_record_has_every_count_and_where_it_was_made(tmp_path):
    names = ["resnet50-apnet-c3", "resnet50-apnet-s3"]
    assert main(["complexity", *names, "--reading", "released", "--out", str(tmp_path)]) == 0
    channel, spatial = (json.loads((tmp_path / f"{name}.json").read_text()) for name in names)
    assert (channel["model"], channel["reading"], channel["input"]) == (
        "resnet50-apnet-c3",
        "released",
        [224, 224],
    )
    assert spatial["input"] == [256, 128]
    assert channel["gflops"] == {
        rules: complexity("resnet50-apnet-c3", "released", rules=rules).gflops for rules in RULES
    }
    assert channel["params"] == 34_764_896 and channel["switches"]["se_hidden"] == 8
    assert set(channel["versions"]) == {"thop", "torch"}
    record = load_cost(tmp_path / "resnet50-apnet-c3.json")
    assert record.content() == channel and set(channel) == keys(Cost)
