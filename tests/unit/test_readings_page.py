"""The figures of docs/readings.md and docs/backbones.md are those that the code gives."""

from pathlib import Path
from typing import get_args

import pytest

from apnet.config.backbones import backbones
from apnet.config.discrepancies import OF_METHOD, Kind
from apnet.config.readings import RELEASED, WRITTEN, get_reading
from apnet.data import DATASETS, switches_of
from apnet.models import build_model
from apnet.models.cost import complexity

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "readings.md").read_text()
BACKBONES = (DOCS / "backbones.md").read_text()
THIN = "| backbone | what is thin"


def rows(heading, page=PAGE):
    """The table that has this heading, without it: lists of cells, backquotes taken off."""
    (table,) = (block for block in page.split("\n\n") if block.startswith(heading))
    lines = [line.strip("|").split("|") for line in table.splitlines()[2:]]
    return {line[0].strip().replace("`", ""): [c.strip() for c in line[1:]] for line in lines}


def shown(reading, model="resnet50-apnet-c2"):
    cost = complexity(model, reading)
    return f"{cost.gflops:.4f}", f"{cost.params / 1e6:.2f}"


def test_every_switch_has_its_line_and_its_kind():
    lines = rows("| switch | kind")
    of_datasets = {switch.name: switch.discrepancy for d in DATASETS for switch in switches_of(d)}
    discrepancies = OF_METHOD | of_datasets
    assert set(WRITTEN.switches(*DATASETS)) == set(discrepancies)
    for switch, discrepancy in discrepancies.items():
        assert lines[switch][0] == discrepancy.kind in get_args(Kind)


SWITCHES = rows("| switch | outputs")


@pytest.mark.parametrize("switch", list(SWITCHES)[1:-1])
def test_what_a_switch_costs(switch):
    reading = get_reading("written", **{switch: getattr(RELEASED, switch)})
    assert tuple(SWITCHES[switch][1:]) == shown(reading)


def test_what_the_readings_cost():
    first, *_, last = SWITCHES.values()
    assert (tuple(first[1:]), tuple(last[1:])) == (shown(WRITTEN), shown(RELEASED))


def parameters(tensors):
    return sum(tensor.numel() for tensor in tensors)


def test_what_parameters_thin_networks_have():
    found = rows(THIN, BACKBONES)
    assert set(backbones()) < set(found)
    for model, (_, *counts) in found.items():
        for size, count in zip(("thin", "full"), counts, strict=True):
            network = build_model(model, 1, input_size=(160, 80), backbone_size=size)
            left_out = [p for layer in network.classifiers() for p in layer.parameters()]
            kept = parameters(network.parameters()) - parameters(left_out)
            assert count == f"{kept / 1e6:.2f}", (model, size)


@pytest.mark.parametrize(("page", "count"), [(PAGE, 5), (BACKBONES, 8)])
def test_what_models_cost(page, count):
    models = rows("| model | GFLOPs", page)
    assert len(models) == count
    for model, found in models.items():
        (cost, params), (other_cost, other_params) = shown(WRITTEN, model), shown(RELEASED, model)
        assert found == [cost, other_cost, params, other_params]
