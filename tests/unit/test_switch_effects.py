"""Tests of what each switch of the readings changes in a network."""

import pytest

from apnet.config.alone import turns
from apnet.config.readings import RELEASED, WRITTEN
from apnet.config.recipes import get_recipe
from apnet.models.cost import complexity
from apnet.records.load import validate
from apnet.records.other_jobs import SwitchEffects


def test_each_switch_is_turned_to_its_released_or_its_other_value():
    found = {turn.switch: turn for turn in turns()}
    assert "se_hidden" not in found
    assert found["local_branch"].other == "shared"
    for name in found.keys() - {"local_branch"}:
        assert found[name][1:] == (getattr(WRITTEN, name), getattr(RELEASED, name))


@pytest.mark.slow
def test_effects_of_a_pyramid():
    from apnet.training.switch_effects import record

    model = "resnet50-apnet-c2"
    measured = record(model, get_recipe("smoke", precision="float32"))
    content, faults = validate(measured, SwitchEffects)
    assert not faults
    changes = content.switches
    assert changes["sub_attention"].outputs is None
    assert changes["level_order"].outputs > 0.01
    assert changes["stages"].new_weights > 0
    before, after = changes["smoothing_classes"].losses
    assert changes["smoothing_classes"].outputs == 0
    assert before != after
    assert len({*changes["local_branch"].losses}) == 1
    assert changes["reading"].params == complexity(model, "released").params
