import math

import pytest
import torch

from apnet.training import BatchHardTripletLoss, LabelSmoothedCrossEntropy


def naive_cross_entropy(logits, ids, classes, epsilon):
    """Eq. 8, one image and one class at a time."""
    total = 0.0
    for row, label in zip(logits.tolist(), ids.tolist(), strict=True):
        log_sum = math.log(sum(math.exp(value) for value in row))
        for k, value in enumerate(row):
            target = (1 - epsilon) * (k == label) + epsilon / classes
            total -= (value - log_sum) * target
    return total / len(logits)


def naive_triplet(features, ids, margin):
    """Eq. 6 with the hardest positive and negative of each anchor."""
    rows, labels = features.tolist(), ids.tolist()
    total = 0.0
    for anchor, label in zip(rows, labels, strict=True):
        positive, negative = 1e-6, math.inf
        for other, other_label in zip(rows, labels, strict=True):
            distance = max(math.dist(anchor, other), 1e-6)
            if other_label == label:
                positive = max(positive, distance)
            else:
                negative = min(negative, distance)
        total += max(0.0, positive - negative + margin)
    return total / len(rows)


@pytest.mark.parametrize("divisor", [7, 751])
def test_label_smoothing_is_eq_8(divisor):
    torch.manual_seed(0)
    logits, ids = torch.randn(5, 7), torch.randint(7, (5,))
    found = LabelSmoothedCrossEntropy(divisor, 0.1)(logits, ids)
    assert found.item() == pytest.approx(naive_cross_entropy(logits, ids, divisor, 0.1), rel=1e-6)


def test_label_smoothing_agrees_with_torch_when_the_divisor_is_the_number_of_classes():
    torch.manual_seed(0)
    logits, ids = torch.randn(6, 9), torch.randint(9, (6,))
    wanted = torch.nn.functional.cross_entropy(logits, ids, label_smoothing=0.1)
    assert torch.allclose(LabelSmoothedCrossEntropy(9)(logits, ids), wanted)


@pytest.mark.parametrize("spread", [0.05, 1.0, 30.0])
def test_triplet_is_batch_hard(spread):
    torch.manual_seed(0)
    features, ids = torch.randn(12, 8) * spread, torch.arange(4).repeat_interleave(3)
    found = BatchHardTripletLoss(0.3)(features, ids).item()
    assert found == pytest.approx(naive_triplet(features, ids, 0.3), rel=1e-4, abs=1e-5)


def test_collapsed_features_cost_the_margin_and_have_finite_gradients():
    features = torch.ones(8, 4, requires_grad=True)
    loss = BatchHardTripletLoss(0.3)(features, torch.arange(4).repeat_interleave(2))
    loss.backward()
    assert loss.item() == pytest.approx(0.3)
    assert features.grad.isfinite().all()


def test_gradients_agree_with_finite_differences():
    torch.manual_seed(1)
    ids = torch.arange(3).repeat_interleave(2)
    logits = torch.randn(6, 5, dtype=torch.float64)
    shift = torch.randn_like(logits)
    for loss, epsilon in ((LabelSmoothedCrossEntropy(5), 1e-2), (BatchHardTripletLoss(3.0), 1e-2)):
        moved = [loss(logits + side * epsilon * shift, ids).item() for side in (1, -1)]
        point = logits.clone().requires_grad_()
        loss(point, ids).backward()
        slope = (point.grad * shift).sum().item()
        assert (moved[0] - moved[1]) / (2 * epsilon) == pytest.approx(slope, rel=1e-2)
