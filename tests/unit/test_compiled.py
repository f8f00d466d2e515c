"""A compiled network under training: the same names, checkpoints that continue, an evaluation."""

import pytest
import steps
import torch
from test_switch_results import CLOSE, check

from apnet.models import build_model
from apnet.training import checkpoint

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def really_compiled():
    """PyTorch compiles a function for so many networks, and then goes on without a word."""
    torch.compiler.reset()
    counted = torch._dynamo.utils.counters
    counted.clear()
    yield
    assert counted["stats"]["unique_graphs"] > 0
    assert not counted["graph_break"]


def compiled():
    """As released, so that a step has two shares and one of them keeps its statistics."""
    return steps.trainer("resnet50-apnet-c2", "released", compile=True, fused=True)


def train(subject, last):
    while subject.step < last:
        subject.train_step(*steps.batch(subject.step))
    return subject


@pytest.mark.parametrize(("model", "reading"), steps.MODELS[1:])
def test_it_stays_with_the_plain_step(model, reading):
    check(model, reading, CLOSE, compile=True)


def test_it_continues_from_its_checkpoint_to_the_same_weights(tmp_path):
    whole = train(compiled(), 3)
    stopped = train(compiled(), 1)
    checkpoint.save(tmp_path, stopped.step, stopped.state_dict())
    continued = compiled()
    continued.load_state_dict(checkpoint.load_newest(tmp_path, print))
    train(continued, 3)
    wanted = whole.model.state_dict()
    found = continued.model.state_dict()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_its_weights_are_those_of_the_network_and_evaluate_likewise():
    subject = train(compiled(), 2)
    plain = build_model("resnet50-apnet-c2", steps.CLASSES, "released", input_size=steps.SIZE)
    plain.load_state_dict(subject.model.state_dict())
    images, _ = steps.batch(2)
    with torch.inference_mode():
        found, wanted = subject.model.eval()(images), plain.eval()(images)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)
    # The first share's statistics were kept, and those of the second were not.
    assert subject.model.backbone.net.bn1.num_batches_tracked == 2
